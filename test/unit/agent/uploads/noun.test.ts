import { randomBytes, randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AgentEvent } from '../../../../contract/agent/events.ts'
import { loadConfig } from '../../../../agent/src/config.ts'
import { openDatabase } from '../../../../agent/src/db/index.ts'
import type { Agent } from '../../../../agent/src/kit/agent.ts'
import { createLog } from '../../../../agent/src/log.ts'
import { createRunner } from '../../../../agent/src/runner/index.ts'
import { createUploads } from '../../../../agent/src/uploads/index.ts'
import type { Opening } from '../../../../agent/src/uploads/opening.ts'
import { UploadService } from '../../../../agent/src/uploads/service.ts'
import { createUserFiles } from '../../../../agent/src/user-files/index.ts'
import { cut, sha256, treeDigest } from '../../../helpers/upload-client.ts'

const CHUNK = 65_536
const kim = { username: 'kim' }
const admin = { username: 'root', email: '', groups: ['admin'], permissions: [] }

let data: string
let now: Date
let records: Record<string, unknown>[]
let events: { event: AgentEvent; to: unknown }[]
let agent: Agent
let ends: (() => Promise<void>)[]

/** A real database and real files; what would go to audit and hub is kept to be looked at. */
function newAgent(limits: Partial<Agent['config']['limits']> = {}): Agent {
  const { config } = loadConfig({ HEADWAY_DATA: data })
  const log = createLog('silent')
  return {
    config: { ...config, limits: { ...config.limits, ...limits } },
    db: openDatabase(data),
    log,
    now: () => now,
    audit: { record: (entry) => void records.push(entry), security: (event) => void records.push(event) },
    hub: { publish: (_topic, event, to) => void events.push({ event, to }), connections: 0 },
    files: createUserFiles(config),
    runner: createRunner(config, log),
    metrics: { count: () => {}, gauge: () => {}, gaugeBy: () => {} },
  }
}

const newService = async (from: Agent = agent): Promise<UploadService> => {
  const service = new UploadService(from)
  ends.push(() => service.close())
  await service.start()
  return service
}

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'uploads-'))
  ends = []
  now = new Date()
  records = []
  events = []
  agent = newAgent()
})
afterEach(async () => {
  for (const end of ends) await end()
  await agent.db.destroy()
  await rm(data, { recursive: true })
})

const begin = async (service: UploadService, bytes: Buffer, request: Partial<Opening> = {}) => {
  const opening = { name: 'm.msh', chunkSize: CHUNK, label: 'form', size: bytes.length, ...request }
  return (await service.open('kim', opening)).row.id
}
const send = (service: UploadService, id: string, bytes: Buffer, indexes?: number[]) =>
  Promise.all(
    cut(bytes, CHUNK).map(async (chunk, index) => {
      if (indexes?.includes(index) === false) return
      await service.chunk(kim, id, { index, body: Readable.from([chunk]), sha256: sha256(chunk) }, {})
    }),
  )
const area = (...path: string[]) => join(data, 'uploads', 'users', 'kim', 'jobs', 'form', 'mesh', ...path)
const view = async (service: UploadService, id: string) => service.view(await service.visible(admin, id))

describe('files for jobs', () => {
  it('gives the owner a verified file, and nobody anything else', async () => {
    const uploads = createUploads(agent)
    const service = await newService()
    const bytes = randomBytes(100_000)
    const id = await begin(service, bytes, { folder: 'set' })
    await expect(uploads.stored('kim', id)).rejects.toMatchObject({ code: 'WRONG_STATE' })
    await send(service, id, bytes)
    await service.complete(kim, id, { digest: treeDigest(bytes, CHUNK) }, {})
    expect(await uploads.stored('kim', id)).toEqual({
      uploadId: id,
      name: 'm.msh',
      folder: 'set',
      size: 100_000,
      digest: treeDigest(bytes, CHUNK),
      class: 'mesh',
      path: 'jobs/form/mesh/set/m.msh',
    })
    await expect(uploads.stored('lee', id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(uploads.stored('kim', randomUUID())).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await uploads.close?.()
  })

  it('adopts a shipped example once, however often it is asked', async () => {
    const uploads = createUploads(agent)
    const source = join(data, 'plate.geo')
    await writeFile(source, 'Point(1) = {0, 0, 0};\n')
    const first = await uploads.adopt('kim', 'form', { source, name: 'plate.geo', class: 'mesh' })
    const second = await uploads.adopt('kim', 'form', { source, name: 'plate.geo', class: 'mesh' })
    expect(second.path).toBe(first.path)
    expect(await readFile(area('plate.geo'), 'utf8')).toBe('Point(1) = {0, 0, 0};\n')
    expect(await readdir(area())).toEqual(['plate.geo'])
    expect((await uploads.stored('kim', first.uploadId)).class).toBe('mesh')
    await uploads.close?.()
  })
})

describe('what others are told', () => {
  it('is progress a few times a second to the owner alone, and the end always', async () => {
    const service = await newService()
    const bytes = randomBytes(200 * CHUNK)
    const id = await begin(service, bytes)
    const start = Date.now()
    await send(service, id, bytes)
    await service.complete(kim, id, { digest: treeDigest(bytes, CHUNK) }, {})
    const most = 4 + (Date.now() - start) / 200
    expect(events.length).toBeLessThanOrEqual(most)
    expect(events.every(({ to }) => JSON.stringify(to) === '{"user":"kim"}')).toBe(true)
    const count = events.length
    expect(events.at(-1)?.event).toMatchObject({
      type: 'upload_progress',
      data: { upload_id: id, uploaded_chunks: 200, total_chunks: 200, progress: 100, status: 'uploaded' },
    })
    await delay(300)
    expect(events.length).toBe(count)
  })

  it('is written down: done, cancelled, refused', async () => {
    const service = await newService()
    const bytes = randomBytes(10)
    const done = await begin(service, bytes)
    await send(service, done, bytes)
    await service.complete(kim, done, {}, { address: '127.0.0.1' })
    const given = await begin(service, bytes)
    await service.cancel(await service.own(kim, given), {})
    const elf = Buffer.from('\x7fELF rest', 'latin1')
    const program = await begin(service, elf, { name: 'a.txt' })
    await expect(send(service, program, elf)).rejects.toMatchObject({ code: 'SECURITY_VALIDATION_FAILED' })
    expect(records).toMatchObject([
      { user: 'kim', action: 'upload.complete', resource: done, status: 'success', address: '127.0.0.1' },
      { user: 'kim', action: 'upload.cancel', resource: given, status: 'success' },
      { type: 'upload_refused', user: 'kim', severity: 'medium' },
      { user: 'kim', action: 'upload.complete', resource: program, status: 'failure' },
    ])
  })
})

describe('space', () => {
  it('is promised once: two uploads that fit alone do not fit together', async () => {
    const service = await newService({
      ...agent,
      config: { ...agent.config, limits: { ...agent.config.limits, fileSize: 2 ** 52, chunkBytes: 2 ** 52 } },
    })
    const { free } = await agent.files.space()
    const size = Math.floor(free * 0.6)
    const opening = { name: 'big.msh', size, chunkSize: 2 ** 40 }
    const { row } = await service.open('kim', opening)
    await expect(service.open('lee', opening)).rejects.toMatchObject({
      code: 'NO_SPACE',
      details: { needed: size, free: expect.any(Number) },
    })
    await service.cancel(row, {})
    await service.open('lee', opening)
  })
})

/** The agent's death: nothing is closed in order, a new one takes over the same folder. */
const restart = () => newService()

describe('after a crash', () => {
  it('goes on with the chunks that are recorded', async () => {
    const bytes = randomBytes(6 * CHUNK)
    const before = await newService()
    const id = await begin(before, bytes)
    await send(before, id, bytes, [0, 4])
    const after = await restart()
    expect((await view(after, id)).received).toEqual([
      [0, 0],
      [4, 4],
    ])
    await send(after, id, bytes, [1, 2, 3, 5])
    await after.complete(kim, id, { digest: treeDigest(bytes, CHUNK) }, {})
    expect((await readFile(area('m.msh'))).equals(bytes)).toBe(true)
  })

  it('reads back what came before a loss of power, and asks again for what was lost', async () => {
    const bytes = randomBytes(5 * CHUNK)
    const before = await newService()
    const id = await begin(before, bytes)
    await send(before, id, bytes)
    await agent.db.updateTable('upload_chunks').set({ boot: 'an earlier one' }).where('idx', '!=', 1).execute()
    const partial = await open(area(`.upload-${id}.part`), 'r+')
    await partial.write(Buffer.alloc(10), 0, 10, 3 * CHUNK + 5)
    await partial.close()
    const after = await restart()
    await expect(after.complete(kim, id, { digest: treeDigest(bytes, CHUNK) }, {})).rejects.toMatchObject({
      code: 'MISSING_CHUNKS',
      details: { missing: [[3, 3]] },
    })
    await send(after, id, bytes, [3])
    expect((await after.complete(kim, id, { digest: treeDigest(bytes, CHUNK) }, {})).status).toBe('uploaded')
    expect((await readFile(area('m.msh'))).equals(bytes)).toBe(true)
  })

  it('begins anew where the partial file was removed or cut', async () => {
    const bytes = randomBytes(3 * CHUNK)
    const before = await newService()
    const id = await begin(before, bytes)
    await send(before, id, bytes, [0, 1])
    await rm(area(`.upload-${id}.part`))
    const after = await restart()
    expect((await view(after, id)).received).toEqual([])
    await send(after, id, bytes)
    await after.complete(kim, id, { digest: treeDigest(bytes, CHUNK) }, {})
    expect((await readFile(area('m.msh'))).equals(bytes)).toBe(true)
  })

  it.each(['before the rename', 'behind the rename'])('finishes a verification that was cut %s', async (when) => {
    const bytes = randomBytes(3 * CHUNK)
    const before = await newService()
    const id = await begin(before, bytes)
    await send(before, id, bytes)
    const digest = treeDigest(bytes, CHUNK)
    await agent.db.updateTable('file_uploads').set({ status: 'verifying', digest }).where('id', '=', id).execute()
    if (when === 'behind the rename') {
      const path = 'jobs/form/mesh/m.msh'
      await agent.db.updateTable('file_uploads').set({ path }).where('id', '=', id).execute()
      await rename(area(`.upload-${id}.part`), area('m.msh'))
    }
    const after = await restart()
    while ((await view(after, id)).status === 'verifying') await delay(5)
    expect(await view(after, id)).toMatchObject({ status: 'uploaded', digest, file_path: area('m.msh') })
    expect((await readFile(area('m.msh'))).equals(bytes)).toBe(true)
    expect(await readdir(area())).toEqual(['m.msh'])
  })

  it('does not call whole what was lost while it was verified', async () => {
    const bytes = randomBytes(3 * CHUNK)
    const before = await newService()
    const id = await begin(before, bytes)
    await send(before, id, bytes)
    const change = { status: 'verifying' as const, digest: treeDigest(bytes, CHUNK) }
    await agent.db.updateTable('file_uploads').set(change).where('id', '=', id).execute()
    await agent.db.updateTable('upload_chunks').set({ boot: 'an earlier one' }).execute()
    await writeFile(area(`.upload-${id}.part`), Buffer.alloc(bytes.length))
    const after = await restart()
    while ((await view(after, id)).status === 'verifying') await delay(5)
    expect(await view(after, id)).toMatchObject({ status: 'receiving', received: [] })
    await send(after, id, bytes)
    await after.complete(kim, id, { digest: treeDigest(bytes, CHUNK) }, {})
    expect((await readFile(area('m.msh'))).equals(bytes)).toBe(true)
  })
})

describe('a file that is read back', () => {
  it('may take long: it is being verified until then, and wants again what the disk has lost', async () => {
    const bytes = randomBytes(4 * CHUNK)
    const gate = Promise.withResolvers<void>()
    let isReading = false
    // A slow disk.
    const openWrite: Agent['files']['openWrite'] = async (...where) => {
      const file = await agent.files.openWrite(...where)
      const read: typeof file.read = async (...range) => {
        isReading = true
        await gate.promise
        return file.read(...range)
      }
      return new Proxy(file, {
        get: (target, name) => {
          if (name === 'read') return read
          const value: unknown = Reflect.get(target, name)
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
    }
    const service = await newService({ ...agent, files: { ...agent.files, openWrite } })
    const id = await begin(service, bytes)
    await send(service, id, bytes)
    const wanted = { digest: treeDigest(bytes, CHUNK), readBack: true }
    const partial = await open(area(`.upload-${id}.part`), 'r+')
    await partial.write(Buffer.alloc(1, (bytes[CHUNK] ?? 0) ^ 1), 0, 1, CHUNK)
    await partial.close()
    expect((await service.complete(kim, id, wanted, {})).status).toBe('verifying')
    expect(isReading).toBe(true)
    await expect(send(service, id, bytes, [1])).rejects.toMatchObject({ code: 'WRONG_STATE' })
    gate.resolve()
    await expect.poll(async () => (await view(service, id)).status).toBe('receiving')
    expect((await view(service, id)).received).toEqual([
      [0, 0],
      [2, 3],
    ])
    await send(service, id, bytes, [1])
    expect((await service.complete(kim, id, wanted, {})).status).toBe('uploaded')
    expect((await readFile(area('m.msh'))).equals(bytes)).toBe(true)
  })
})

describe('uploads that nobody goes on with', () => {
  it('are removed after the configured time, unless bytes still come', async () => {
    const bytes = randomBytes(2 * CHUNK)
    const before = await newService()
    const [stale, alive] = [await begin(before, bytes), await begin(before, bytes, { name: 'b.msh' })]
    await send(before, stale, bytes, [0])
    await send(before, alive, bytes, [0])
    await agent.db.updateTable('file_uploads').set({ updated_at: '2020-01-01T00:00:00.000Z' }).execute()
    await (
      await open(area(`.upload-${stale}.part`), 'r+').then(async (handle) => {
        await handle.utimes(1, 1)
        return handle
      })
    ).close()
    const after = await newService()
    expect((await view(after, stale)).status).toBe('cancelled')
    expect((await view(after, alive)).status).toBe('receiving')
    expect(await readdir(area())).toEqual([`.upload-${alive}.part`])
  })
})

describe('a folder that was swapped for a link', () => {
  it('is not written through', async () => {
    const service = await newService()
    const bytes = randomBytes(10)
    const outside = join(data, 'outside')
    await mkdir(outside)
    await mkdir(join(data, 'uploads', 'users', 'kim', 'jobs', 'form'), { recursive: true })
    await symlink(outside, area())
    const id = await begin(service, bytes)
    await expect(send(service, id, bytes)).rejects.toMatchObject({ code: 'NAME_REFUSED' })
    expect(await readdir(outside)).toEqual([])
  })

  it('keeps neither the agent from starting nor the uploads of others from going on', async () => {
    const before = await newService()
    const bytes = randomBytes(2 * CHUNK)
    const id = await begin(before, bytes)
    const other = await begin(before, bytes, { label: 'other' })
    await send(before, id, bytes, [0])
    await send(before, other, bytes, [0])
    await rm(area(), { recursive: true })
    await symlink(tmpdir(), area())
    await agent.db.updateTable('file_uploads').set({ updated_at: '2020-01-01T00:00:00.000Z' }).execute()
    const after = await restart()
    const intact = await agent.db.selectFrom('upload_chunks').selectAll().where('upload_id', '=', other).execute()
    expect(intact).toHaveLength(1)
    await send(after, other, bytes, [1])
    await after.complete(kim, other, { digest: treeDigest(bytes, CHUNK) }, {})
    await expect(send(after, id, bytes, [1])).rejects.toMatchObject({ code: 'NAME_REFUSED' })
  })
})

describe('a program among parallel chunks', () => {
  it('is refused to all who send', async () => {
    const service = await newService()
    const bytes = Buffer.concat([Buffer.from('\x7fELF', 'latin1'), randomBytes(20 * CHUNK)])
    const id = await begin(service, bytes)
    const sends = cut(bytes, CHUNK).map((chunk, index) =>
      service.chunk(kim, id, { index, body: Readable.from([chunk]), sha256: sha256(chunk) }, {}),
    )
    const ends = await Promise.allSettled(sends)
    const codes = ends.flatMap((end) => (end.status === 'rejected' ? [(end.reason as { code: string }).code] : []))
    expect(codes.length).toBeGreaterThan(0)
    expect(new Set(codes)).toEqual(new Set(['SECURITY_VALIDATION_FAILED']))
    expect(records.filter(({ type }) => type === 'upload_refused')).toHaveLength(1)
    expect(await readdir(area())).toEqual([])
  })
})
