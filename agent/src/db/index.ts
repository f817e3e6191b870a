import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely, SqliteDialect } from 'kysely'
import type { Database } from './database.ts'
import { forKysely } from './dialect.ts'
import { migrate, type Migration } from './migrate.ts'
import { migration as accounts } from './migrations/001-accounts.ts'
import { migration as uploads } from './migrations/002-uploads.ts'
import { migration as jobs } from './migrations/003-jobs.ts'
import { migration as elements } from './migrations/004-jobs.ts'
import { migration as slurm } from './migrations/005-slurm.ts'
import { migration as usage } from './migrations/006-usage.ts'
import { migration as convergence } from './migrations/007-convergence.ts'
import { migration as workflows } from './migrations/008-workflows.ts'
import { migration as notifications } from './migrations/009-notifications.ts'
import { migration as desktops } from './migrations/010-desktops.ts'
import { migration as idempotency } from './migrations/011-idempotency.ts'
import { migration as uploadSources } from './migrations/012-upload-sources.ts'
import { migration as tus } from './migrations/013-tus.ts'

/** Append only: a migration that was once released is never changed. */
const migrations: readonly Migration[] = [
  accounts,
  uploads,
  jobs,
  elements,
  slurm,
  usage,
  convergence,
  workflows,
  notifications,
  desktops,
  idempotency,
  uploadSources,
  tus,
]

/**
 * Opens `<folder>/headway.db` and brings it up to date. Throws where it was made by a newer agent.
 * A commit survives the death of the process at once, and the loss of power from the next checkpoint on.
 */
export function openDatabase(folder: string): Kysely<Database> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, 'headway.db')
  // SQLite gives its -wal and -shm the mode of the database, so that one file's mode is enough.
  closeSync(openSync(path, 'a', 0o600))
  const database = new DatabaseSync(path, { timeout: 5000 })
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON')
    // 40 MB of log: a checkpoint syncs within the agent's thread, and thousands of small files need many (a tenth of their time).
    database.exec('PRAGMA wal_autocheckpoint = 10000')
    migrate(database, migrations)
  } catch (error) {
    database.close()
    throw error
  }
  return new Kysely<Database>({ dialect: new SqliteDialect({ database: forKysely(database) }) })
}
