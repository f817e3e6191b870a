import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AgentUpload } from '../../contract/agent/uploads.ts'
import { startAgent, type TestAgent } from '../helpers/agent.ts'
import { digestOfFile, randomFile } from '../helpers/random-file.ts'
import { context, picked, SITE, startUploadCore, type UploadCore } from '../helpers/upload-core.ts'

const MIB = 2 ** 20
let agent: TestAgent
let core: UploadCore
let folder: string

beforeAll(async () => {
  agent = await startAgent()
})
afterAll(() => agent.close())
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-files-'))
  core = await startUploadCore({ url: agent.url })
})
afterEach(async () => {
  await core.close()
  await rm(folder, { recursive: true, force: true })
})

const remote = async (id: string): Promise<AgentUpload> => {
  const agentId = core.upload(id).agentUploadId
  return core.agent.client.get<AgentUpload>(`/api/v2/uploads/${agentId}`)
}
const stored = async (id: string): Promise<string> => {
  const { file_path: path } = await remote(id)
  if (path === undefined) throw new Error('nothing stored')
  return path
}

describe('the whole path', () => {
  it('stores exactly the bytes, with one digest at both ends', async () => {
    const path = join(folder, 'mesh.msh')
    const digest = await randomFile(path, 40 * MIB + 12_345)
    const [upload] = await core.add([await picked(path)])
    if (upload === undefined) throw new Error('nothing added')
    expect(upload).toMatchObject({ name: 'mesh.msh', class: 'mesh', sent: 0 })
    await core.whenUploaded([upload])
    const done = await core.until(upload.id, ({ state }) => state === 'uploaded')
    expect(done.sent).toBe(40 * MIB + 12_345)
    expect(await digestOfFile(await stored(upload.id))).toBe(digest)
    expect((await remote(upload.id)).digest).toBe(done.digest)
  })

  it('stores an empty file and one of a single byte', async () => {
    await writeFile(join(folder, 'empty.yaml'), '')
    await writeFile(join(folder, 'one.yaml'), 'x')
    const added = await core.add([await picked(join(folder, 'empty.yaml')), await picked(join(folder, 'one.yaml'))])
    await core.whenUploaded(added)
    const digests = await Promise.all(added.map(async ({ id }) => digestOfFile(await stored(id))))
    expect(digests).toEqual(['', 'x'].map((text) => createHash('sha256').update(text).digest('hex')))
  })

  it('keeps the tree of a dropped folder, in Hangul too, with many files at once', async () => {
    const names = ['a/b/c.dat', 'a/브래킷.geo', 'x.k', ...Array.from({ length: 60 }, (_, i) => `many/f${i}.csv`)]
    const digests = new Map<string, string>()
    for (const name of names) {
      const path = join(folder, 'case', name.normalize('NFD'))
      await mkdir(join(path, '..'), { recursive: true })
      digests.set(name, await randomFile(path, 1 + Math.floor(Math.random() * 20_000)))
    }
    const { files } = await core.uploads.handlers.methods.expand({ paths: [join(folder, 'case')] }, context)
    const added = await core.add(files, 'tree')
    expect(added).toHaveLength(names.length)
    await core.whenUploaded(added)
    for (const { id, folder: place, name } of added) {
      const path = await stored(id)
      expect(path.endsWith(`/${place}/${name}`)).toBe(true)
      expect(await digestOfFile(path)).toBe(digests.get(`${place}/${name}`.slice('case/'.length)))
    }
    const task = core.uploads.tasks.list().find(({ id }) => id === `upload:${SITE}:tree`)
    expect(task).toMatchObject({ state: 'done', kind: 'upload', title: `${added[0]?.name} +${names.length - 1}` })
    expect(task?.progress?.done).toBe(files.reduce((sum, { size }) => sum + size, 0))
  })

  it('sends several large files side by side and tells their progress at most ten times a second', async () => {
    const paths = [1, 2, 3].map((n) => join(folder, `part${n}.dat`))
    const digests = await Promise.all(paths.map((path) => randomFile(path, 24 * MIB)))
    let events = 0
    const stop = core.uploads.handlers.streams.all(
      {},
      { snapshot: () => undefined, event: () => (events += 1), fail: () => undefined },
    )
    const started = performance.now()
    const added = await core.add(await Promise.all(paths.map((path) => picked(path))), 'three')
    await core.whenUploaded(added)
    stop()
    expect(events).toBeLessThanOrEqual((performance.now() - started) / 100 + 1)
    expect(await Promise.all(added.map(async ({ id }) => digestOfFile(await stored(id))))).toEqual(digests)
  })

  it('does not send what the form has already, and says so', async () => {
    const path = join(folder, 'mesh.msh')
    await randomFile(path, 1000)
    const file = await picked(path)
    const add = (files: (typeof file)[]) =>
      core.uploads.handlers.methods.add({ site: SITE, label: 'twice', files }, context)
    const first = await add([file, file])
    expect(first.added).toHaveLength(1)
    expect(first.duplicates).toEqual(['mesh.msh'])
    await core.whenUploaded(first.added)
    expect(await add([{ ...file, name: 'mesh.msh'.normalize('NFD') }])).toMatchObject({
      added: [],
      duplicates: ['mesh.msh'],
    })
    const elsewhere = await add([{ ...file, folder: 'sub' }])
    expect(elsewhere.added).toHaveLength(1)
    await core.whenUploaded(elsewhere.added)
  })
})

describe('what is refused', () => {
  it('names that cannot be stored, before anything is sent', async () => {
    const path = join(folder, 'a')
    await writeFile(path, 'x')
    const names = ['../a', 'a\0b', 'x'.repeat(300), '.upload-1.part', ' ', 'ok.dat']
    const files = await Promise.all(names.map((name) => picked(path, { name })))
    const { added, refused } = await core.uploads.handlers.methods.add({ site: SITE, label: 'names', files }, context)
    expect(added.map(({ name }) => name)).toEqual(['ok.dat'])
    expect(refused.map(({ error }) => [error.code, 'reason' in error.data && error.data.reason])).toEqual([
      ['NAME_REFUSED', 'traversal'],
      ['NAME_REFUSED', 'control-character'],
      ['NAME_REFUSED', 'too-long'],
      ['NAME_REFUSED', 'reserved'],
      ['NAME_REFUSED', 'empty'],
    ])
    await core.whenUploaded(added)
  })

  it('a file over the limit, before a byte is sent', async () => {
    const path = join(folder, 'huge.dat')
    await writeFile(path, '')
    await truncate(path, 51 * 2 ** 30)
    const [upload] = await core.add([await picked(path)])
    if (upload === undefined) throw new Error('nothing added')
    const failed = await core.until(upload.id, ({ state }) => state === 'failed')
    expect(failed.error).toMatchObject({
      code: 'FILE_TOO_LARGE',
      data: { name: 'huge.dat', size: 51 * 2 ** 30, limit: 50 * 2 ** 30 },
    })
    expect(failed.sent).toBe(0)
    await core.uploads.handlers.methods.forget({ ids: [upload.id] }, context)
    expect(core.uploads.tasks.list().some(({ title }) => title === 'huge.dat')).toBe(false)
  })

  it('a program under another name, with the reasons, and it may be tried again', async () => {
    const path = join(folder, 'notes.txt')
    await writeFile(path, Buffer.concat([Buffer.from('7f454c46020101', 'hex'), Buffer.alloc(4096)]))
    const [upload] = await core.add([await picked(path)], 'program')
    if (upload === undefined) throw new Error('nothing added')
    const refused = await core.until(upload.id, ({ state }) => state === 'failed')
    expect(refused.error).toMatchObject({ code: 'FILE_REFUSED', data: { name: 'notes.txt' } })
    const waiting = core.uploads.whenUploaded([upload.id], context.signal)
    await expect(waiting).rejects.toMatchObject({ value: { code: 'FILE_REFUSED' } })
    await writeFile(path, 'only text')
    await core.uploads.handlers.methods.resume({ ids: [upload.id] }, context)
    await core.until(upload.id, ({ state }) => state === 'uploaded')
    expect(await digestOfFile(await stored(upload.id))).toBe(createHash('sha256').update('only text').digest('hex'))
  })

  it('leaves nothing half-written behind', async () => {
    const users = join(agent.config.uploads, 'users')
    const all = await readdir(users, { recursive: true })
    expect(all.filter((name) => name.endsWith('.part'))).toEqual([])
  })
})
