import type { DatabaseSync } from 'node:sqlite'
import { inTransaction, openJournal } from '../kit/journal.ts'
import type { Logger } from '../platform.ts'
import type { OutboxRecord } from './record.ts'

/** Steps of the outbox's journal, append only. */
const migrations = [
  `CREATE TABLE entry (id TEXT PRIMARY KEY, change TEXT NOT NULL UNIQUE, record TEXT NOT NULL CHECK (json_valid(record))) STRICT;
   CREATE TABLE damage (at TEXT NOT NULL, file TEXT NOT NULL, recovered INTEGER NOT NULL) STRICT;`,
]

/** What came of a damaged journal. `file`: where it is kept now. */
export interface Damage {
  at: string
  file: string
  recovered: number
}

/** The outbox's journal: every write is on the disk when it returns. */
export interface OutboxStore {
  all(): OutboxRecord[]
  /** All of them or none. */
  save(records: readonly OutboxRecord[]): void
  remove(id: string): void
  damage(): Damage | undefined
  forgetDamage(): void
  close(): void
}

/** Opens `outbox.db`. Of a damaged one every entry that can still be read is taken over. */
export function openOutboxStore(path: string, log: Logger): OutboxStore {
  const database = openJournal({ path, migrations, log, salvage })
  const all = database.prepare('SELECT record FROM entry')
  const put = database.prepare('INSERT OR REPLACE INTO entry (id, change, record) VALUES (?, ?, ?)')
  const drop = database.prepare('DELETE FROM entry WHERE id = ?')
  const damage = database.prepare('SELECT at, file, recovered FROM damage ORDER BY rowid DESC LIMIT 1')
  return {
    all: () =>
      all
        .all()
        .map((row) => JSON.parse(String(row['record'])) as OutboxRecord)
        .sort((a, b) => a.rank - b.rank),
    save: (records) =>
      inTransaction(database, () => {
        for (const record of records) put.run(record.id, record.change, JSON.stringify(record))
      }),
    remove: (id) => void drop.run(id),
    damage() {
      const row = damage.get()
      if (row === undefined) return undefined
      return { at: String(row['at']), file: String(row['file']), recovered: Number(row['recovered']) }
    },
    forgetDamage: () => database.exec('DELETE FROM damage'),
    close: () => database.close(),
  }
}

/** Copies what can be read of a damaged journal: from both ends towards the damage, and between by what its index names. */
function salvage(from: DatabaseSync | undefined, into: DatabaseSync, file: string): void {
  const at = new Date().toISOString()
  const found = from === undefined ? [] : readAll(from)
  const records = new Map(found.flatMap((text) => readRecord(text, at)))
  inTransaction(into, () => {
    const put = into.prepare('INSERT OR IGNORE INTO entry (id, change, record) VALUES (?, ?, ?)')
    for (const record of records.values()) put.run(record.id, record.change, JSON.stringify(record))
    into.prepare('INSERT INTO damage (at, file, recovered) VALUES (?, ?, ?)').run(at, file, records.size)
  })
}

function readAll(database: DatabaseSync): string[] {
  const ends = ['ASC', 'DESC'].flatMap((order) => rows(database, `SELECT record FROM entry ORDER BY rowid ${order}`))
  const ids = rows(database, 'SELECT id FROM entry ORDER BY id')
  return [...ends, ...ids.flatMap((id) => rows(database, 'SELECT record FROM entry WHERE id = ?', id))]
}

function rows(database: DatabaseSync, query: string, ...given: string[]): string[] {
  const found: string[] = []
  try {
    for (const row of database.prepare(query).iterate(...given)) found.push(...Object.values(row).map(String))
  } catch {
    // Up to the damage.
  }
  return found
}

function readRecord(text: string, at: string): [string, OutboxRecord][] {
  try {
    const record = JSON.parse(text) as OutboxRecord
    if (typeof record.id !== 'string' || !Array.isArray(record.story)) return []
    // What it had reached when the damage was done is not known: sent again under its key it is still done once.
    return [[record.id, { ...record, story: [...record.story, { at, what: 'recovered' }] }]]
  } catch {
    return []
  }
}
