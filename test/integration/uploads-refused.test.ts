import { chmod, chown, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Upload } from '../../contract/uploads.ts'
import { admin, secret, spawnAgent, type SpawnedAgent } from '../helpers/agent.ts'
import { spawnKillableCore, type KillableCore } from '../helpers/killable-core.ts'
import { digestOfFile, randomFile } from '../helpers/random-file.ts'
import { becoming } from '../helpers/site.ts'
import { context, picked, startUploadCore, type UploadCore } from '../helpers/upload-core.ts'

const MIB = 2 ** 20
const NOBODY = 65_534
/** Permissions hold for everyone but root: as root, what is under test has another account. */
const isRoot = process.getuid?.() === 0
const before = isRoot ? becoming(String(NOBODY)) : []
const program = fileURLToPath(new URL('../../agent/src/server.ts', import.meta.url))

let folder: string
let agent: SpawnedAgent
let core: UploadCore | undefined
let killable: KillableCore | undefined
/** Of the user's files at the agent. */
let home: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-refused-'))
  await chmod(folder, 0o755)
  home = join(folder, 'agent', 'uploads', 'users', admin.username)
  for (const place of ['agent', 'core']) await own(join(folder, place))
  agent = await spawnAgent(
    {
      HEADWAY_DATA: join(folder, 'agent'),
      HEADWAY_LOG_LEVEL: 'silent',
      HEADWAY_SCHEDULER: 'local',
      HEADWAY_ADMIN_PASSWORD: admin.password,
      JWT_SECRET_KEY: secret,
    },
    [...before, process.execPath, program],
  )
})
afterEach(async () => {
  await core?.close()
  core = undefined
  await killable?.kill()
  killable = undefined
  await agent.end()
  await rm(folder, { recursive: true, force: true })
})

/** A folder of the other account. */
async function own(path: string): Promise<void> {
  await mkdir(path, { recursive: true })
  if (isRoot) await chown(path, NOBODY, NOBODY)
}
const ended = (core: UploadCore, id: string): Promise<Upload> =>
  core.until(id, ({ state }) => state === 'failed' || state === 'uploaded')
const stored = async (): Promise<string[]> =>
  (await readdir(home, { recursive: true })).filter((name) => name.endsWith('mesh.msh'))

describe('permission denied', () => {
  it.each(['where it begins', 'where it ends'])(
    'at the cluster, %s: said, nothing there, and it goes on',
    async (when) => {
      const path = join(folder, 'mesh.msh')
      const digest = await randomFile(path, 24 * MIB)
      core = await startUploadCore({ url: agent.url })
      const forms = join(home, 'jobs', 'form')
      const place = when === 'where it begins' ? home : join(forms, 'mesh')
      // Something of the user's is there already; of the file itself nothing, else it would be there in no time.
      await randomFile(join(folder, 'first.msh'), 1000)
      await core.whenUploaded(await core.add([await picked(join(folder, 'first.msh'))]))
      core.limit.value = 8 * MIB
      if (when === 'where it begins') await chmod(join(home, 'jobs'), 0o500)
      const [upload] = await core.add([await picked(path)], when === 'where it begins' ? 'other' : 'form')
      const id = upload?.id ?? ''
      if (when === 'where it ends') {
        await core.until(id, ({ sent }) => sent > 0)
        await chmod(place, 0o500)
      }
      const failed = await ended(core, id)
      const said = { status: 403, message: expect.stringContaining('Make it writable') as string }
      expect(failed).toMatchObject({ state: 'failed', error: { code: 'AGENT', data: said } })
      expect(await stored()).toEqual([])
      await chmod(join(home, 'jobs'), 0o700)
      await chmod(place, 0o700)
      core.limit.value = 0
      await core.uploads.handlers.methods.resume({ ids: [id] }, context)
      await core.until(id, ({ state }) => state !== 'failed')
      expect(await ended(core, id)).toMatchObject({ state: 'uploaded' })
      const [name = ''] = await stored()
      expect(await digestOfFile(join(home, name))).toBe(digest)
    },
  )

  it('on this machine: said of that file alone', async () => {
    const files = join(folder, 'case')
    await mkdir(files)
    await randomFile(join(files, 'closed.msh'), MIB)
    await randomFile(join(files, 'mesh.msh'), MIB)
    await randomFile(join(files, 'closed.txt'), 100)
    for (const name of ['closed.msh', 'closed.txt']) await chmod(join(files, name), 0o000)
    const paths = ['closed.msh', 'mesh.msh', 'closed.txt'].map((name) => join(files, name))
    killable = spawnKillableCore({ url: agent.url, data: join(folder, 'core'), before, paths })
    const uploads = await killable.until(
      (all) => all.length === 3 && all.every(({ state }) => state === 'failed' || state === 'uploaded'),
    )
    const states = Object.fromEntries(uploads.map(({ name, state, error }) => [name, error?.code ?? state]))
    expect(states).toEqual({
      'closed.msh': 'FILE_UNREADABLE',
      'closed.txt': 'FILE_UNREADABLE',
      'mesh.msh': 'uploaded',
    })
  })
})
