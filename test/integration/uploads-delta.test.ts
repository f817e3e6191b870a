import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { appendFileSync, rmSync, statSync } from 'node:fs'
import { copyFile, mkdtemp, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PickedFile, Upload } from '../../contract/uploads.ts'
import type { Platform } from '../../src/core/platform.ts'
import { admin, startAgent, type TestAgent } from '../helpers/agent.ts'
import { startChunkProxy, type ChunkProxy } from '../helpers/chunk-proxy.ts'
import { digestOfFile, randomFile } from '../helpers/random-file.ts'
import { context, picked, startUploadCore, type UploadCore } from '../helpers/upload-core.ts'

const MIB = 2 ** 20
const SIZE = 32 * MIB
/** What one edit costs: the chunks it is in, until the cuts have fallen in again, and the signature. */
const EDIT = 2 * MIB
const program = fileURLToPath(new URL('../helpers/upload-core-process.ts', import.meta.url))

let folder: string
let agent: TestAgent
let proxy: ChunkProxy
let core: UploadCore
let path: string

const startCore = (openSource?: Platform['openSource']) =>
  startUploadCore({
    url: proxy.url,
    data: join(folder, 'core'),
    ...(openSource === undefined ? {} : { openSource }),
  })

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-delta-'))
  agent = await startAgent({ data: join(folder, 'agent') })
  proxy = await startChunkProxy(() => agent.url)
  core = await startCore()
  path = join(folder, 'mesh.msh')
  await randomFile(path, SIZE)
})
afterEach(async () => {
  await core.close()
  await proxy.close()
  await agent.close()
  await rm(folder, { recursive: true, force: true })
})

const formFolder = (label: string) => join(folder, 'agent', 'uploads', 'users', admin.username, 'jobs', label, 'mesh')
const storedAs = (label: string, name = 'mesh.msh') => join(formFolder(label), name)

async function add(label: string, file = path, change: Partial<PickedFile> = {}): Promise<Upload> {
  const [upload] = await core.add([await picked(file, change)], label)
  if (upload === undefined) throw new Error('not taken')
  return upload
}

/** Waits until it is whole and is what the file is. */
async function whole({ id }: Upload, file = path): Promise<Upload> {
  await core.whenUploaded([core.upload(id)])
  const upload = core.upload(id)
  expect(await digestOfFile(storedAs(upload.label, upload.name))).toBe(await digestOfFile(file))
  return upload
}

const send = async (label: string, file = path) => whole(await add(label, file), file)

/** Some bytes put in at every so many. */
async function editEverywhere(every: number): Promise<void> {
  const file = await readFile(path)
  const parts: Buffer[] = []
  for (let at = 0; at < file.length; at += every) parts.push(randomBytes(100), file.subarray(at, at + every))
  await writeFile(path, Buffer.concat(parts))
}

describe('an edited file', () => {
  it('sends what was edited: at the front, in the middle, cut out, at the end', async () => {
    await send('first')
    const file = await readFile(path)
    const edits = [
      Buffer.concat([randomBytes(1024), file]),
      Buffer.concat([file.subarray(0, 15 * MIB), randomBytes(1024), file.subarray(15 * MIB + 1024)]),
      Buffer.concat([file.subarray(0, 20 * MIB), file.subarray(21 * MIB)]),
      Buffer.concat([file, randomBytes(1024)]),
    ]
    for (const [index, edited] of edits.entries()) {
      await writeFile(path, edited)
      const before = proxy.bytes
      const upload = await send(`edited-${index}`)
      expect(upload.size - upload.reused).toBeLessThan(EDIT)
      expect(upload.crossed).toBeLessThan(EDIT)
      expect(proxy.bytes - before).toBeLessThanOrEqual(upload.crossed)
    }
  })

  it('tells windows while it is compared', async () => {
    await send('first')
    appendFileSync(path, 'more')
    const { id } = await add('second')
    expect((await core.until(id, ({ comparing }) => comparing === true)).state).toBe('uploading')
    expect((await whole(core.upload(id))).comparing).toBeUndefined()
  })

  it('that a page holds sends what was edited, too', async () => {
    await core.close()
    core = await startCore(async () => {
      const handle = await open(path)
      return {
        async read(offset, length) {
          const bytes = Buffer.alloc(length)
          await handle.read(bytes, 0, length, offset)
          return bytes
        },
        async stat() {
          const { size, mtimeMs } = await handle.stat()
          return { size, modified: Math.trunc(mtimeMs) }
        },
        close: () => handle.close(),
      }
    })
    await send('first')
    await writeFile(path, Buffer.concat([randomBytes(1024), await readFile(path)]))
    const { mtimeMs } = statSync(path)
    const change = { source: { kind: 'browser', token: 'held' } as const, modified: Math.trunc(mtimeMs) }
    const upload = await whole(await add('second', path, change))
    expect(upload.crossed).toBeLessThan(EDIT)
  })

  it('that nothing of is there goes as it is', async () => {
    await send('first')
    await randomFile(path, SIZE)
    const upload = await send('second')
    expect(upload.reused).toBe(0)
  })

  it('changed once more while it is compared is refused, and then compared anew', async () => {
    await send('first')
    appendFileSync(path, 'more')
    const { id } = await add('second')
    await core.until(id, ({ comparing }) => comparing === true)
    appendFileSync(path, 'and more')
    const failed = await core.until(id, ({ state }) => state === 'failed')
    expect(failed.error?.code).toBe('FILE_CHANGED')
    await core.uploads.handlers.methods.resume({ ids: [id] }, context)
    expect((await whole(core.upload(id))).crossed).toBeLessThan(EDIT)
  })
})

describe('a file that the cluster has', () => {
  it('is used as it is, under any name: nothing of it crosses', async () => {
    await send('first')
    const again = join(folder, 'again.msh')
    await copyFile(path, again)
    const before = proxy.bytes
    const upload = await send('second', again)
    expect(upload.reused).toBe(SIZE)
    expect(upload.crossed).toBe(proxy.bytes - before)
    expect(upload.crossed).toBeLessThan(1024)
  })

  it('and that the user wants sent again is sent whole', async () => {
    const { id } = await send('first')
    const before = proxy.bytes
    await core.uploads.handlers.methods.sendAgain({ ids: [id] }, context)
    await core.until(id, ({ state }) => state !== 'uploaded')
    const upload = await whole(core.upload(id))
    expect(upload.reused).toBe(0)
    expect(proxy.bytes - before).toBe(SIZE)
    expect(proxy.others.filter((request) => request.includes('/sources'))).toHaveLength(1)
  })

  it('but has become another one behind the agent’s back is of no use, and the upload is whole all the same', async () => {
    await send('first')
    const stored = await open(storedAs('first'), 'r+')
    await stored.write(randomBytes(SIZE / 2), 0, SIZE / 2, 0)
    await stored.close()
    const upload = await send('second')
    expect(upload.reused).toBeLessThanOrEqual(SIZE / 2)
  })

  it('but is removed meanwhile is not needed', async () => {
    await send('first')
    proxy.fate = () => {
      rmSync(storedAs('first'), { force: true })
      return 'pass'
    }
    const upload = await send('second')
    expect(upload.reused).toBe(0)
  })

  it('is sent as any other to an agent that knows nothing of this', async () => {
    proxy.otherFate = (request) =>
      request.startsWith('GET /api/v2/uploads/sources')
        ? { status: 404, body: { error: 'Route not found', code: 'NOT_FOUND' } }
        : 'pass'
    await send('first')
    const upload = await send('second')
    expect(upload.reused).toBe(0)
  })

  it('is sent as any other where the comparison fails', async () => {
    await send('first')
    appendFileSync(path, 'more')
    proxy.otherFate = (request) =>
      request.endsWith('/signature') ? { status: 500, body: { error: 'Broken', code: 'INTERNAL_ERROR' } } : 'pass'
    const upload = await send('second')
    expect(upload.reused).toBe(0)
  })
})

/** Files that the agent keeps of uploads that are not whole. */
const partials = async () => (await readdir(formFolder('form'))).filter((name) => name !== 'mesh.msh')

describe('a file changed while it is uploaded', () => {
  const ARRIVED = 16 * MIB
  /** What had been read before the change may all arrive: this is left to be sent even so. */
  const ADDED = 8 * MIB
  /** Uploads some of the file, changes it at its front and its end, and waits until that is noticed. */
  async function changedMidway(): Promise<Upload> {
    const edited = join(folder, 'edited.msh')
    await writeFile(edited, Buffer.concat([randomBytes(1024), await readFile(path), randomBytes(ADDED)]))
    core.limit.value = 6 * MIB
    const { id } = await add('form')
    await core.until(id, ({ sent }) => sent >= ARRIVED)
    await rename(edited, path)
    const failed = await core.until(id, ({ state }) => state === 'failed')
    expect(failed.error?.code).toBe('FILE_CHANGED')
    core.limit.value = 0
    return failed
  }

  it('uses what had arrived of the one before, which is removed at the end', async () => {
    const { id } = await changedMidway()
    await core.uploads.handlers.methods.resume({ ids: [id] }, context)
    const upload = await whole(core.upload(id))
    expect(upload.reused).toBeGreaterThan(ARRIVED - EDIT)
    expect(upload.crossed).toBeLessThan(SIZE + ADDED - ARRIVED + EDIT)
    await expect.poll(partials).toEqual([])
  })

  it('has the one before removed when it is taken off the list, where that could not be done before', async () => {
    const { id } = await changedMidway()
    proxy.otherFate = (request) =>
      request.startsWith('DELETE ') ? { status: 500, body: { error: 'Broken', code: 'INTERNAL_ERROR' } } : 'pass'
    await core.uploads.handlers.methods.resume({ ids: [id] }, context)
    await whole(core.upload(id))
    expect(await partials()).toHaveLength(1)
    proxy.otherFate = () => 'pass'
    await core.uploads.handlers.methods.forget({ ids: [id] }, context)
    await expect.poll(partials, { timeout: 10_000 }).toEqual([])
    expect(await digestOfFile(storedAs('form'))).toBe(await digestOfFile(path))
  })

  it('does so after a restart of the core, too', async () => {
    const { id } = await changedMidway()
    core.limit.value = 1 * MIB
    await core.uploads.handlers.methods.resume({ ids: [id] }, context)
    await core.until(id, ({ comparing, state, sent }) => comparing === true || (state === 'uploading' && sent > 0))
    await core.close()
    core = await startCore()
    const upload = await whole(core.upload(id))
    expect(upload.reused).toBeGreaterThan(ARRIVED - EDIT)
    await expect.poll(partials).toEqual([])
  })

  it('and once more uses of the two before the one that came further', async () => {
    const { id } = await changedMidway()
    core.limit.value = 1 * MIB
    await core.uploads.handlers.methods.resume({ ids: [id] }, context)
    // A comparison may be over before it is told.
    await core.until(id, ({ comparing, state, sent }) => comparing === true || (state === 'uploading' && sent > 0))
    const edited = join(folder, 'edited.msh')
    await writeFile(edited, Buffer.concat([randomBytes(1024), await readFile(path)]))
    await rename(edited, path)
    await core.until(id, ({ state }) => state === 'failed')
    core.limit.value = 0
    await core.uploads.handlers.methods.resume({ ids: [id] }, context)
    const upload = await whole(core.upload(id))
    expect(upload.reused).toBeGreaterThan(ARRIVED - EDIT)
    await expect.poll(partials).toEqual([])
  })

  it('leaves nothing of either when it is cancelled', async () => {
    const { id } = await changedMidway()
    core.limit.value = 1 * MIB
    await core.uploads.handlers.methods.resume({ ids: [id] }, context)
    await core.until(id, ({ state, sent }) => state === 'uploading' && sent > 0)
    expect((await partials()).length).toBe(2)
    await core.uploads.handlers.methods.cancel({ ids: [id] }, context)
    await expect.poll(partials, { timeout: 10_000 }).toEqual([])
  })
})

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('close', resolve))
  child.kill('SIGKILL')
  await ended
}

describe('the core killed in the middle of a delta', () => {
  const cores: ChildProcess[] = []
  afterEach(async () => {
    await Promise.all(cores.splice(0).map(end))
  })

  /** A core of its own; resolves when an upload is as asked. */
  function spawnCore(limit: number, ...files: string[]) {
    const child = spawn(process.execPath, [program, proxy.url, join(folder, 'other-core'), String(limit), ...files], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    cores.push(child)
    const lines = createInterface({ input: child.stdout })
    const until = async (wanted: (upload: Upload) => boolean): Promise<Upload> => {
      for await (const line of lines) {
        const found = (JSON.parse(line) as Upload[]).find(wanted)
        if (found !== undefined) return found
      }
      throw new Error('the core has ended')
    }
    return { until, kill: () => end(child) }
  }

  it('goes on with what had arrived, and with what the cluster has', async () => {
    await send('first')
    await editEverywhere(2 * MIB)
    const before = proxy.chunks.length
    const killed = spawnCore(MIB, path)
    const seen = await killed.until(({ sent, comparing }) => sent >= 8 * MIB && comparing === undefined)
    await killed.kill()
    const again = await spawnCore(0).until(({ state }) => state === 'uploaded')
    expect(await digestOfFile(storedAs('form'))).toBe(await digestOfFile(path))
    expect(seen.reused).toBeGreaterThan(4 * MIB)
    expect(again.reused).toBeGreaterThan(SIZE / 2)
    const chunks = proxy.chunks.slice(before).map(({ index }) => index)
    // Those on their way go twice, and no others.
    expect(chunks.length - new Set(chunks).size).toBeLessThanOrEqual(8)
  }, 120_000)
})
