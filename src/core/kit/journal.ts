import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Logger } from '../platform.ts'

export interface JournalFile {
  path: string
  /** SQL, each step run once in its order; append only. */
  migrations: readonly string[]
  log: Logger
  /** Whether what is in it is what was written, where that can be told. */
  isWhole?: (database: DatabaseSync) => boolean
  /**
   * Takes over what can be read of a damaged journal; `damaged` is absent where it cannot even be opened, `kept` where it
   * is kept now.
   */
  salvage?: (damaged: DatabaseSync | undefined, into: DatabaseSync, kept: string) => void
}

const damaged = new Set([11, 26]) // SQLITE_CORRUPT, SQLITE_NOTADB

/**
 * Opens a journal for what the user was promised: committed means on the disk, whatever happens next (WAL with
 * `synchronous = FULL`). A damaged file is set aside as `.damaged`, with a line in the log, and begun anew.
 */
export function openJournal(file: JournalFile): DatabaseSync {
  try {
    return open(file)
  } catch (error) {
    if (!(error instanceof Error && 'errcode' in error && damaged.has(Number(error.errcode) & 0xff))) throw error
    for (const suffix of ['', '-wal', '-shm']) {
      // The log of an older damage would be taken for this one's.
      rmSync(`${file.path}.damaged${suffix}`, { force: true })
      if (existsSync(file.path + suffix)) renameSync(file.path + suffix, `${file.path}.damaged${suffix}`)
    }
    file.log.error('a journal was damaged; it was kept as .damaged and begun anew', { file: file.path })
    const fresh = open(file)
    if (file.salvage !== undefined) salvageInto(fresh, `${file.path}.damaged`, file.salvage)
    return fresh
  }
}

function salvageInto(fresh: DatabaseSync, kept: string, salvage: NonNullable<JournalFile['salvage']>): void {
  let damaged: DatabaseSync | undefined
  try {
    damaged = new DatabaseSync(kept, { defensive: false })
    // One that is shorter than its header says is read all the same.
    damaged.exec('PRAGMA writable_schema = ON')
    damaged.prepare('SELECT 1 FROM sqlite_schema').get()
  } catch {
    damaged?.close()
    damaged = undefined
  }
  salvage(damaged, fresh, kept)
  damaged?.close()
}

function open({ path, migrations, isWhole }: JournalFile): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  // SQLite would make it readable for others; its own files beside it take over this one's mode.
  closeSync(openSync(path, 'a', 0o600))
  const database = new DatabaseSync(path)
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
    const check = database.prepare('PRAGMA integrity_check(1)').get()
    if (check?.['integrity_check'] !== 'ok') throw damage()
    const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
    if (version > migrations.length) throw new Error(`${path} was written by a newer Headway.`)
    for (const [index, sql] of migrations.entries()) {
      if (index < version) continue
      database.exec(`BEGIN IMMEDIATE; ${sql}; PRAGMA user_version = ${index + 1}; COMMIT`)
    }
    if (isWhole?.(database) === false) throw damage()
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

const damage = (): Error => Object.assign(new Error('damaged'), { errcode: 11 })

/** Runs `work` in one transaction. */
export function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    work()
    database.exec('COMMIT')
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}
