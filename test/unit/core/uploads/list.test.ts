import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openJournal } from '../../../../src/core/kit/journal.ts'
import { UploadList } from '../../../../src/core/uploads/list.ts'
import { newRecord, type UploadRecord } from '../../../../src/core/uploads/record.ts'
import { uploadMigrations, UploadStore } from '../../../../src/core/uploads/store.ts'
import { whenUploaded } from '../../../../src/core/uploads/when-uploaded.ts'
import { silent } from './silent.ts'

let folder: string
let store: UploadStore
let list: UploadList
const form = { site: 'site', label: 'form', user: 'jin' }
const openStore = () =>
  new UploadStore(openJournal({ path: join(folder, 'uploads.db'), migrations: uploadMigrations, log: silent }))
const record = (name: string): UploadRecord =>
  newRecord(
    form,
    { name, folder: '', size: 100, modified: 1, source: { kind: 'path', path: `/${name}` } },
    list.nextRank(),
  )

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-list-'))
  store = openStore()
  list = new UploadList(store)
})
afterEach(async () => {
  list.close()
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

describe('the list of uploads', () => {
  it('is the same after a restart, with digests of chunks and in its order', async () => {
    const [b, a] = [record('b'), record('a')]
    await list.add([b, a])
    list.update(b, { state: 'failed', error: { code: 'FILE_MISSING', data: { name: 'b' }, message: 'gone' } })
    list.progress(a, 50)
    store.addChunk(a, 0, Buffer.alloc(32, 1))
    list.close()
    await store.close()
    store = openStore()
    const again = new UploadList(store)
    expect(again.visible().map(({ name, state, sent }) => [name, state, sent])).toEqual([
      ['b', 'failed', 0],
      ['a', 'queued', 50],
    ])
    expect(again.get(b.id).error?.code).toBe('FILE_MISSING')
    expect(store.chunks(again.get(a.id))).toEqual([{ index: 0, digest: new Uint8Array(Buffer.alloc(32, 1)) }])
    expect(again.nextRank()).toBe(3)
    const kept = again.get(a.id)
    await again.remove([kept])
    expect(store.chunks(kept)).toEqual([])
    again.close()
  })

  it('tells changes together, at most ten times a second', async () => {
    const tellings: [string[], string[]][] = []
    list.onChange((put, gone) => tellings.push([put.map(({ name, sent }) => `${name} ${sent}`), gone]))
    const a = record('a')
    await list.add([a, record('b')])
    list.update(a, { state: 'uploading' })
    const started = performance.now()
    while (performance.now() - started < 1000) {
      list.progress(a, a.sent + 1)
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    expect(tellings.length).toBeGreaterThan(5)
    expect(tellings.length).toBeLessThanOrEqual(11)
    list.flush()
    expect(tellings.at(-1)?.[0]).toEqual([`a ${a.sent}`])
    await list.remove([a])
    list.flush()
    expect(tellings.at(-1)).toEqual([[], [a.id]])
  })

  it('shows a speed while bytes arrive, and none for what rests', async () => {
    const a = record('a')
    await list.add([a])
    list.update(a, { state: 'uploading' })
    await new Promise((resolve) => setTimeout(resolve, 100))
    list.progress(a, 1000)
    const speed = list.view(a.id).bytesPerSecond
    expect(speed).toBeGreaterThan(5000)
    expect(speed).toBeLessThan(12_000)
    list.update(a, { state: 'paused' })
    expect(list.view(a.id).bytesPerSecond).toBe(0)
  })

  it('says what is not on it', () => {
    expect(() => list.get('x')).toThrow(
      expect.objectContaining({ value: expect.objectContaining({ code: 'NOT_FOUND' }) }),
    )
  })
})

describe('waiting for uploads', () => {
  const signal = new AbortController().signal

  it('ends when all are uploaded, with their slots', async () => {
    const [a, b] = [record('a'), record('b')]
    await list.add([a, b])
    const both = whenUploaded(list, [a.id, b.id], signal)
    list.update(a, { state: 'uploaded', agentUploadId: 'A', slot: 'mesh' })
    list.update(b, { state: 'verifying' })
    expect(await Promise.race([both, new Promise((resolve) => setTimeout(resolve, 250, 'waits'))])).toBe('waits')
    list.update(b, { state: 'uploaded', agentUploadId: 'B' })
    expect(await both).toEqual([
      { id: a.id, agentUploadId: 'A', slot: 'mesh' },
      { id: b.id, agentUploadId: 'B' },
    ])
  })

  it('fails with the first that failed, was cancelled or is gone', async () => {
    const [a, b, c] = [record('a'), record('b'), record('c')]
    await list.add([a, b, c])
    const waiting = (ids: string[]) => expect(whenUploaded(list, ids, signal)).rejects
    const failed = waiting([a.id, b.id]).toMatchObject({ value: { code: 'NO_SPACE' } })
    const cancelled = waiting([c.id]).toMatchObject({ value: { code: 'CANCELLED' } })
    list.update(b, { state: 'failed', error: { code: 'NO_SPACE', data: { needed: 2, free: 1 }, message: 'full' } })
    list.update(c, { state: 'cancelled' })
    await Promise.all([failed, cancelled])
    const gone = waiting([a.id]).toMatchObject({ value: { code: 'NOT_FOUND' } })
    await list.remove([a])
    await gone
  })

  it('can be given up', async () => {
    const a = record('a')
    await list.add([a])
    const stop = new AbortController()
    const waiting = whenUploaded(list, [a.id], stop.signal)
    stop.abort(new Error('no longer'))
    await expect(waiting).rejects.toThrow('no longer')
  })
})
