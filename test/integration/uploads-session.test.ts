import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AgentUpload } from '../../contract/agent/uploads.ts'
import type { Platform, UploadSource } from '../../src/core/platform.ts'
import { appError } from '../../src/core/kit/app-error.ts'
import { admin, startAgent, type TestAgent } from '../helpers/agent.ts'
import { digestOfFile, randomFile } from '../helpers/random-file.ts'
import { context, picked, startUploadCore, type UploadCore } from '../helpers/upload-core.ts'

const MIB = 2 ** 20
let folder: string
let path: string
let digest: string
let agent: TestAgent | undefined
let core: UploadCore | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-session-'))
  path = join(folder, 'mesh.msh')
  digest = await randomFile(path, 24 * MIB)
})
afterEach(async () => {
  await core?.close()
  await agent?.close()
  await rm(folder, { recursive: true, force: true })
})

async function expectWhole(core: UploadCore, id: string): Promise<void> {
  const { agentUploadId } = await core.until(id, ({ state }) => state === 'uploaded')
  const { file_path: stored = '' } = await core.agent.client.get<AgentUpload>(`/api/v2/uploads/${agentUploadId}`)
  expect(await digestOfFile(stored)).toBe(digest)
}

describe('a sign-in', () => {
  it('whose token ends inside the transfer is renewed on the way', async () => {
    agent = await startAgent({ environment: { JWT_ACCESS_TOKEN_TTL: '3' } })
    core = await startUploadCore({ url: agent.url, limit: 4 * MIB })
    const states = new Set<string>()
    const [upload] = await core.add([await picked(path)])
    const id = upload?.id ?? ''
    const watching = core.until(id, ({ state }) => {
      states.add(state)
      return state === 'uploaded'
    })
    const started = performance.now()
    await watching
    expect(performance.now() - started).toBeGreaterThan(5500)
    expect(states.has('waiting')).toBe(false)
    expect(states.has('failed')).toBe(false)
    await expectWhole(core, id)
  })

  it('that ends stops nothing for ever: it waits, and goes on after the next one', async () => {
    agent = await startAgent()
    core = await startUploadCore({ url: agent.url, limit: 8 * MIB })
    const [upload] = await core.add([await picked(path)])
    const id = upload?.id ?? ''
    await core.until(id, ({ sent }) => sent > 0)
    await core.agent.signOut()
    const waiting = await core.until(id, ({ state }) => state === 'waiting')
    expect(waiting.wait).toBe('sign-in')
    core.limit.value = 0
    await core.signIn(admin.username, admin.password)
    await expectWhole(core, id)
  })

  it('of somebody else does not carry it on', async () => {
    agent = await startAgent()
    const other = { username: 'jin', password: 'another-account-of-the-tests' }
    expect((await agent.fetch('/api/auth/register', { body: other })).status).toBe(201)
    core = await startUploadCore({ url: agent.url, limit: 8 * MIB })
    const [upload] = await core.add([await picked(path)])
    const id = upload?.id ?? ''
    await core.until(id, ({ sent }) => sent > 0)
    await core.agent.signOut()
    await core.signIn(other.username, other.password)
    // Who does not see it either.
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect(core.listed()).toEqual([])
    expect(await core.agent.client.get('/api/v2/files/uploads')).toMatchObject({ uploads: [] })
    core.limit.value = 0
    await core.agent.signOut()
    await core.signIn(admin.username, admin.password)
    await expectWhole(core, id)
  })
})

const gone = () => appError('FILE_DETACHED', { name: 'mesh.msh' }, 'The page is gone.')

/** A page that stays as long as `here`. */
const page =
  (here: { now: boolean }): Platform['openSource'] =>
  async () => {
    const handle = await open(path)
    const source: UploadSource = {
      async read(offset, length) {
        if (!here.now) throw gone()
        const bytes = Buffer.alloc(length)
        await handle.read(bytes, 0, length, offset)
        return bytes
      },
      async stat() {
        if (!here.now) throw gone()
        const { size, mtimeMs } = await handle.stat()
        return { size, modified: Math.trunc(mtimeMs) }
      },
      close: () => handle.close(),
    }
    return source
  }

describe('a file that a page holds', () => {
  it('goes up; when the page goes it waits for its file, over a restart too, and goes on with what it is given', async () => {
    agent = await startAgent()
    const data = join(folder, 'core')
    const here = { now: true }
    core = await startUploadCore({ url: agent.url, data, limit: 8 * MIB, openSource: page(here) })
    const file = await picked(path, { source: { kind: 'browser', token: 'one' } })
    const [upload] = await core.add([{ ...file, modified: Math.trunc(file.modified) }])
    const id = upload?.id ?? ''
    const { sent } = await core.until(id, ({ sent }) => sent > 0)
    here.now = false
    const waiting = await core.until(id, ({ state }) => state === 'waiting')
    expect(waiting).toMatchObject({ wait: 'file', error: { code: 'FILE_DETACHED' } })
    await core.close()

    here.now = true
    core = await startUploadCore({ url: agent.url, data, openSource: page(here) })
    expect(core.upload(id)).toMatchObject({ state: 'waiting', wait: 'file', error: { code: 'FILE_DETACHED' } })
    expect(core.upload(id).sent).toBeGreaterThanOrEqual(sent)
    const again = { ...file, source: { kind: 'browser' as const, token: 'two' } }
    const { reattach } = core.uploads.handlers.methods
    const refused = (change: object) =>
      expect(reattach({ id, file: { ...again, ...change } }, context)).rejects.toMatchObject({
        value: { code: 'CONFLICT' },
      })
    await refused({ size: 1 })
    await refused({ name: 'other.msh' })
    await reattach({ id, file: again }, context)
    await expectWhole(core, id)
  })

  it('is sent from the beginning when the file picked again is of another time', async () => {
    agent = await startAgent()
    const here = { now: true }
    core = await startUploadCore({ url: agent.url, limit: 8 * MIB, openSource: page(here) })
    const [upload] = await core.add([await picked(path, { source: { kind: 'browser', token: 'one' } })])
    const id = upload?.id ?? ''
    await core.until(id, ({ sent }) => sent > 0)
    here.now = false
    await core.until(id, ({ state }) => state === 'waiting')
    digest = await randomFile(path, 24 * MIB)
    here.now = true
    core.limit.value = 0
    await core.uploads.handlers.methods.reattach(
      { id, file: await picked(path, { source: { kind: 'browser', token: 'two' } }) },
      context,
    )
    await expectWhole(core, id)
  })
})

describe('files that the agent has already', () => {
  it('are listed as finished uploads of their form, and are no work', async () => {
    agent = await startAgent()
    core = await startUploadCore({ url: agent.url })
    const [upload] = await core.add([await picked(path)])
    const { agentUploadId } = await core.until(upload?.id ?? '', ({ state }) => state === 'uploaded')
    const remote = await core.agent.client.get<AgentUpload>(`/api/v2/uploads/${agentUploadId}`)
    const [example] = await core.uploads.addFinished('site', 'other', [remote], 'geometry')
    expect(example).toMatchObject({ state: 'uploaded', agentUploadId, slot: 'geometry', label: 'other', class: 'mesh' })
    const ready = await core.uploads.whenUploaded([example?.id ?? ''], context.signal)
    expect(ready).toEqual([{ id: example?.id, agentUploadId, slot: 'geometry' }])
    expect(core.uploads.tasks.list().map(({ id }) => id)).toEqual(['upload:site:form'])
    const { assign, forget } = core.uploads.handlers.methods
    expect(await assign({ id: example?.id ?? '' }, context)).not.toHaveProperty('slot')
    await forget({ ids: [example?.id ?? ''] }, context)
    await expect(core.uploads.whenUploaded([example?.id ?? ''], context.signal)).rejects.toMatchObject({
      value: { code: 'NOT_FOUND' },
    })
  })
})
