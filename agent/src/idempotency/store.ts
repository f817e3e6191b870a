import type { Kysely } from 'kysely'
import type { Database } from '../db/database.ts'

/** What a request was answered with, byte by byte. */
export interface Answer {
  status: number
  body: string
}

/** Whose key, and which. */
export interface Name {
  user: string
  key: string
}

export interface RequestStore {
  find(name: Name): Promise<{ fingerprint: string; begunAt: Date; answer: Answer | undefined } | undefined>
  begin(name: Name, fingerprint: string, now: Date): Promise<void>
  finish(name: Name, answer: Answer): Promise<void>
  /** As if it had never come. */
  forget(name: Name): Promise<void>
  /** Those that came before. */
  sweep(before: Date): Promise<void>
}

export function createRequestStore(db: Kysely<Database>): RequestStore {
  return {
    async find({ user, key }) {
      const row = await db
        .selectFrom('idempotent_requests')
        .selectAll()
        .where('user', '=', user)
        .where('key', '=', key)
        .executeTakeFirst()
      if (row === undefined) return undefined
      const { fingerprint, begun_at, status, answer } = row
      return {
        fingerprint,
        begunAt: new Date(begun_at),
        answer: status === null || answer === null ? undefined : { status, body: answer },
      }
    },

    async begin({ user, key }, fingerprint, now) {
      const values = { user, key, fingerprint, begun_at: now.toISOString(), status: null, answer: null }
      await db.insertInto('idempotent_requests').values(values).execute()
    },

    async finish({ user, key }, { status, body }) {
      await db
        .updateTable('idempotent_requests')
        .set({ status, answer: body })
        .where('user', '=', user)
        .where('key', '=', key)
        .execute()
    },

    async forget({ user, key }) {
      await db.deleteFrom('idempotent_requests').where('user', '=', user).where('key', '=', key).execute()
    },

    async sweep(before) {
      await db.deleteFrom('idempotent_requests').where('begun_at', '<', before.toISOString()).execute()
    },
  }
}
