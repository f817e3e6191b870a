import { randomBytes, randomUUID } from 'node:crypto'
import type { Kysely, Selectable } from 'kysely'
import type { UserInfo } from '../../../contract/agent/auth.ts'
import { type Config, USERNAME } from '../config.ts'
import type { Database } from '../db/database.ts'
import { Failure } from '../kit/failure.ts'
import type { Permission } from '../kit/identity.ts'
import { hashPassword, verifyPassword } from './passwords.ts'
import type { UserTable } from './tables.ts'

/** Printed once, at the first start; `password` only where it was generated. */
export interface FirstAccount {
  username: string
  password?: string
}

/** Said one by one for clients that do not know the group `admin`. */
const OWNERS_PERMISSIONS: readonly Permission[] = [
  'dashboard',
  'cae.execute',
  'job:submit',
  'job:view',
  'node:view',
  'data:read',
  'admin',
]

/** Local accounts. Names are NFC and unique whatever their case. */
export class UserStore {
  readonly #db: Kysely<Database>
  readonly #config: Pick<Config, 'admin' | 'env'>
  /** What an unknown name's password is compared with: the answer must take as long as for a known one. */
  readonly #decoy = hashPassword(randomBytes(24).toString('base64url'))

  constructor(db: Kysely<Database>, config: Pick<Config, 'admin' | 'env'>) {
    this.#db = db
    this.#config = config
  }

  /** The account as stored by name, however the name's case was typed. */
  async find(username: string): Promise<UserInfo | undefined> {
    const row = await this.#row(username)
    return row === undefined ? undefined : info(row)
  }

  async list(): Promise<UserInfo[]> {
    return (await this.#db.selectFrom('users').selectAll().orderBy('username').execute()).map(info)
  }

  async count(): Promise<number> {
    const { count } = await this.#db
      .selectFrom('users')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    return count
  }

  /** The account where name and password fit; undefined, after the same time, where either does not. */
  async verify(username: string, password: string): Promise<UserInfo | undefined> {
    const row = await this.#row(username)
    const fits = await verifyPassword(password, row?.password ?? (await this.#decoy))
    return fits && row !== undefined ? info(row) : undefined
  }

  /** A new account; without permission in production. Failure CONFLICT where the name is taken, NAME_REFUSED. */
  async create(username: string, password: string, groups: string[] = []): Promise<UserInfo> {
    const name = username.normalize('NFC')
    if (!USERNAME.test(name)) {
      throw new Failure(
        'NAME_REFUSED',
        'A user name is up to 64 letters, digits and ._@-, and begins with a letter or digit.',
      )
    }
    const permissions = groups.includes('admin') || this.#config.env === 'development' ? ['dashboard'] : []
    const row = {
      id: randomUUID(),
      username: name,
      email: '',
      password: await hashPassword(password),
      groups: JSON.stringify(groups),
      permissions: JSON.stringify(permissions),
      created_at: new Date().toISOString(),
    }
    const { numInsertedOrUpdatedRows } = await this.#db
      .insertInto('users')
      .values(row)
      .onConflict((conflict) => conflict.column('username').doNothing())
      .executeTakeFirst()
    if (numInsertedOrUpdatedRows !== 1n) throw new Failure('CONFLICT', 'This user name is taken.')
    return info(row)
  }

  /** Failure NOT_FOUND. */
  async grant(username: string, rights: { groups: string[]; permissions: string[] }): Promise<UserInfo> {
    await this.#db
      .updateTable('users')
      .set({ groups: JSON.stringify(rights.groups), permissions: JSON.stringify(rights.permissions) })
      .where('username', '=', username.normalize('NFC'))
      .execute()
    const user = await this.find(username)
    if (user === undefined) throw new Failure('NOT_FOUND', 'There is no such user.')
    return user
  }

  /** Makes the first account where there is none yet. */
  async ensureFirst(): Promise<FirstAccount | undefined> {
    if ((await this.count()) > 0) return undefined
    const { user, password } = this.#config.admin
    const generated = password ?? randomBytes(12).toString('base64url')
    const { username } = await this.create(user, generated, ['admin'])
    return { username, ...(password === undefined ? { password: generated } : {}) }
  }

  /**
   * The account of whoever owns this agent, made where it is missing and given back its rights: all data is theirs. No password
   * fits it.
   */
  async ensureOwner(username: string): Promise<undefined> {
    const groups = JSON.stringify(['admin'])
    const permissions = JSON.stringify(OWNERS_PERMISSIONS)
    const row = { id: randomUUID(), username, password: '!', groups, permissions, created_at: new Date().toISOString() }
    await this.#db
      .insertInto('users')
      .values(row)
      .onConflict((conflict) => conflict.column('username').doUpdateSet({ password: '!', groups, permissions }))
      .execute()
  }

  #row(username: string): Promise<Selectable<UserTable> | undefined> {
    const name = username.normalize('NFC')
    return this.#db.selectFrom('users').selectAll().where('username', '=', name).executeTakeFirst()
  }
}

function info({ id, username, email, groups, permissions }: Selectable<UserTable>): UserInfo {
  return { id, username, email, groups: JSON.parse(groups), permissions: JSON.parse(permissions) }
}
