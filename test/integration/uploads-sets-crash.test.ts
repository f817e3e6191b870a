import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { UploadList } from '../../contract/agent/uploads.ts'
import type { Upload } from '../../contract/uploads.ts'
import { admin, portalToken, secret, spawnAgent, type SpawnedAgent } from '../helpers/agent.ts'
import { startChunkProxy, type ChunkProxy } from '../helpers/chunk-proxy.ts'
import { digestsBelow, digestsOf, writeTree } from '../helpers/file-tree.ts'

const FILES = 3_000
/** Slow enough that every round ends in the middle. */
const LIMIT = 1_500_000
const program = fileURLToPath(new URL('../helpers/upload-core-process.ts', import.meta.url))

let folder: string
let agent: SpawnedAgent
let proxy: ChunkProxy
let core: ChildProcess | undefined

const startAgentProcess = () =>
  spawnAgent({
    HEADWAY_DATA: join(folder, 'agent'),
    HEADWAY_UPLOADS: join(folder, 'uploads'),
    HEADWAY_LOG_LEVEL: 'silent',
    HEADWAY_ADMIN_PASSWORD: admin.password,
    JWT_SECRET_KEY: secret,
  })

/** Starts a core; `until` resolves when so many of its uploads are whole. */
function startCore(limit: number, ...paths: string[]) {
  const child = spawn(process.execPath, [program, proxy.url, join(folder, 'core'), String(limit), ...paths], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  core = child
  const whole = new Set<string>()
  let look: (() => void) | undefined
  createInterface({ input: child.stdout }).on('line', (line) => {
    for (const { id, state } of JSON.parse(line) as Upload[]) if (state === 'uploaded') whole.add(id)
    look?.()
  })
  return {
    until: (count: number) =>
      new Promise<void>((resolve) => {
        look = () => {
          if (whole.size >= count) resolve()
        }
        look()
      }),
  }
}
async function killCore(): Promise<void> {
  if (core === undefined || core.exitCode !== null || core.signalCode !== null) return
  const ended = new Promise((resolve) => core?.once('close', resolve))
  core.kill('SIGKILL')
  await ended
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-sets-crash-'))
  agent = await startAgentProcess()
  proxy = await startChunkProxy(() => agent.url)
})
afterEach(async () => {
  await killCore()
  await proxy.close()
  await agent.end('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

it('small files arrive whole and once, however often core and agent are killed', { timeout: 180_000 }, async () => {
  const files = new Map<string, Uint8Array>()
  for (let at = 0; at < FILES; at += 1) {
    files.set(
      `case/${at % 2 === 0 ? '격자' : 'mesh'}/d${at % 11}/파일-${at}.csv`.normalize('NFC'),
      randomBytes(at % 3_000),
    )
  }
  await writeTree(folder, files)
  let run = startCore(LIMIT, join(folder, 'case'))
  await run.until(1)
  await killCore()
  run = startCore(LIMIT)
  await run.until(200)
  await agent.end('SIGKILL')
  agent = await startAgentProcess()
  await run.until(800)
  await Promise.all([killCore(), agent.end('SIGKILL')])
  agent = await startAgentProcess()
  run = startCore(0)
  await run.until(FILES)
  const form = join(folder, 'uploads', 'users', admin.username, 'jobs', 'form', 'data')
  expect(await digestsBelow(form)).toEqual(digestsOf(files))
  const token = await portalToken({ sub: admin.username, permissions: ['dashboard'] })
  const answer = await fetch(`${agent.url}/api/v2/files/uploads?limit=1`, {
    headers: { authorization: `Bearer ${token}` },
  })
  expect(((await answer.json()) as UploadList).total).toBe(FILES)
})
