import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { inTransaction, openJournal } from '../kit/journal.ts'
import type { Logger } from '../platform.ts'
import type { OutboxRecord } from './record.ts'

/** Steps of the outbox's journal, append only. */
const migrations = [
  `CREATE TABLE entry (id TEXT PRIMARY KEY, change TEXT NOT NULL UNIQUE, record TEXT NOT NULL) STRICT;
   CREATE TABLE damage (at TEXT NOT NULL, file TEXT NOT NULL, recovered INTEGER NOT NULL) STRICT;`,
  // SQLite notices damage to its pages, not within a text. Empty: of the first version.
  "ALTER TABLE entry ADD COLUMN digest TEXT NOT NULL DEFAULT ''",
]
const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex')

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
  const database = openJournal({ path, migrations, log, isWhole, salvage })
  const all = database.prepare('SELECT record FROM entry')
  const put = database.prepare(insertion('REPLACE'))
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
        for (const record of records) put.run(...rowOf(record))
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

const insertion = (otherwise: 'REPLACE' | 'IGNORE'): string =>
  `INSERT OR ${otherwise} INTO entry (id, change, record, digest) VALUES (?, ?, ?, ?)`
function rowOf(record: OutboxRecord): [string, string, string, string] {
  const text = JSON.stringify(record)
  return [record.id, record.change, text, digestOf(text)]
}

type Row = Record<string, unknown>

/** The record as it was written, undefined where it is not that any more. */
function readRow({ record: text, digest = '' }: Row): OutboxRecord | undefined {
  if (typeof text !== 'string' || (digest !== '' && digest !== digestOf(text))) return undefined
  try {
    const record = JSON.parse(text) as OutboxRecord
    const isOne = typeof record.id === 'string' && typeof record.change === 'string' && Array.isArray(record.story)
    return isOne ? record : undefined
  } catch {
    return undefined
  }
}
const isWhole = (database: DatabaseSync): boolean =>
  database
    .prepare('SELECT record, digest FROM entry')
    .all()
    .every((row) => readRow(row) !== undefined)

/** Copies what can be read of a damaged journal: from both ends towards the damage, and between by what its index names. */
function salvage(from: DatabaseSync | undefined, into: DatabaseSync, file: string): void {
  const at = new Date().toISOString()
  const found = from === undefined ? [] : readAll(from).flatMap((row) => readRow(row) ?? [])
  const records = new Map(found.map((record) => [record.id, record]))
  inTransaction(into, () => {
    const put = into.prepare(insertion('IGNORE'))
    // What it had reached when the damage was done is not known: sent again under its key it is still done once.
    for (const record of records.values())
      put.run(...rowOf({ ...record, story: [...record.story, { at, what: 'recovered' }] }))
    into.prepare('INSERT INTO damage (at, file, recovered) VALUES (?, ?, ?)').run(at, file, records.size)
  })
}

function readAll(database: DatabaseSync): Row[] {
  const ends = ['ASC', 'DESC'].flatMap((order) => rows(database, `SELECT * FROM entry ORDER BY rowid ${order}`))
  const ids = rows(database, 'SELECT id FROM entry ORDER BY id').map((row) => String(row['id']))
  return [...ends, ...ids.flatMap((id) => rows(database, 'SELECT * FROM entry WHERE id = ?', id))]
}

function rows(database: DatabaseSync, query: string, ...given: string[]): Row[] {
  const found: Row[] = []
  try {
    for (const row of database.prepare(query).iterate(...given)) found.push(row)
  } catch {
    // Up to the damage.
  }
  return found
}
