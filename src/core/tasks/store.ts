import type { DatabaseSync } from 'node:sqlite'
import type { AppErrorValue } from '../../../contract/errors.ts'
import type { Task, TaskKind } from '../../../contract/task.ts'

/** Steps of the tasks' journal, append only. */
export const taskMigrations = [
  `CREATE TABLE task (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, change TEXT NOT NULL UNIQUE, site TEXT NOT NULL, title TEXT NOT NULL,
    body TEXT NOT NULL, state TEXT NOT NULL, error TEXT, result TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL
  ) STRICT`,
]

/** A task as it is kept. `running` includes waiting: what it waits for is found out anew. */
export interface StoredTask<B> {
  id: string
  site: string
  title: string
  /** What the work needs to go on. */
  body: B
  state: 'running' | 'paused' | 'done' | 'failed' | 'cancelled'
  error: AppErrorValue | undefined
  result: Task['result']
  createdAt: string
  updatedAt: string
}

export interface TaskStore<B> {
  all(): StoredTask<B>[]
  /** `change`: the id of the call that asked for it. */
  add(task: StoredTask<B>, change: string): void
  byChange(change: string): string | undefined
  save(task: StoredTask<B>): void
  remove(id: string): void
}

const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value))
const parse = (value: unknown): unknown => (typeof value === 'string' ? JSON.parse(value) : undefined)

export function createTaskStore<B>(database: DatabaseSync, kind: TaskKind): TaskStore<B> {
  const all = database.prepare('SELECT * FROM task WHERE kind = ? ORDER BY created_at')
  const add = database.prepare(
    `INSERT INTO task (id, kind, change, site, title, body, state, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const byChange = database.prepare('SELECT id FROM task WHERE kind = ? AND change = ?')
  const save = database.prepare(
    'UPDATE task SET body = ?, state = ?, error = ?, result = ?, updated_at = ? WHERE id = ?',
  )
  const remove = database.prepare('DELETE FROM task WHERE id = ?')
  return {
    all: () =>
      all.all(kind).map((row) => ({
        id: String(row['id']),
        site: String(row['site']),
        title: String(row['title']),
        body: parse(row['body']) as B,
        state: String(row['state']) as StoredTask<B>['state'],
        error: parse(row['error']) as AppErrorValue | undefined,
        result: parse(row['result']) as Task['result'],
        createdAt: String(row['created_at']),
        updatedAt: String(row['updated_at']),
      })),
    add: (task, change) => {
      const { id, site, title, body, state, createdAt, updatedAt } = task
      add.run(id, kind, change, site, title, JSON.stringify(body), state, createdAt, updatedAt)
    },
    byChange: (change) => {
      const row = byChange.get(kind, change)
      return row === undefined ? undefined : String(row['id'])
    },
    save: ({ id, body, state, error, result, updatedAt }) => {
      save.run(JSON.stringify(body), state, json(error), json(result), updatedAt, id)
    },
    remove: (id) => void remove.run(id),
  }
}
