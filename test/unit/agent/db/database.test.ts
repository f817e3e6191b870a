import { mkdtempSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { openDatabase } from '../../../../agent/src/db/index.ts'
import { FolderTaken, takeFolder } from '../../../../agent/src/db/lease.ts'
import { migrate } from '../../../../agent/src/db/migrate.ts'

const folder = () => mkdtempSync(join(tmpdir(), 'headway-db-'))
const versionOf = (database: DatabaseSync) => database.prepare('PRAGMA user_version').get()?.['user_version']

const row = (digest: string) => ({ digest, expires_at: 1 })

describe('migrations', () => {
  const first = { id: 1, up: ['CREATE TABLE a (x INTEGER)'] }

  it('are each done once, in order', () => {
    const database = new DatabaseSync(':memory:')
    migrate(database, [first])
    migrate(database, [first, { id: 2, up: ['ALTER TABLE a ADD COLUMN y TEXT', 'INSERT INTO a VALUES (1, 2)'] }])
    expect(versionOf(database)).toBe(2)
    expect(database.prepare('SELECT * FROM a').all()).toEqual([{ x: 1, y: '2' }])
  })

  it('leave nothing behind where they fail half-way', () => {
    const database = new DatabaseSync(':memory:')
    const broken = { id: 2, up: ['CREATE TABLE b (x)', 'CREATE TABLE nonsense'] }
    expect(() => migrate(database, [first, broken])).toThrow()
    expect(versionOf(database)).toBe(1)
    expect(database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()).toEqual([{ name: 'a' }])
  })

  it('refuse a database of a newer agent', () => {
    const database = new DatabaseSync(':memory:')
    database.exec('PRAGMA user_version = 9')
    expect(() => migrate(database, [first])).toThrow(/newer agent/)
  })
})

describe('the database', () => {
  it('is its owner’s alone and has the tables and indexes an admin expects', async () => {
    const at = folder()
    const db = openDatabase(at)
    const tables = (await db.introspection.getTables()).map(({ name }) => name)
    expect(tables).toEqual(
      expect.arrayContaining([
        'users',
        'audit_logs',
        'security_events',
        'file_uploads',
        'job_templates',
        'job_history',
      ]),
    )
    for (const name of ['headway.db', 'headway.db-wal']) expect(statSync(join(at, name)).mode & 0o777).toBe(0o600)
    await db.destroy()
    const plain = new DatabaseSync(join(at, 'headway.db'))
    const indexes = plain.prepare("SELECT name FROM sqlite_master WHERE type = 'index'").all()
    expect(indexes).toEqual(
      expect.arrayContaining([
        { name: 'audit_logs_user_status_time' },
        { name: 'security_events_user_status_time' },
        { name: 'file_uploads_user_status_time' },
        { name: 'job_history_user_status_time' },
      ]),
    )
    plain.close()
  })

  it('does not mix what runs at once into an open transaction', async () => {
    const db = openDatabase(folder())
    const failing = db.transaction().execute(async (transaction) => {
      await transaction.insertInto('denied_tokens').values(row('inside')).execute()
      await new Promise((resolve) => setTimeout(resolve, 20))
      throw new Error('rolled back')
    })
    const beside = db.insertInto('denied_tokens').values(row('beside')).execute()
    await expect(failing).rejects.toThrow('rolled back')
    await beside
    expect(await db.selectFrom('denied_tokens').select('digest').execute()).toEqual([{ digest: 'beside' }])
    await db.destroy()
  })
})

describe('the data folder', () => {
  it('is held by one agent at a time', () => {
    const at = folder()
    const release = takeFolder(at)
    expect(() => takeFolder(at)).toThrow(FolderTaken)
    expect(() => takeFolder(at)).toThrow(new RegExp(`process ${process.pid} on `))
    release()
    takeFolder(at)()
  })
})
