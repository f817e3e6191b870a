import type { Kysely } from 'kysely'
import type { Database } from '../db/database.ts'
import type { Access } from './tokens.ts'
import { LEEWAY_SECONDS } from './tokens.ts'

/** Access tokens that were signed out before their time; read from memory, kept over a restart. */
export class DeniedTokens {
  readonly #db: Kysely<Database>
  readonly #now: () => Date
  readonly #expiry = new Map<string, number>()

  constructor(db: Kysely<Database>, now: () => Date) {
    this.#db = db
    this.#now = now
  }

  async load(): Promise<void> {
    await this.sweep()
    for (const { digest, expires_at } of await this.#db.selectFrom('denied_tokens').selectAll().execute()) {
      this.#expiry.set(digest, expires_at)
    }
  }

  has(digest: string): boolean {
    return this.#expiry.has(digest)
  }

  async add({ digest, expiresAt }: Access): Promise<void> {
    this.#expiry.set(digest, expiresAt)
    const row = { digest, expires_at: expiresAt }
    await this.#db
      .insertInto('denied_tokens')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }

  /** Expired ones are refused for that alone. */
  async sweep(): Promise<void> {
    const before = Math.floor(this.#now().getTime() / 1000) - LEEWAY_SECONDS - 1
    for (const [digest, expiresAt] of this.#expiry) if (expiresAt < before) this.#expiry.delete(digest)
    await this.#db.deleteFrom('denied_tokens').where('expires_at', '<', before).execute()
  }
}
