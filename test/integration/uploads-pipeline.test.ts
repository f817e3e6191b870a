import { createHash } from 'node:crypto'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AgentUpload } from '../../contract/agent/uploads.ts'
import type { Upload } from '../../contract/uploads.ts'
import type { Found } from '../../src/core/kit/flight.ts'
import type { UploadRecord } from '../../src/core/uploads/record.ts'
import { admin, secret, spawnAgent, type SpawnedAgent } from '../helpers/agent.ts'
import { startChunkProxy, type ChunkProxy } from '../helpers/chunk-proxy.ts'
import { digestOfFile, randomFile } from '../helpers/random-file.ts'
import { context, picked, SITE, startUploadCore, type UploadCore } from '../helpers/upload-core.ts'

const MIB = 2 ** 20
const SIZE = 24 * MIB
let agent: SpawnedAgent
let proxy: ChunkProxy
let core: UploadCore
let folder: string
let path: string
let data: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-pipeline-'))
  path = join(folder, 'mesh.inp')
  data = join(folder, 'core')
  agent = await spawnAgent({
    HEADWAY_DATA: join(folder, 'agent'),
    HEADWAY_UPLOADS: join(folder, 'uploads'),
    HEADWAY_ADMIN_PASSWORD: admin.password,
    HEADWAY_LOG_LEVEL: 'warn',
    HEADWAY_SCHEDULER: 'local',
    JWT_SECRET_KEY: secret,
  })
  proxy = await startChunkProxy(() => agent.url)
  core = await start(proxy.url)
})
afterEach(async () => {
  await core.close()
  await proxy.close()
  await agent.end()
  await rm(folder, { recursive: true, force: true })
})

/** As in the same network, however busy this machine is. */
const start = (url: string, roundTripMs = 1) => startUploadCore({ url, data, roundTripMs })

/** Nodes of a mesh as text; returns the SHA-256. */
async function meshFile(size: number): Promise<string> {
  const lines: string[] = ['*NODE']
  for (let id = 1, length = 0; length < size; id++) {
    const line = `${id}, ${(Math.cos(id / 90) * 50).toExponential(7)}, ${(id * 0.013).toFixed(6)}, ${(id % 97) / 8}`
    lines.push(line)
    length += line.length + 1
  }
  const text = Buffer.from(lines.join('\n')).subarray(0, size)
  await writeFile(path, text)
  return createHash('sha256').update(text).digest('hex')
}

async function addOne(label = 'form'): Promise<Upload> {
  const [upload] = await core.add([await picked(path)], label)
  if (upload === undefined) throw new Error('nothing added')
  return upload
}
const remote = (agentUploadId = ''): Promise<AgentUpload> =>
  core.agent.client.get<AgentUpload>(`/api/v2/uploads/${agentUploadId}`)

async function whole(id: string, digest: string): Promise<Upload> {
  const done = await core.until(id, ({ state }) => state === 'uploaded' || state === 'failed')
  expect(done.error).toBeUndefined()
  const { file_path: stored = '' } = await remote(done.agentUploadId)
  expect(await digestOfFile(stored)).toBe(digest)
  return done
}
/** Starts the core again, with a link that another day has found. */
async function remembering({ connections, rate }: Found, roundTripMs?: number): Promise<void> {
  await core.close()
  const db = new DatabaseSync(join(data, 'uploads.db'))
  db.prepare('INSERT INTO upload_links VALUES (?, ?, ?, ?)').run(SITE, connections, rate, Date.now())
  db.close()
  core = await start(proxy.url, roundTripMs)
}

const isCompressed = ({ headers }: { headers: Record<string, unknown> }) => headers['content-encoding'] === 'zstd'

describe('compression', () => {
  it('brings a mesh whole, in a fraction of its bytes, where something is slower than compressing', async () => {
    const digest = await meshFile(12 * MIB)
    core.limit.value = 3 * MIB
    const done = await whole((await addOne()).id, digest)
    expect(done).toMatchObject({ sent: 12 * MIB, reused: 0, crossed: proxy.bytes })
    expect(done.crossed).toBeLessThan(6 * MIB)
    expect(proxy.chunks.filter(isCompressed).length).toBeGreaterThan(proxy.chunks.length / 2)
    for (const { headers } of proxy.chunks.filter(isCompressed)) {
      expect(headers['repr-digest']).toMatch(/^sha-256=:.{44}:$/)
      expect(headers['content-digest']).toBeUndefined()
    }
  })

  it('is not tried where the link is faster, nor where nothing gets smaller', async () => {
    await remembering({ connections: 4, rate: 4e9 })
    const digest = await meshFile(SIZE)
    await whole((await addOne()).id, digest)
    // What follows is by what this machine shows now.
    expect(proxy.chunks.slice(0, 6).some(isCompressed)).toBe(false)
    core.limit.value = 16 * MIB
    const random = await randomFile(path, 8 * MIB)
    const done = await whole((await addOne('random')).id, random)
    // It was compared with the mesh of the same name, whose signature crossed too.
    expect(done.crossed).toBeGreaterThanOrEqual(8 * MIB)
    expect(done.crossed).toBeLessThan(8 * MIB + 16_384)
    expect(proxy.chunks.slice(-8).some(isCompressed)).toBe(false)
  })

  it('a bit turned over costs one chunk, which then goes as it is', async () => {
    const digest = await meshFile(12 * MIB)
    core.limit.value = 4 * MIB
    let flipped = 0
    proxy.fate = (index, headers) =>
      index === 5 && 'content-encoding' in headers && flipped++ === 0 ? 'flip-bit' : 'pass'
    await whole((await addOne()).id, digest)
    expect(flipped).toBe(1)
    const again = proxy.chunks.filter(({ index }) => index === 5)
    expect(again.map(isCompressed)).toEqual([true, false])
    expect(proxy.chunks).toHaveLength(12 + 1)
    // The others after it are compressed all the same.
    expect(proxy.chunks.filter(isCompressed).length).toBeGreaterThan(6)
  })

  it('is given up for an agent that does not know it', async () => {
    const digest = await meshFile(16 * MIB)
    core.limit.value = 16 * MIB
    const refusal = { status: 415, body: { error: 'Unsupported.', code: 'UNSUPPORTED_MEDIA_TYPE' } }
    proxy.fate = (_index, headers) => ('content-encoding' in headers ? refusal : 'pass')
    const done = await whole((await addOne()).id, digest)
    expect(done.crossed).toBe(16 * MIB)
    // Those that were ready when the first was refused.
    const refused = new Set(proxy.chunks.filter(isCompressed).map(({ index }) => index))
    expect(refused.size).toBeLessThan(8)
  })
})

describe('a flipped bit', () => {
  it('is found, and only that chunk is sent again', async () => {
    const digest = await randomFile(path, SIZE)
    let flipped = 0
    proxy.fate = (index) => (index === 2 && flipped++ === 0 ? 'flip-bit' : 'pass')
    const done = await whole((await addOne()).id, digest)
    const counts = Map.groupBy(proxy.chunks, ({ index }) => index)
    expect(counts.size).toBe(12)
    expect([...counts].filter(([, sent]) => sent.length > 1).map(([index]) => index)).toEqual([2])
    expect(done.crossed).toBe(SIZE)
  })
})

/** The journal's records, changed while no core has it. */
function editJournal(change: (record: UploadRecord) => void): UploadRecord {
  const db = new DatabaseSync(join(data, 'uploads.db'))
  const row = db.prepare('SELECT rank, record FROM uploads ORDER BY rank DESC').get()
  const record = JSON.parse(String(row?.['record'])) as UploadRecord
  change(record)
  db.prepare('UPDATE uploads SET record = ? WHERE rank = ?').run(JSON.stringify(record), Number(row?.['rank']))
  db.close()
  return record
}

/** Adds the file where nothing can arrive, ends the core, changes its journal and starts it again. */
async function interrupted(change: (record: UploadRecord) => void, meanwhile: (record: UploadRecord) => Promise<void>) {
  proxy.otherFate = (request) =>
    request === 'POST /api/v2/uploads' ? { status: 503, body: { error: 'Not now.', code: 'INTERNAL' } } : 'pass'
  const { id } = await addOne()
  await expect.poll(() => proxy.others.includes('POST /api/v2/uploads'), { timeout: 30_000 }).toBe(true)
  await core.close()
  const record = editJournal(change)
  proxy.otherFate = () => 'pass'
  core = await startUploadCore({ url: agent.url, data: join(folder, 'other') })
  await meanwhile(record)
  await core.close()
  core = await start(proxy.url)
  return id
}

const openAt = ({ key, name, folder: place, size, label, class: kind }: UploadRecord, chunkSize: number) =>
  core.agent.client.post<AgentUpload>('/api/v2/uploads', {
    json: { key, name, folder: place, size, label, class: kind, chunk_size: chunkSize },
  })

describe('the size of chunks', () => {
  it('of an upload stays what it was opened with, also by an older journal that does not say it', async () => {
    const digest = await randomFile(path, SIZE)
    const id = await interrupted(
      (record) => Object.assign(record, { opened: true, chunkSize: undefined }),
      async (record) => {
        const { upload_id: at } = await openAt(record, 4 * MIB)
        const file = await open(path)
        const bytes = Buffer.alloc(4 * MIB)
        await file.read(bytes, 0, bytes.length, 4 * MIB)
        await file.close()
        const sha256 = createHash('sha256').update(bytes).digest('base64')
        const headers = { 'content-type': 'application/octet-stream', 'content-digest': `sha-256=:${sha256}:` }
        await core.agent.client.putBytes(`/api/v2/uploads/${at}/chunks/1`, bytes, headers, context.signal)
      },
    )
    const done = await whole(id, digest)
    expect((await remote(done.agentUploadId)).chunk_size).toBe(4 * MIB)
    expect(proxy.chunks.map(({ index }) => index).sort((a, b) => a - b)).toEqual([0, 2, 3, 4, 5])
  })

  it('is not what stops an upload whose opening the journal has missed', async () => {
    const digest = await randomFile(path, SIZE)
    const id = await interrupted(
      (record) => Object.assign(record, { opened: false, chunkSize: undefined }),
      async (record) => void (await openAt(record, MIB / 8)),
    )
    const done = await whole(id, digest)
    expect((await remote(done.agentUploadId)).chunk_size).toBe(2 * MIB)
  })

  it('is small where the site is far and remembered as slow', async () => {
    await remembering({ connections: 24, rate: 24 * 200_000 }, 40)
    const digest = await randomFile(path, SIZE)
    const done = await whole((await addOne()).id, digest)
    expect((await remote(done.agentUploadId)).chunk_size).toBe(MIB)
  })
})

describe('1 GiB', () => {
  it('goes up without ever holding up the core for more than 50 ms', async () => {
    const size = 1024 * MIB
    const file = await open(path, 'w')
    await file.truncate(size)
    for (let at = 0; at < size; at += 64 * MIB) await file.write(`${at}`, at)
    await file.close()
    await core.close()
    core = await start(agent.url)
    const upload = await addOne()
    const loop = new LoopWatch()
    const done = await core.until(upload.id, ({ state }) => state === 'uploaded' || state === 'failed')
    const { longest, median } = loop.end()
    expect(done.state).toBe('uploaded')
    expect(longest).toBeLessThan(50)
    expect(median).toBeLessThan(50)
  }, 180_000)
})

/** Watches the loop of this process. Other programs and the disk's own pace are not counted: processor time is. */
class LoopWatch {
  readonly #delay = monitorEventLoopDelay({ resolution: 10 })
  readonly #timer: NodeJS.Timeout
  #longest = 0

  constructor() {
    let before = process.threadCpuUsage()
    this.#timer = setInterval(() => {
      const { user, system } = process.threadCpuUsage(before)
      before = process.threadCpuUsage()
      this.#longest = Math.max(this.#longest, (user + system) / 1000)
    }, 5)
    this.#delay.enable()
  }

  /** Milliseconds: the most that this thread worked without a break, and the median of what a timer was late. */
  end(): { longest: number; median: number } {
    clearInterval(this.#timer)
    this.#delay.disable()
    return { longest: this.#longest, median: this.#delay.percentile(50) / 1e6 }
  }
}
