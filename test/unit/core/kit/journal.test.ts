import { existsSync } from 'node:fs'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inTransaction, openJournal } from '../../../../src/core/kit/journal.ts'

let folder: string
let lines: string[]
const line = (message: string): void => void lines.push(message)
const log = { debug: line, info: line, warn: line, error: line }
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-journal-'))
  lines = []
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const create = 'CREATE TABLE note (text TEXT)'

describe('a journal', () => {
  it('is the user’s alone and flushes what it commits', async () => {
    const path = join(folder, 'deep', 'a.db')
    const database = openJournal({ path, migrations: [create], log })
    expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 })
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
    database.prepare('INSERT INTO note VALUES (?)').run('x')
    for (const suffix of ['', '-wal']) expect((await stat(path + suffix)).mode & 0o777).toBe(0o600)
    expect((await stat(join(folder, 'deep'))).mode & 0o777).toBe(0o700)
    database.close()
  })
  it('runs each migration once', () => {
    const path = join(folder, 'a.db')
    const first = openJournal({ path, migrations: [create], log })
    first.exec("INSERT INTO note VALUES ('kept')")
    first.close()
    const second = openJournal({ path, migrations: [create, 'ALTER TABLE note ADD COLUMN more TEXT'], log })
    expect(second.prepare('SELECT * FROM note').all()).toEqual([{ text: 'kept', more: null }])
    second.close()
    expect(() => openJournal({ path, migrations: [create], log })).toThrow('newer Headway')
  })
  it('sets a damaged file aside and begins anew', async () => {
    const path = join(folder, 'a.db')
    await writeFile(path, 'this is no database, but long enough to be read as the header of one'.repeat(10))
    const database = openJournal({ path, migrations: [create], log })
    expect(database.prepare('SELECT * FROM note').all()).toEqual([])
    expect(existsSync(`${path}.damaged`)).toBe(true)
    expect(lines).toHaveLength(1)
    database.close()
  })
  it('takes a failed transaction back', () => {
    const database = openJournal({ path: join(folder, 'a.db'), migrations: [create], log })
    const work = (): void => {
      database.exec("INSERT INTO note VALUES ('half')")
      throw new Error('stop')
    }
    expect(() => inTransaction(database, work)).toThrow('stop')
    expect(database.prepare('SELECT * FROM note').all()).toEqual([])
    database.close()
  })
})
