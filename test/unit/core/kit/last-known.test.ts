import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openLastKnown } from '../../../../src/core/kit/last-known.ts'
import { silent } from '../helpers/signed-in.ts'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-known-'))
  path = join(folder, 'known.db')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('keeps lists with their age over a restart, for each user of each site apart', () => {
  const first = openLastKnown(path, silent)
  const jobs = first.of('a', 'jin').list('job')
  jobs.put([
    ['1', { id: '1' }],
    ['2', { id: '2' }],
  ])
  jobs.put([['1', { id: '1', state: 'running' }]])
  jobs.remove(['2'])
  expect(jobs.asOf).toBe(undefined)
  jobs.confirm('2026-11-21T07:00:00.000Z')
  first
    .of('b', 'jin')
    .list('job')
    .put([['1', 'elsewhere']])
  first
    .of('a', 'lee')
    .list('job')
    .put([['1', 'another’s']])
  first.close()

  const second = openLastKnown(path, silent)
  const again = second.of('a', 'jin').list('job')
  expect([again.all(), again.asOf]).toEqual([[{ id: '1', state: 'running' }], '2026-11-21T07:00:00.000Z'])
  expect(second.of('a', 'lee').list('job').asOf).toBe(undefined)
  again.replace([['9', 9]])
  expect(again.all()).toEqual([9])
  second.forget('a')
  expect([again.all(), again.asOf, second.of('a', 'lee').list('job').all()]).toEqual([[], undefined, []])
  expect(second.of('b', 'jin').list('job').all()).toEqual(['elsewhere'])
  second.close()
})

it('keeps the newest answers of a kind, as many and as large as the limits say', () => {
  const store = openLastKnown(path, silent, { answers: 3, each: 20, together: 40 })
  const known = store.of('a', 'jin')
  const keep = (question: string, value: string, minute: number): void =>
    known.keepAnswer('job', question, value, `2026-11-21T07:0${minute}:00.000Z`)
  const kept = (): string[] => ['1', '2', '3', '4', '5'].filter((id) => known.answer('job', id) !== undefined)

  for (const [minute, id] of ['1', '2', '3'].entries()) keep(id, 'x', minute)
  keep('1', 'again', 3)
  keep('4', 'x', 4)
  expect(kept()).toEqual(['1', '3', '4'])
  expect(known.answer('job', '1')).toEqual({ value: 'again', asOf: '2026-11-21T07:03:00.000Z' })
  expect([known.answer('files', '1'), store.of('a', 'lee').answer('job', '1')]).toEqual([undefined, undefined])

  keep('5', 'x'.repeat(15), 5)
  keep('4', 'x'.repeat(15), 6)
  expect(kept()).toEqual(['4', '5'])
  // Too large to be kept; the small one of before is no answer any more.
  keep('4', 'x'.repeat(30), 7)
  expect(kept()).toEqual(['5'])
  store.close()
})

it('takes over the pictures of a store that knew no users, and nothing whose user is unknown', () => {
  const old = new DatabaseSync(path)
  old.exec(`CREATE TABLE item (site TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, json TEXT NOT NULL,
      PRIMARY KEY (site, kind, id)) WITHOUT ROWID;
    INSERT INTO item VALUES ('a', 'job', '1', '{}'), ('a', 'thumbnail jin', '7', '"picture"');
    PRAGMA user_version = 1`)
  old.close()
  const store = openLastKnown(path, silent)
  expect(store.of('a', 'jin').list('thumbnail').all()).toEqual(['picture'])
  expect(store.of('a', 'jin').list('job').all()).toEqual([])
  store.close()
})
