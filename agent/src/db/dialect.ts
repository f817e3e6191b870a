import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { SqliteDatabase, SqliteStatement } from 'kysely'

const bindable = (parameters: readonly unknown[]) => parameters as SQLInputValue[]

function statement(prepared: StatementSync): SqliteStatement {
  return {
    // A statement that answers with columns is read, any other is run.
    reader: prepared.columns().length > 0,
    all: (parameters) => prepared.all(...bindable(parameters)),
    run: (parameters) => prepared.run(...bindable(parameters)),
    iterate: (parameters) => prepared.iterate(...bindable(parameters)),
  }
}

/** `node:sqlite` in the shape that kysely's SQLite dialect asks for. */
export const forKysely = (database: DatabaseSync): SqliteDatabase => ({
  prepare: (sql) => statement(database.prepare(sql)),
  close: () => database.close(),
})
