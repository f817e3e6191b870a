import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Upload } from '../../contract/uploads.ts'
import { admin, secret, spawnAgent, type SpawnedAgent } from '../helpers/agent.ts'
import { startChunkProxy, type ChunkProxy } from '../helpers/chunk-proxy.ts'
import { digestOfFile, randomFile } from '../helpers/random-file.ts'

const MIB = 2 ** 20
const SIZE = 96 * MIB
const CHUNKS = 12
/** More are never on their way at once. */
const IN_FLIGHT = 8
const program = fileURLToPath(new URL('../helpers/upload-core-process.ts', import.meta.url))

let folder: string
let agent: SpawnedAgent
let proxy: ChunkProxy
let path: string
let digest: string
const cores: ChildProcess[] = []

const startAgentProcess = () =>
  spawnAgent({
    HEADWAY_DATA: join(folder, 'agent'),
    HEADWAY_UPLOADS: join(folder, 'uploads'),
    HEADWAY_LOG_LEVEL: 'silent',
    HEADWAY_ADMIN_PASSWORD: admin.password,
    JWT_SECRET_KEY: secret,
  })

/** Starts a core; `until` resolves when its first upload is as asked. */
function startCore(limit: number, ...files: string[]) {
  const child = spawn(process.execPath, [program, proxy.url, join(folder, 'core'), String(limit), ...files], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  cores.push(child)
  const seen: Upload[] = []
  const watchers = new Set<() => void>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    seen.push(...(JSON.parse(line) as Upload[]))
    for (const watcher of watchers) watcher()
  })
  return {
    until: (wanted: (upload: Upload) => boolean) =>
      new Promise<Upload>((resolve) => {
        const look = () => {
          const found = seen.find(wanted)
          if (found === undefined) return
          watchers.delete(look)
          resolve(found)
        }
        watchers.add(look)
        look()
      }),
    kill: () => end(child),
  }
}
const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('close', resolve))
  child.kill('SIGKILL')
  await ended
}
const stored = () => digestOfFile(join(folder, 'uploads', 'users', admin.username, 'jobs', 'form', 'mesh', 'mesh.msh'))

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-crash-'))
  path = join(folder, 'mesh.msh')
  digest = await randomFile(path, SIZE)
  agent = await startAgentProcess()
  proxy = await startChunkProxy(() => agent.url)
})
afterEach(async () => {
  await Promise.all(cores.splice(0).map(end))
  await proxy.close()
  await agent.end('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

describe('killed in the middle', () => {
  it('the agent: the upload goes on by itself, and at most what was in flight is sent again', async () => {
    const core = startCore(32 * MIB, path)
    await core.until(({ sent }) => sent > 0)
    await agent.end('SIGKILL')
    const waiting = await core.until(({ state }) => state === 'waiting')
    expect(waiting.wait).toBe('network')
    agent = await startAgentProcess()
    await core.until(({ state }) => state === 'uploaded')
    expect(await stored()).toBe(digest)
    expect(proxy.chunks.length).toBeLessThanOrEqual(CHUNKS + IN_FLIGHT)
  })

  it('the core: it goes on after its start, and at most what was in flight is sent again', async () => {
    const core = startCore(32 * MIB, path)
    await core.until(({ sent }) => sent >= 24 * MIB)
    await core.kill()
    const before = proxy.chunks.length
    const again = startCore(0)
    await again.until(({ state }) => state === 'uploaded')
    expect(await stored()).toBe(digest)
    expect(before).toBeGreaterThanOrEqual(3)
    expect(proxy.chunks.length).toBeLessThanOrEqual(CHUNKS + IN_FLIGHT)
  })

  it('both, again and again: the file is whole in the end', async () => {
    let core = startCore(64 * MIB, path)
    for (let round = 0; round < 2; round++) {
      await core.until(({ state }) => state === 'uploading' || state === 'uploaded')
      await new Promise((resolve) => setTimeout(resolve, 200 + Math.random() * 500))
      await Promise.all([core.kill(), agent.end('SIGKILL')])
      agent = await startAgentProcess()
      core = startCore(64 * MIB)
    }
    await core.until(({ state }) => state === 'uploaded')
    expect(await stored()).toBe(digest)
  }, 120_000)
})
