import { randomUUID } from 'node:crypto'
import type { Kysely, Selectable } from 'kysely'
import type { RefreshAnswer, UserInfo } from '../../../contract/agent/auth.ts'
import type { Config } from '../config.ts'
import type { Database } from '../db/database.ts'
import type { Audit } from '../kit/agent.ts'
import { Failure } from '../kit/failure.ts'
import type { UserStore } from '../users/index.ts'
import type { RefreshTokenTable } from './tables.ts'
import type { Tokens } from './tokens.ts'

type Row = Selectable<RefreshTokenTable>
type Outcome = { kind: 'issue'; row: Row } | { kind: 'ended' } | { kind: 'stolen'; user: string }

interface Parts {
  db: Kysely<Database>
  config: Config['jwt']
  tokens: Tokens
  users: UserStore
  audit: Audit
  now: () => Date
}

/** A lost answer may be asked for again this long. */
const REPLAY_SECONDS = 60

/**
 * Refresh tokens: a family for each sign-in, one living token in it. A token that comes a second time was stolen, from one
 * side or the other, so its family ends; except the client's own repetition of a request whose answer was lost.
 */
export class Sessions {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** A new family. */
  async open(user: UserInfo): Promise<RefreshAnswer> {
    const row = this.#fresh(randomUUID(), user.username)
    await this.#parts.db.insertInto('refresh_tokens').values(row).execute()
    return this.#pair(row, user)
  }

  /**
   * The next pair. Failure TOKEN_EXPIRED or TOKEN_INVALID; TOKEN_INVALID with the family revoked where the token was used
   * before (`origin` goes to the security events).
   */
  async refresh(token: string, requestId: string | undefined, origin: { address: string }): Promise<RefreshAnswer> {
    const { db, tokens, users, audit, config } = this.#parts
    const id = await tokens.readRefresh(token)
    const outcome = await db.transaction().execute(async (transaction) => {
      const used = await transaction.selectFrom('refresh_tokens').selectAll().where('id', '=', id).executeTakeFirst()
      if (used === undefined || used.revoked_at !== null) return { kind: 'ended' } satisfies Outcome
      return used.replaced_by === null
        ? this.#rotate(transaction, used, requestId)
        : this.#repeat(transaction, used, used.replaced_by, requestId)
    })
    if (outcome.kind === 'ended') throw over()
    if (outcome.kind === 'stolen') {
      const detail = 'A refresh token was used a second time; its sign-in was ended.'
      audit.security({ type: 'token_reuse', severity: 'high', user: outcome.user, ...origin, detail })
      throw over()
    }
    const user = await users.find(outcome.row.user)
    if (user === undefined) throw over()
    const pair = await this.#pair(outcome.row, user)
    return config.rotate ? pair : { ...pair, refresh_token: token }
  }

  /** Ends the sign-in that the token belongs to, or all of the user's. A token of somebody else's changes nothing. */
  async close(user: string, token: string | undefined): Promise<void> {
    const { db, tokens } = this.#parts
    let revoke = db
      .updateTable('refresh_tokens')
      .set({ revoked_at: this.#seconds() })
      .where('user', '=', user)
      .where('revoked_at', 'is', null)
    if (token !== undefined) {
      const id = await tokens.readRefresh(token).catch(() => '')
      revoke = revoke.where('family', 'in', (query) =>
        query.selectFrom('refresh_tokens').select('family').where('id', '=', id),
      )
    }
    await revoke.execute()
  }

  /** Forgets what could not be used any more anyhow. */
  async sweep(): Promise<void> {
    await this.#parts.db
      .deleteFrom('refresh_tokens')
      .where('expires_at', '<', this.#seconds() - 3600)
      .execute()
  }

  async #rotate(db: Kysely<Database>, used: Row, requestId: string | undefined): Promise<Outcome> {
    const row = this.#fresh(used.family, used.user)
    // Without rotation the old token stays; the row made here only lends its times to the access token.
    if (!this.#parts.config.rotate) return { kind: 'issue', row }
    await db.insertInto('refresh_tokens').values(row).execute()
    await db
      .updateTable('refresh_tokens')
      .set({ replaced_by: row.id, replaced_at: row.issued_at, request_id: requestId ?? null })
      .where('id', '=', used.id)
      .execute()
    return { kind: 'issue', row }
  }

  async #repeat(db: Kysely<Database>, used: Row, by: string, requestId: string | undefined): Promise<Outcome> {
    const row = await db.selectFrom('refresh_tokens').selectAll().where('id', '=', by).executeTakeFirst()
    const isOwn = requestId !== undefined && requestId === used.request_id
    const isSoon = this.#seconds() - (used.replaced_at ?? 0) <= REPLAY_SECONDS
    if (isOwn && isSoon && row !== undefined && row.replaced_by === null) return { kind: 'issue', row }
    await db
      .updateTable('refresh_tokens')
      .set({ revoked_at: this.#seconds() })
      .where('family', '=', used.family)
      .where('revoked_at', 'is', null)
      .execute()
    return { kind: 'stolen', user: used.user }
  }

  #fresh(family: string, user: string): Row {
    const issued = this.#seconds()
    return {
      id: randomUUID(),
      family,
      user,
      issued_at: issued,
      expires_at: issued + this.#parts.config.refreshTtlSeconds,
      replaced_by: null,
      replaced_at: null,
      request_id: null,
      revoked_at: null,
    }
  }

  /** Made from the row's times alone, so that a repeated request gets the very same tokens and none is ever stored. */
  async #pair(row: Row, user: UserInfo): Promise<RefreshAnswer> {
    const { tokens, config } = this.#parts
    const { id, issued_at: issuedAt, expires_at: expiresAt } = row
    const accessExpiry = issuedAt + config.accessTtlSeconds
    return {
      access_token: await tokens.signAccess(user, { id: `${id}.access`, issuedAt, expiresAt: accessExpiry }),
      refresh_token: await tokens.signRefresh(user.username, { id, issuedAt, expiresAt }),
      expires_in: config.accessTtlSeconds,
    }
  }

  #seconds(): number {
    return Math.floor(this.#parts.now().getTime() / 1000)
  }
}

const over = () => new Failure('TOKEN_INVALID', 'This sign-in has ended. Sign in again.')
