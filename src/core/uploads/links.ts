import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Found } from '../kit/flight.ts'

/** A link that was not used for so long may be any other by now. */
const KEPT_MS = 14 * 24 * 3_600_000

export const linksMigration = `CREATE TABLE upload_links (
  site TEXT PRIMARY KEY, connections INTEGER NOT NULL, rate REAL NOT NULL, found_at INTEGER NOT NULL
) WITHOUT ROWID`

/** What was found of the links to sites; that one is not what it was, its first measurement shows (see `Flight`). */
export class Links {
  readonly #db: DatabaseSync
  readonly #get: StatementSync
  readonly #put: StatementSync

  /** @param db Opened with `linksMigration` and synchronous=FULL. */
  constructor(db: DatabaseSync) {
    this.#db = db
    this.#get = db.prepare('SELECT connections, rate FROM upload_links WHERE site = ? AND found_at > ?')
    this.#put = db.prepare(
      'INSERT OR REPLACE INTO upload_links (site, connections, rate, found_at) VALUES (?, ?, ?, ?)',
    )
  }

  known(site: string, now = Date.now()): Found | undefined {
    const row = this.#get.get(site, now - KEPT_MS)
    return row === undefined ? undefined : { connections: Number(row['connections']), rate: Number(row['rate']) }
  }

  remember(site: string, { connections, rate }: Found, now = Date.now()): void {
    // It can be found again: nobody has to wait for a disk that is busy with gigabytes.
    this.#db.exec('PRAGMA synchronous = NORMAL')
    try {
      this.#put.run(site, connections, rate, now)
    } finally {
      this.#db.exec('PRAGMA synchronous = FULL')
    }
  }
}
