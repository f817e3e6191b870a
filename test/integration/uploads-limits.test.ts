import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AgentUpload } from '../../contract/agent/uploads.ts'
import type { Traffic, Upload } from '../../contract/uploads.ts'
import { startAgent, type TestAgent } from '../helpers/agent.ts'
import { fastest, mostSoFar, startByteProxy, type ByteProxy } from '../helpers/byte-proxy.ts'
import { digestOfFile, randomFile } from '../helpers/random-file.ts'
import { context, picked, SITE, startUploadCore, type UploadCore } from '../helpers/upload-core.ts'

let folder: string
let agent: TestAgent
let proxy: ByteProxy
let core: UploadCore

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-limits-'))
  agent = await startAgent()
  proxy = await startByteProxy(agent.url)
  core = await startUploadCore({ url: proxy.url })
})
afterEach(async () => {
  await core.close()
  await proxy.close()
  await agent.close()
  await rm(folder, { recursive: true, force: true })
})

async function add(name: string, size: number, label = 'form'): Promise<Upload & { sha256: string }> {
  const sha256 = await randomFile(join(folder, name), size)
  const [upload] = await core.add([await picked(join(folder, name))], label)
  if (upload === undefined) throw new Error('nothing added')
  return { ...upload, sha256 }
}
async function expectWhole({ id, sha256 }: { id: string; sha256: string }): Promise<void> {
  const { agentUploadId } = await core.until(id, ({ state }) => state === 'uploaded')
  const remote = await core.agent.client.get<AgentUpload>(`/api/v2/uploads/${agentUploadId}`)
  expect(await digestOfFile(remote.file_path ?? '')).toBe(sha256)
}
const until = (at: number) => new Promise((resolve) => setTimeout(resolve, Math.max(0, at - performance.now())))

/** Bytes that went up. */
const gone = () => proxy.pieces.reduce((sum, { bytes }) => sum + bytes, 0)

/** Windows of so many milliseconds are looked at. */
const WINDOW_MS = 2_000

/**
 * What went up came as near to the limit as it may, and was never ahead of it. A busy machine may be slow for a while, not
 * fast; what it has held up comes in lumps.
 */
function expectKept(pieces: ByteProxy['pieces'], rate: number): void {
  expect(fastest(pieces, WINDOW_MS) / rate).toBeGreaterThan(0.95)
  expect(mostSoFar(pieces, WINDOW_MS) / rate).toBeLessThan(1.05)
}

/** Watches what leaves, second by second. */
function watch(): { told: Traffic[]; end(): void } {
  const told: Traffic[] = []
  const sink = {
    snapshot: (first: Traffic) => void told.push({ ...first, samples: [] }),
    event: (next: Traffic) => void told.push(next),
    fail: () => undefined,
  }
  const end = core.uploads.handlers.streams.traffic({ site: SITE }, sink)
  return { told, end }
}

describe('the limit for all uploads', () => {
  it.each([
    // 1, 10 and 100 Mbit/s.
    [125_000, 500_000],
    [1_250_000, 5_000_000],
    [12_500_000, 50_000_000],
  ])('is kept within 5 percent at %d bytes per second, from the first byte on', async (rate, size) => {
    core.limit.value = rate
    proxy.clear()
    const started = performance.now()
    const files = await Promise.all([add('a.dat', size * 0.5), add('b.dat', size * 0.3), add('c.dat', size * 0.2)])
    for (const file of files) await expectWhole(file)
    const seconds = (performance.now() - started) / 1000
    expect(seconds).toBeGreaterThan((size / rate) * 0.95)
    expectKept(proxy.pieces, rate)
  })

  it('is changed while it runs, and what is shown is what leaves', { timeout: 60_000 }, async () => {
    core.limit.value = 1_000_000
    proxy.clear()
    const file = await add('mesh.msh', 24_000_000)
    await expect.poll(gone, { timeout: 30_000 }).toBeGreaterThan(200_000)
    const traffic = watch()
    proxy.clear()
    const began = performance.now()
    await until(began + 4_000)
    expectKept(proxy.pieces, 1_000_000)
    core.limit.value = 3_000_000
    // What the system had buffered has gone by then.
    await until(began + 4_300)
    proxy.clear()
    await until(began + 8_000)
    expectKept(proxy.pieces, 3_000_000)
    core.limit.value = 0
    await expectWhole(file)
    traffic.end()
    for (const rate of [1_000_000, 3_000_000]) {
      const seconds = traffic.told.flatMap(({ samples, limit }) => (limit === rate ? samples : []))
      expect(Math.max(...seconds) / rate).toBeGreaterThan(0.9)
    }
    const shown = traffic.told.filter(({ limit }) => limit === 1_000_000).flatMap(({ samples }) => samples)
    expect(Math.max(...shown) / 1_000_000).toBeLessThan(1.1)
    expect(Math.max(...traffic.told.map(({ connections }) => connections))).toBeGreaterThan(0)
  })

  it('is that of the hours it is', async () => {
    const now = new Date()
    const clock = (minutes: number) => new Date(now.getTime() + minutes * 60_000).toTimeString().slice(0, 5)
    core.set({ uploadLimit: 1, uploadHours: { from: clock(-2), to: clock(2), limit: 1_000_000 } })
    proxy.clear()
    await expectWhole(await add('a.dat', 4_000_000))
    expectKept(proxy.pieces, 1_000_000)
  })

  it('holds for small files as well', { timeout: 120_000 }, async () => {
    core.limit.value = 500_000
    proxy.clear()
    const files = await Promise.all(Array.from({ length: 40 }, (_, at) => add(`f${at}.csv`, 50_000, `form-${at % 4}`)))
    for (const file of files) await expectWhole(file)
    expectKept(proxy.pieces, 500_000)
  })
})

describe('the limit of one upload', () => {
  it('slows it alone, is changed while it runs, and outlives the core', async () => {
    const data = join(folder, 'core')
    await core.close()
    core = await startUploadCore({ url: proxy.url, data, limit: 1 })
    const slow = await add('slow.dat', 3_000_000)
    const free = await add('free.dat', 30_000_000)
    const { limit } = core.uploads.handlers.methods
    await limit({ ids: [slow.id], bytesPerSecond: 400_000 }, context)
    const started = performance.now()
    core.limit.value = 0
    await expectWhole(free)
    expect(core.upload(slow.id)).toMatchObject({ state: 'uploading', limit: 400_000 })
    await core.close()
    core = await startUploadCore({ url: proxy.url, data })
    expect(core.upload(slow.id).limit).toBe(400_000)
    await until(started + 3_000)
    expect(core.upload(slow.id).state).not.toBe('uploaded')
    await core.uploads.handlers.methods.limit({ ids: [slow.id], bytesPerSecond: 0 }, context)
    await core.until(slow.id, (upload) => upload.limit === undefined)
    await expectWhole(slow)
  })

  it('is kept within 5 percent, and leaves the rest to others', async () => {
    core.limit.value = 3_000_000
    const [slow, free] = [await add('slow.dat', 5_000_000), await add('free.dat', 12_000_000)]
    await core.uploads.handlers.methods.pause({ ids: [slow.id, free.id] }, context)
    await core.uploads.handlers.methods.limit({ ids: [slow.id], bytesPerSecond: 500_000 }, context)
    const left = 5_000_000 - core.upload(slow.id).sent
    proxy.clear()
    const started = performance.now()
    await core.uploads.handlers.methods.resume({ ids: [slow.id, free.id] }, context)
    await expectWhole(free)
    // Both limits are felt: the one for all is used up, the one of its own is not passed.
    expectKept(proxy.pieces, 3_000_000)
    proxy.clear()
    await expectWhole(slow)
    expect((performance.now() - started) / 1000).toBeGreaterThan((left / 500_000) * 0.95)
    expectKept(proxy.pieces, 500_000)
  })
})

/** Adds a large one first and a smaller one behind it; how much of the large one is there when the other is whole. */
async function shareOf(change: Parameters<UploadCore['set']>[0]): Promise<number> {
  core.set({ ...change, uploadLimit: 4_000_000 })
  const large = await add('large.dat', 16_000_000, 'order')
  const small = await add('small.dat', 3_000_000, 'order')
  await core.until(small.id, ({ state }) => state === 'uploaded')
  const { sent, size } = core.upload(large.id)
  core.limit.value = 0
  await expectWhole(large)
  return sent / size
}

describe('the order of uploads', () => {
  it('is that of adding, the smallest first, or even, as the user has it', { timeout: 90_000 }, async () => {
    const asAdded = await shareOf({ uploadOrder: 'added' })
    const smallest = await shareOf({ uploadOrder: 'smallest' })
    const even = await shareOf({ uploadOrder: 'even' })
    expect(asAdded).toBeGreaterThan(0.6)
    expect(smallest).toBeLessThan(0.5)
    expect(even).toBeLessThan(asAdded)
  })
})
