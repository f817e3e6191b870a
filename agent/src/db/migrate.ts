import type { DatabaseSync } from 'node:sqlite'

/** One numbered step; its statements are done in one transaction. */
export interface Migration {
  id: number
  up: readonly string[]
}

/**
 * Does the steps that the database lacks, in order, each whole or not at all. Which were done is SQLite's `user_version`.
 * Throws where the database knows a step that this agent does not.
 */
export function migrate(database: DatabaseSync, migrations: readonly Migration[]): void {
  const done = Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
  const newest = migrations.at(-1)?.id ?? 0
  if (done > newest) {
    throw new Error(
      `The database is of a newer agent (step ${done}, this one knows ${newest}). Start that agent, or restore an older copy.`,
    )
  }
  for (const { id, up } of migrations) {
    if (id <= done) continue
    database.exec('BEGIN IMMEDIATE')
    try {
      for (const statement of up) database.exec(statement)
      database.exec(`PRAGMA user_version = ${id}`)
      database.exec('COMMIT')
    } catch (error) {
      // A full disk ends the transaction by itself; an error about that would hide the one that matters.
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
  }
}
