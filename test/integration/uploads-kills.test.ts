import { randomInt } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Upload } from '../../contract/uploads.ts'
import { admin, secret, spawnAgent, type SpawnedAgent } from '../helpers/agent.ts'
import { startChunkProxy, type ChunkProxy } from '../helpers/chunk-proxy.ts'
import { numbers } from '../helpers/fault-proxy.ts'
import { digestsBelow } from '../helpers/file-tree.ts'
import { spawnKillableCore, type KillableCore } from '../helpers/killable-core.ts'
import { isLong } from '../helpers/long.ts'
import { SentLedger } from '../helpers/sent-ledger.ts'
import { kinds, prepare, type Load } from '../helpers/upload-loads.ts'

const KILLS = isLong ? 120 : 20
/** Of one load; then another kind of it has its turn. */
const KILLS_A_LOAD = 4
const VICTIMS = ['core', 'agent', 'both'] as const
/** What the core learns is in its journal after at most so long; of chunks, but not of sets, the agent is asked as well. */
const JOURNAL_MS = 600
const seed = Number(process.env['HEADWAY_SEED'] ?? randomInt(1_000_000))

let folder: string
let agent: SpawnedAgent
let proxy: ChunkProxy
let core: KillableCore | undefined
const startAgentProcess = (): Promise<SpawnedAgent> =>
  spawnAgent({
    HEADWAY_DATA: join(folder, 'agent'),
    HEADWAY_UPLOADS: join(folder, 'uploads'),
    HEADWAY_LOG_LEVEL: 'silent',
    HEADWAY_SCHEDULER: 'local',
    HEADWAY_ADMIN_PASSWORD: admin.password,
    JWT_SECRET_KEY: secret,
  })
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-kills-'))
  agent = await startAgentProcess()
  proxy = await startChunkProxy(() => agent.url)
})
afterEach(async () => {
  await core?.kill()
  await proxy.close()
  await agent.end('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

const sentOf = (uploads: readonly Upload[]): number => uploads.reduce((sum, { sent }) => sum + sent, 0)
const areOver = (uploads: readonly Upload[]): boolean =>
  uploads.length > 0 && uploads.every(({ state }) => state === 'uploaded' || state === 'failed')

/** SHA-256 of what is stored for a form under its own name, in order; not what is still being made. */
async function stored(label: string): Promise<string[]> {
  const jobs = join(folder, 'uploads', 'users', admin.username, 'jobs')
  if (!(await readdir(jobs).catch((): string[] => [])).includes(label)) return []
  const digests = Object.entries(await digestsBelow(join(jobs, label)))
  return digests.flatMap(([path, digest]) => (/(^|\/)\.[^/]*$/.test(path) ? [] : [digest])).sort()
}

/** One load, with so many kills at most; gives how many there were before it was over. */
async function killed(load: Load, most: number, random: () => number): Promise<number> {
  const { kind, label, limit, paths, bytes } = load
  const where = { seed, label, kind }
  const ledger = new SentLedger()
  const data = join(folder, `core-${label}`)
  const start = (limit: number, paths: readonly string[] = []) =>
    spawnKillableCore({ url: proxy.url, data, limit, label, paths })
  if (load.before !== undefined) {
    core = start(0, [load.before])
    await core.until(areOver)
    await core.kill()
  }
  proxy.watch = ledger.watch
  let running = (core = start(limit, paths))
  // Until it is promised, a kill may take it back.
  await running.until((uploads) => uploads.some(({ label: of, state }) => of === label && state !== 'uploaded'))
  let kills = 0
  while (kills < most) {
    if (random() < 0.25) await sleep(random() * 800)
    else {
      const now = sentOf(running.uploads())
      const wanted = now + random() * (bytes - now)
      await running.until((uploads) => areOver(uploads) || sentOf(uploads) >= wanted)
      await sleep(random() * 60)
    }
    if (areOver(running.uploads())) break
    kills += 1
    const victim = VICTIMS[Math.floor(random() * VICTIMS.length)] ?? 'both'
    // The helper's core, unlike the app's, does not start without an agent.
    if (victim === 'agent') await running.whenStarted()
    await Promise.all([
      ...(victim === 'agent' ? [] : [running.kill()]),
      ...(victim === 'core' ? [] : [agent.end('SIGKILL')]),
    ])
    if (victim !== 'agent') ledger.forgetSetsSince(JOURNAL_MS)
    if (victim !== 'core') {
      // Nothing half-written passes as whole.
      for (const digest of await stored(label)) expect(load.digests, JSON.stringify(where)).toContain(digest)
      agent = await startAgentProcess()
    }
    if (victim !== 'agent') running = core = start(kills < most ? limit : 0)
  }
  const uploads = await running.until(areOver)
  const failures = uploads.filter(({ state }) => state === 'failed').map(({ name, error }) => ({ name, error }))
  expect({ where, failures }).toEqual({ where, failures: [] })
  expect({ where, stored: await stored(label) }).toEqual({ where, stored: load.digests })
  // What was confirmed is never sent again, so only what was in flight can have been; and nothing began anew.
  expect({ where, again: ledger.again }).toEqual({ where, again: [] })
  expect({ where, large: ledger.uploads.size }).toEqual({ where, large: load.large })
  for (const form of load.forms) expect({ where, form, sent: ledger.forms[form] > 0 }).toMatchObject({ sent: true })
  await running.kill()
  await rm(load.folder, { recursive: true })
  return kills
}

describe(`killed with -9 at random moments, core, agent or both (HEADWAY_SEED=${seed})`, () => {
  it(
    `${KILLS} times: every file is whole, and nothing that was confirmed is sent again`,
    { timeout: isLong ? 3_600_000 : 900_000 },
    async () => {
      console.log(`kills by HEADWAY_SEED=${seed}`)
      const random = numbers(seed)
      let kills = 0
      for (let turn = 0; kills < KILLS; turn += 1) {
        const kind = kinds[turn % kinds.length] ?? 'raw'
        const load = await prepare(kind, join(folder, `load-${turn}`), `${kind}-${turn}`)
        kills += await killed(load, Math.min(KILLS_A_LOAD, KILLS - kills), random)
      }
    },
  )
})
