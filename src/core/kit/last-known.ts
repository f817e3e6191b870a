import { inTransaction, openJournal } from './journal.ts'
import type { Logger } from '../platform.ts'

type Items = readonly (readonly [id: string, item: unknown])[]

/** One list as a user last saw it at a site. */
export interface KnownList {
  all(): unknown[]
  /** Adds or changes single items. */
  put(items: Items): void
  remove(ids: readonly string[]): void
  replace(items: Items): void
  /** When it was last whole and true; absent where it never was. */
  readonly asOf: string | undefined
  confirm(at: string): void
}

/** What one user saw at a site. */
export interface Known {
  list(kind: string): KnownList
  /** The last answer to a question. */
  answer(kind: string, question: string): { value: unknown; asOf: string } | undefined
  /** Of each kind the newest answers are kept, as many and as much as `limits` allow. */
  keepAnswer(kind: string, question: string, value: unknown, at: string): void
}

/** What agents last said, so that a window opened without a network is not empty. What one user saw is nothing for another. */
export interface LastKnown {
  of(site: string, user: string): Known
  forget(site: string): void
  close(): void
}

export interface AnswerLimits {
  answers: number
  /** Characters of JSON: of one answer, and of all of a kind. */
  each: number
  together: number
}
const usual: AnswerLimits = { answers: 200, each: 2_000_000, together: 32_000_000 }

const migrations = [
  `CREATE TABLE item (
    site TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (site, kind, id)
  ) WITHOUT ROWID`,
  // Of what was kept without its user only the pictures say whose they are; the rest comes again with the next load.
  `ALTER TABLE item RENAME TO old;
  CREATE TABLE item (
    site TEXT NOT NULL, user TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (site, user, kind, id)
  ) WITHOUT ROWID;
  INSERT INTO item SELECT site, substr(kind, 11), 'thumbnail', id, json FROM old WHERE kind LIKE 'thumbnail _%';
  DROP TABLE old;
  CREATE TABLE age (
    site TEXT NOT NULL, user TEXT NOT NULL, kind TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (site, user, kind)
  ) WITHOUT ROWID;
  CREATE TABLE answer (
    site TEXT NOT NULL, user TEXT NOT NULL, kind TEXT NOT NULL, question TEXT NOT NULL,
    at TEXT NOT NULL, size INTEGER NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (site, user, kind, question)
  )`,
]

/** Opens the store; `limits` bound the answers of one user at one site. */
export function openLastKnown(path: string, log: Logger, limits: AnswerLimits = usual): LastKnown {
  const database = openJournal({ path, migrations, log })
  // Nothing was promised here: it can be asked for again, and a list changes often.
  database.exec('PRAGMA synchronous = NORMAL')
  const mine = 'site = ? AND user = ? AND kind = ?'
  const all = database.prepare(`SELECT json FROM item WHERE ${mine} ORDER BY id`)
  const insert = database.prepare('INSERT OR REPLACE INTO item (site, user, kind, id, json) VALUES (?, ?, ?, ?, ?)')
  const drop = database.prepare(`DELETE FROM item WHERE ${mine} AND id = ?`)
  const clear = database.prepare(`DELETE FROM item WHERE ${mine}`)
  const age = database.prepare(`SELECT at FROM age WHERE ${mine}`)
  const setAge = database.prepare('INSERT OR REPLACE INTO age (site, user, kind, at) VALUES (?, ?, ?, ?)')
  const answer = database.prepare(`SELECT json, at FROM answer WHERE ${mine} AND question = ?`)
  const setAnswer = database.prepare(
    'INSERT OR REPLACE INTO answer (site, user, kind, question, at, size, json) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const dropAnswer = database.prepare(`DELETE FROM answer WHERE ${mine} AND question = ?`)
  const prune = database.prepare(
    `DELETE FROM answer WHERE rowid IN (
      SELECT id FROM (
        SELECT rowid AS id, row_number() OVER newest AS number, sum(size) OVER newest AS together
        FROM answer WHERE ${mine} WINDOW newest AS (ORDER BY at DESC, rowid DESC)
      ) WHERE number > ? OR together > ?
    )`,
  )
  const forgets = ['item', 'age', 'answer'].map((table) => database.prepare(`DELETE FROM ${table} WHERE site = ?`))

  function listOf(...key: [site: string, user: string, kind: string]): KnownList {
    const add = (items: Items): void => {
      for (const [id, item] of items) insert.run(...key, id, JSON.stringify(item))
    }
    return {
      all: () => all.all(...key).map((row) => JSON.parse(String(row['json'])) as unknown),
      put: (items) => inTransaction(database, () => add(items)),
      remove: (ids) =>
        inTransaction(database, () => {
          for (const id of ids) drop.run(...key, id)
        }),
      replace: (items) =>
        inTransaction(database, () => {
          clear.run(...key)
          add(items)
        }),
      get asOf() {
        const row = age.get(...key)
        return row === undefined ? undefined : String(row['at'])
      },
      confirm: (at) => void setAge.run(...key, at),
    }
  }
  return {
    of: (site, user) => ({
      list: (kind) => listOf(site, user, kind),
      answer(kind, question) {
        const row = answer.get(site, user, kind, question)
        if (row === undefined) return undefined
        return { value: JSON.parse(String(row['json'])) as unknown, asOf: String(row['at']) }
      },
      keepAnswer(kind, question, value, at) {
        const json = JSON.stringify(value)
        inTransaction(database, () => {
          // What grew too large must not be answered as it was when it was small.
          if (json.length > limits.each) dropAnswer.run(site, user, kind, question)
          else setAnswer.run(site, user, kind, question, at, json.length, json)
          prune.run(site, user, kind, limits.answers, limits.together)
        })
      },
    }),
    forget: (site) =>
      inTransaction(database, () => {
        for (const each of forgets) each.run(site)
      }),
    close: () => database.close(),
  }
}
