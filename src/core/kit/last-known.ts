import { inTransaction, openJournal } from './journal.ts'
import type { Logger } from '../platform.ts'

/** What agents last said, by site and list, so that a window opened without a network is not empty. */
export interface LastKnown {
  list(site: string, kind: string): unknown[]
  /** Adds or changes single items. */
  put(site: string, kind: string, items: readonly (readonly [id: string, item: unknown])[]): void
  remove(site: string, kind: string, ids: readonly string[]): void
  replace(site: string, kind: string, items: readonly (readonly [id: string, item: unknown])[]): void
  forget(site: string): void
  close(): void
}

const migrations = [
  `CREATE TABLE item (
    site TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (site, kind, id)
  ) WITHOUT ROWID`,
]

export function openLastKnown(path: string, log: Logger): LastKnown {
  const database = openJournal({ path, migrations, log })
  // Nothing was promised here: it can be asked for again, and a list changes often.
  database.exec('PRAGMA synchronous = NORMAL')
  const all = database.prepare('SELECT json FROM item WHERE site = ? AND kind = ? ORDER BY id')
  const insert = database.prepare('INSERT OR REPLACE INTO item (site, kind, id, json) VALUES (?, ?, ?, ?)')
  const drop = database.prepare('DELETE FROM item WHERE site = ? AND kind = ? AND id = ?')
  const clear = database.prepare('DELETE FROM item WHERE site = ? AND kind = ?')
  const clearSite = database.prepare('DELETE FROM item WHERE site = ?')
  const add: LastKnown['put'] = (site, kind, items) => {
    for (const [id, item] of items) insert.run(site, kind, id, JSON.stringify(item))
  }
  return {
    list: (site, kind) => all.all(site, kind).map((row) => JSON.parse(String(row['json'])) as unknown),
    put: (site, kind, items) => inTransaction(database, () => add(site, kind, items)),
    remove: (site, kind, ids) =>
      inTransaction(database, () => {
        for (const id of ids) drop.run(site, kind, id)
      }),
    replace: (site, kind, items) =>
      inTransaction(database, () => {
        clear.run(site, kind)
        add(site, kind, items)
      }),
    forget: (site) => void clearSite.run(site),
    close: () => database.close(),
  }
}
