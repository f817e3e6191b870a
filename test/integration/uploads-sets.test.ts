import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { UploadList } from '../../contract/agent/uploads.ts'
import type { Upload } from '../../contract/uploads.ts'
import { admin, startAgent, type TestAgent } from '../helpers/agent.ts'
import { startChunkProxy, type ChunkProxy } from '../helpers/chunk-proxy.ts'
import { digestsBelow, digestsOf, writeTree } from '../helpers/file-tree.ts'
import { numbers, startFaultProxy, type FaultProxy } from '../helpers/fault-proxy.ts'
import { context, startUploadCore, type UploadCore } from '../helpers/upload-core.ts'

const SET = 'POST /api/v2/uploads/sets'
const program = Buffer.concat([Buffer.from('7f454c46020101', 'hex'), Buffer.alloc(4096)])

let folder: string
let agent: TestAgent
let proxy: ChunkProxy
let faults: FaultProxy | undefined
let core: UploadCore

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-sets-'))
  agent = await startAgent()
  proxy = await startChunkProxy(() => agent.url)
  core = await startUploadCore({ url: proxy.url })
})
afterEach(async () => {
  await core.close()
  await proxy.close()
  await faults?.close()
  faults = undefined
  await agent.close()
  await rm(folder, { recursive: true, force: true })
})

/** Small files of many places; all of one class, so that their tree is stored as it is. */
function tree(count: number, most = 4_000): Map<string, Uint8Array> {
  const random = numbers(7)
  const files = new Map<string, Uint8Array>()
  for (let at = 0; at < count; at += 1) {
    const name = at % 5 === 0 ? `결과-${at}.csv` : `f${at}.csv`
    const place = at % 3 === 0 ? 'case/메시/깊은 곳' : `case/d${at % 17}`
    files.set(`${place}/${name}`.normalize('NFC'), randomBytes(at % 40 === 0 ? 0 : Math.floor(random() * most)))
  }
  return files
}

async function addTree(files: ReadonlyMap<string, Uint8Array>, to = core): Promise<Upload[]> {
  await writeTree(folder, files)
  const { files: found } = await to.uploads.handlers.methods.expand({ paths: [join(folder, 'case')] }, context)
  return to.add(found)
}
const stored = (fileClass = 'data') =>
  digestsBelow(join(agent.config.uploads, 'users', admin.username, 'jobs', 'form', fileClass))
const rows = async (): Promise<number> =>
  (await core.agent.client.get<UploadList>('/api/v2/files/uploads', { query: { limit: 1 } })).total
const requests = (begins: string) => proxy.others.filter((request) => request.startsWith(begins))
const ids = (uploads: readonly Upload[]) => ({ ids: uploads.map(({ id }) => id) })
const named = (uploads: readonly Upload[], name: string): Upload => {
  const found = uploads.find((upload) => upload.name === name)
  if (found === undefined) throw new Error(`no ${name}`)
  return found
}

describe('small files', () => {
  it('travel together, keep their tree, and each is judged by itself', async () => {
    const files = tree(1_200)
    files.set('case/notes.txt', program)
    const added = await addTree(files)
    const refused = named(added, 'notes.txt')
    const good = added.filter(({ id }) => id !== refused.id)
    await core.whenUploaded(good)
    files.delete('case/notes.txt')
    expect(await stored()).toEqual(digestsOf(files))
    expect(await core.until(refused.id, ({ state }) => state === 'failed')).toMatchObject({
      error: { code: 'FILE_REFUSED', data: { name: 'notes.txt' } },
    })
    expect(requests(SET).length).toBeLessThan(10)
    expect(requests('POST /api/v2/uploads').length).toBe(requests(SET).length)
    const [first] = good
    expect(core.upload(first?.id ?? '')).toMatchObject({ state: 'uploaded', sent: first?.size })
    const remote = await core.agent.client.get(`/api/v2/uploads/${core.upload(first?.id ?? '').agentUploadId}`)
    expect(remote).toMatchObject({ digest: core.upload(first?.id ?? '').digest, status: 'uploaded' })
    expect(core.uploads.tasks.list()[0]).toMatchObject({ state: 'failed', can: { retry: true } })
  })

  it('come through broken connections and lost answers, and nothing is stored twice', async () => {
    faults = await startFaultProxy(proxy.url)
    const bad = faults
    // Every third connection breaks within a set; of others the answer is lost.
    bad.plan = (connection) => {
      if (connection % 3 === 2 && connection < 24) return { kind: 'reset', direction: 'up', after: 60_000 }
      return connection % 3 === 1 && connection < 24 ? { kind: 'lost', begins: SET } : { kind: 'none' }
    }
    await core.close()
    core = await startUploadCore({ url: bad.url })
    const files = tree(3_000)
    await core.whenUploaded(await addTree(files))
    expect(await stored()).toEqual(digestsOf(files))
    expect(await rows()).toBe(files.size)
    expect(bad.struck.get('lost')).toBeGreaterThan(0)
    expect(bad.struck.get('reset')).toBeGreaterThan(0)
  })

  it('of a set that was damaged on its way are sent again, also where it was in its list', async () => {
    let damaged = 0
    proxy.otherFate = (request) => (request === SET && damaged++ < 2 ? 'flip-bit' : 'pass')
    const files = tree(30)
    await core.whenUploaded(await addTree(files))
    expect(await stored()).toEqual(digestsOf(files))
    expect(await rows()).toBe(files.size)
    expect(requests(SET)).toHaveLength(3)
  })

  it('wait for a network that is gone', async () => {
    core.limit.value = 300_000
    const files = tree(600)
    const added = await addTree(files)
    await expect.poll(() => requests(SET).length, { timeout: 10_000 }).toBeGreaterThan(0)
    proxy.down()
    const [one] = added
    await core.until(one?.id ?? '', ({ state, wait }) => state === 'waiting' && wait === 'network')
    core.limit.value = 0
    proxy.up()
    await core.whenUploaded(added)
    expect(await stored()).toEqual(digestsOf(files))
    expect(await rows()).toBe(files.size)
  })

  it('may be paused and cancelled while their set is on its way', async () => {
    core.limit.value = 50_000
    const files = tree(400)
    const added = await addTree(files)
    await expect.poll(() => requests(SET).length, { timeout: 10_000 }).toBeGreaterThan(0)
    const paused = added.slice(0, 10)
    const cancelled = added.slice(10, 20)
    await core.uploads.handlers.methods.pause(ids(paused), context)
    await core.uploads.handlers.methods.cancel(ids(cancelled), context)
    core.limit.value = 0
    await core.whenUploaded(added.slice(20))
    for (const { id } of paused) expect(core.upload(id).state).toBe('paused')
    for (const { id } of cancelled) expect(core.upload(id).state).toBe('cancelled')
    for (const { folder: place, name } of cancelled) files.delete(`${place}/${name}`)
    const resting = new Map(files)
    for (const { folder: place, name } of paused) resting.delete(`${place}/${name}`)
    expect(await stored()).toEqual(digestsOf(resting))
    await core.uploads.handlers.methods.resume(ids(paused), context)
    await core.whenUploaded(paused)
    expect(await stored()).toEqual(digestsOf(files))
  })

  it('that changed or vanished before their turn concern no other', async () => {
    const files = tree(50)
    core.limit.value = 1
    await writeTree(folder, files)
    const { files: found } = await core.uploads.handlers.methods.expand({ paths: [join(folder, 'case')] }, context)
    const [gone, changed, grown] = ['f1.csv', 'f2.csv', 'f4.csv'].map((name) => {
      const path = [...files.keys()].find((key) => key.endsWith(`/${name}`)) ?? ''
      return { name, path }
    })
    await rm(join(folder, gone?.path ?? ''))
    files.delete(gone?.path ?? '')
    files.set(changed?.path ?? '', Buffer.from('quite another text'))
    await writeFile(join(folder, changed?.path ?? ''), 'quite another text')
    // Small no longer: it goes by itself.
    files.set(grown?.path ?? '', randomBytes(700_000))
    await writeFile(join(folder, grown?.path ?? ''), files.get(grown?.path ?? '') ?? '')
    core.limit.value = 0
    const added = await core.add(found)
    const missing = named(added, 'f1.csv')
    await core.whenUploaded(added.filter(({ id }) => id !== missing.id))
    const failed = await core.until(missing.id, ({ state }) => state === 'failed')
    expect(failed.error).toMatchObject({ code: 'FILE_MISSING', data: { name: 'f1.csv' } })
    expect(await stored()).toEqual(digestsOf(files))
    expect(core.upload(named(added, 'f2.csv').id).size).toBe(18)
  })

  it('go one by one to an agent that knows no sets', async () => {
    const body = { error: 'There is nothing here.', code: 'NOT_FOUND' }
    proxy.otherFate = (request) => (request === SET ? { status: 404, body } : 'pass')
    const files = tree(40)
    const added = await addTree(files)
    await core.whenUploaded(added)
    expect(await stored()).toEqual(digestsOf(files))
    expect(requests(SET)).toHaveLength(1)
    expect(await rows()).toBe(files.size)
  })

  it('go one by one where they are to be read back', async () => {
    core.set({ uploadReadBack: true })
    const files = tree(10)
    await core.whenUploaded(await addTree(files))
    expect(await stored()).toEqual(digestsOf(files))
    expect(requests(SET)).toHaveLength(0)
  })

  it('are sent again whole when asked for, and what is stored stays', async () => {
    const files = tree(20)
    const added = await addTree(files)
    await core.whenUploaded(added)
    const before = new Set(added.map(({ id }) => core.upload(id).agentUploadId))
    await core.uploads.handlers.methods.sendAgain({ ids: added.map(({ id }) => id) }, context)
    await core.whenUploaded(added)
    expect(added.some(({ id }) => before.has(core.uploads.find(id)?.agentUploadId))).toBe(false)
    expect(await rows()).toBe(2 * files.size)
    expect(Object.keys(await stored()).length).toBeGreaterThanOrEqual(files.size)
  })
})

describe('the limits of the agent itself', () => {
  it.each([
    ['a set', SET, 2_000],
    ['an opening', 'POST /api/v2/uploads', 900_000],
    ['a completion', '/complete', 900_000],
  ])('are obeyed for %s', async (_what, which, size) => {
    let refused = 0
    let refusedAt = 0
    const times: number[] = []
    proxy.otherFate = (request) => {
      if (!(request === which || request.endsWith(which)) || (which !== SET && request === SET)) return 'pass'
      times.push(performance.now())
      if (refused++ > 0) return 'pass'
      refusedAt = performance.now()
      const body = { error: 'Too many requests.', code: 'RATE_LIMITED', retry_after: 2 }
      return { status: 429, headers: { 'retry-after': '2' }, body }
    }
    const files = new Map([['case/one.csv', randomBytes(size)]])
    const [upload] = await addTree(files)
    const id = upload?.id ?? ''
    const waiting = await core.until(id, ({ state }) => state === 'waiting')
    expect(waiting.wait).toBe('server-limit')
    await core.whenUploaded([core.upload(id)])
    expect(Math.min(...times.filter((at) => at > refusedAt + 10)) - refusedAt).toBeGreaterThan(1990)
    expect(await stored()).toEqual(digestsOf(files))
  })
})
