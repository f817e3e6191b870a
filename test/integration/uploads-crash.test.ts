import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Upload } from '../../contract/uploads.ts'
import { admin, secret, spawnAgent, type SpawnedAgent } from '../helpers/agent.ts'
import { startChunkProxy, type ChunkProxy } from '../helpers/chunk-proxy.ts'
import { spawnKillableCore, type KillableCore } from '../helpers/killable-core.ts'
import { digestOfFile, randomFile } from '../helpers/random-file.ts'
import { SentLedger } from '../helpers/sent-ledger.ts'

const MIB = 2 ** 20
const SIZE = 96 * MIB

let folder: string
let agent: SpawnedAgent
let proxy: ChunkProxy
/** What was confirmed is never sent again: so only what was in flight can have been. */
let ledger: SentLedger
let path: string
let digest: string
const cores: KillableCore[] = []

const startAgentProcess = () =>
  spawnAgent({
    HEADWAY_DATA: join(folder, 'agent'),
    HEADWAY_UPLOADS: join(folder, 'uploads'),
    HEADWAY_LOG_LEVEL: 'silent',
    HEADWAY_ADMIN_PASSWORD: admin.password,
    JWT_SECRET_KEY: secret,
  })

function startCore(limit: number, ...paths: string[]): KillableCore {
  const core = spawnKillableCore({ url: proxy.url, data: join(folder, 'core'), limit, paths })
  cores.push(core)
  return core
}
/** Waits until the one upload is as asked. */
async function until(core: KillableCore, wanted: (upload: Upload) => boolean): Promise<Upload> {
  const [upload] = await core.until(([first]) => first !== undefined && wanted(first))
  if (upload === undefined) throw new Error('no upload')
  return upload
}
const stored = () => digestOfFile(join(folder, 'uploads', 'users', admin.username, 'jobs', 'form', 'mesh', 'mesh.msh'))

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-crash-'))
  path = join(folder, 'mesh.msh')
  digest = await randomFile(path, SIZE)
  agent = await startAgentProcess()
  proxy = await startChunkProxy(() => agent.url)
  ledger = new SentLedger()
  proxy.watch = ledger.watch
})
afterEach(async () => {
  await Promise.all(cores.splice(0).map((core) => core.kill()))
  await proxy.close()
  await agent.end('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

describe('killed in the middle', () => {
  it('the agent: the upload goes on by itself, and at most what was in flight is sent again', async () => {
    const core = startCore(32 * MIB, path)
    await until(core, ({ sent }) => sent > 0)
    await agent.end('SIGKILL')
    const waiting = await until(core, ({ state }) => state === 'waiting')
    expect(waiting.wait).toBe('network')
    agent = await startAgentProcess()
    await until(core, ({ state }) => state === 'uploaded')
    expect(await stored()).toBe(digest)
    expect(ledger.again).toEqual([])
  })

  it('the core: it goes on after its start, and at most what was in flight is sent again', async () => {
    const core = startCore(32 * MIB, path)
    await until(core, ({ sent }) => sent >= 24 * MIB)
    await core.kill()
    const before = proxy.chunks.length
    const again = startCore(0)
    await until(again, ({ state }) => state === 'uploaded')
    expect(await stored()).toBe(digest)
    expect(before).toBeGreaterThanOrEqual(3)
    expect(ledger.again).toEqual([])
  })

  it('both, again and again: the file is whole in the end', async () => {
    let core = startCore(64 * MIB, path)
    for (let round = 0; round < 2; round++) {
      await until(core, ({ state }) => state === 'uploading' || state === 'uploaded')
      await new Promise((resolve) => setTimeout(resolve, 200 + Math.random() * 500))
      await Promise.all([core.kill(), agent.end('SIGKILL')])
      agent = await startAgentProcess()
      core = startCore(64 * MIB)
    }
    await until(core, ({ state }) => state === 'uploaded')
    expect(await stored()).toBe(digest)
    expect(ledger.again).toEqual([])
  }, 120_000)
})
