import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import type { Database } from '../db/database.ts'
import type { Audit } from '../kit/agent.ts'

/** The same event of the same user and address is kept once in this time: a flood must not fill the disk. */
const QUIET_MS = 60_000
const REMEMBERED = 10_000

/** Writes audit_logs and security_events behind the caller's back; `flush` waits until all of it is stored. */
export function createAudit(parts: {
  db: Kysely<Database>
  log: Logger
  now: () => Date
}): Audit & { flush(): Promise<void> } {
  const { db, log, now } = parts
  const seen = new Map<string, number>()
  const writing = new Set<Promise<unknown>>()

  const write = (work: Promise<unknown>) => {
    const done = work
      .catch((error: unknown) => log.error({ err: error }, 'an audit entry could not be stored'))
      .finally(() => writing.delete(done))
    writing.add(done)
  }

  const isRepeated = (key: string, at: number): boolean => {
    if (at - (seen.get(key) ?? -Infinity) < QUIET_MS) return true
    seen.delete(key)
    seen.set(key, at)
    const oldest = seen.keys().next().value
    if (seen.size > REMEMBERED && oldest !== undefined) seen.delete(oldest)
    return false
  }

  return {
    record({ user, action, resource, method, address, userAgent, status, error }) {
      const entry = { user, action, status, time: now().toISOString() }
      const values = {
        ...entry,
        resource: resource ?? null,
        method: method ?? null,
        address: address ?? null,
        agent: userAgent ?? null,
        error: error ?? null,
      }
      write(db.insertInto('audit_logs').values(values).execute())
    },

    security({ type, severity, user, address, detail }) {
      const time = now()
      if (isRepeated(JSON.stringify([type, user, address]), time.getTime())) return
      log.warn({ type, severity, user, address, detail }, 'security event')
      const values = { type, severity, user: user ?? null, address: address ?? null, detail: detail ?? null }
      write(
        db
          .insertInto('security_events')
          .values({ ...values, time: time.toISOString() })
          .execute(),
      )
    },

    async flush() {
      await Promise.all(writing)
    },
  }
}
