import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Command, Finished, Runner, RunOptions } from '../../agent/src/runner/index.ts'
import { portalToken, secret, spawnAgent, temporaryFolder } from '../helpers/agent.ts'
import { type Cluster, hasCluster, ownCluster } from '../helpers/cluster.ts'
import { slurmBench } from '../helpers/slurm.ts'

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
const killed: Finished = { code: null, signal: 'SIGKILL', timedOut: false, stdout: '', stderr: '' }
async function reached(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(5)
}
/** Nothing of these submissions is to run: what counts is how many jobs Slurm has. */
const later = new Date(Date.now() + 7 * 86_400_000).toISOString()
const options = { begin: later }

/** Always the same row of numbers in [0, 1). */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}

/** What may go wrong with one run of `sbatch`. */
const faults = {
  none: (run: () => Promise<Finished>) => run(),
  'its answer is lost': async (run: () => Promise<Finished>) => {
    await run()
    return { ...killed, signal: null, timedOut: true }
  },
  'killed after Slurm has accepted': async (run: () => Promise<Finished>) => {
    await run()
    return killed
  },
  'killed before it could ask': async () => killed,
  'the runner throws after Slurm has accepted': async (run: () => Promise<Finished>) => {
    await run()
    throw new Error('EIO')
  },
  'Slurm does not answer in time': async () => ({
    ...killed,
    code: 1,
    signal: null,
    stderr: 'sbatch: error: Batch job submission failed: Socket timed out on send/recv operation\n',
  }),
} satisfies Record<string, (run: () => Promise<Finished>) => Promise<Finished>>
type Fault = keyof typeof faults | 'killed at some moment'
const kinds: Fault[] = [...(Object.keys(faults) as (keyof typeof faults)[]), 'killed at some moment']

/** All of a runner but what is done as a user. */
const rest = (runner: Runner): Omit<Runner, 'runAs'> => ({
  mode: runner.mode,
  run: (...given) => runner.run(...given),
  has: (command) => runner.has(command),
  homeOf: (user) => runner.homeOf(user),
})

/** The first run of `sbatch` of every job meets its fault, later ones go through. */
function faulty(runner: Runner, seed: number, met: Map<Fault, number>): Runner {
  const random = numbers(seed)
  const seen = new Set<string>()
  async function runAs(user: string, command: Command, args: readonly string[], options: RunOptions = {}) {
    const comment = args.find((arg) => arg.startsWith('--comment=')) ?? ''
    if (command !== 'sbatch' || seen.has(comment)) return runner.runAs(user, command, args, options)
    seen.add(comment)
    const fault = kinds[Math.floor(random() * kinds.length)] ?? 'none'
    met.set(fault, (met.get(fault) ?? 0) + 1)
    if (fault !== 'killed at some moment') return faults[fault](() => runner.runAs(user, command, args, options))
    // SIGKILL, wherever it is by then.
    const finished = await runner.runAs(user, command, args, { ...options, timeoutMs: 1 + Math.floor(random() * 20) })
    return finished.timedOut ? killed : finished
  }
  return { ...rest(runner), runAs }
}

/** Again until it is known, as the agent's own hand-over and every client do. */
async function until<T>(submit: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await submit()
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'SCHEDULER_UNAVAILABLE')) throw error
      await pause(500)
    }
  }
}

describe.runIf(hasCluster)('submissions to a real Slurm, while things go wrong', () => {
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await ownCluster()
  })
  afterAll(async () => {
    await cluster?.close()
  })

  /** Ids by key, of the jobs whose comment says that they are ours. */
  async function inSlurm(prefix: string): Promise<Map<string, string[]>> {
    const text = await cluster.run('squeue', ['-h', '-a', '-t', 'all', '-O', 'JobID:0 ,Comment:0'])
    const ids = new Map<string, string[]>()
    for (const line of text.split('\n')) {
      const [, id = '', key = ''] = /^(\d+) headway:([^:]+):[0-9a-f]{12}\s*$/.exec(line) ?? []
      if (key.startsWith(prefix)) ids.set(key, [...(ids.get(key) ?? []), id])
    }
    return ids
  }

  test('160 with faults of sbatch and of its controller: one job each', { timeout: 120_000 }, async () => {
    const data = temporaryFolder()
    const met = new Map<Fault, number>()
    const bench = await slurmBench(cluster.conf, { data, wrap: (runner) => faulty(runner, 7, met) })
    const keys = Array.from({ length: 160 }, (_, n) => `fault-${n}`)
    const ids = new Map<string, string>()
    let handed = 0
    const waiting = [...keys]
    const worker = async () => {
      for (let key = waiting.shift(); key !== undefined; key = waiting.shift()) {
        const spec = await bench.spec(key, 'true', { options })
        handed += 1
        // Every fourth is clicked twice.
        const twice = handed % 4 === 0 ? [1, 2] : [1]
        const answers = await Promise.all(twice.map(() => until(() => bench.scheduler.submit(spec))))
        expect(new Set(answers).size).toBe(1)
        ids.set(key, answers[0] ?? '')
      }
    }
    const trouble = async () => {
      await reached(() => handed >= 40)
      await cluster.daemon('slurmctld', 'freeze')
      // Longer than its MessageTimeout (5 s): who asked gives up, and it works on what was asked once it goes on.
      await pause(8000)
      await cluster.daemon('slurmctld', 'thaw')
      await reached(() => handed >= 100)
      await cluster.daemon('slurmctld', 'stop')
      await cluster.daemon('slurmctld', 'start')
    }
    await Promise.all([trouble(), ...Array.from({ length: 40 }, worker)])
    const found = await inSlurm('fault-')
    expect([...found].filter(([, jobs]) => jobs.length > 1)).toEqual([])
    expect(Object.fromEntries([...found].map(([key, [id]]) => [key, id]))).toEqual(Object.fromEntries(ids))
    expect(found.size).toBe(keys.length)
    // The faults were really there.
    expect([...met.keys()].toSorted()).toEqual([...kinds].toSorted())
    await bench.close()
    rmSync(data, { recursive: true, force: true })
  })

  test('an agent that dies before or after sbatch has run: the next one finds out', { timeout: 60_000 }, async () => {
    const data = temporaryFolder()
    const never = new Promise<Finished>(() => {})
    const dying =
      (accepts: (comment: string) => boolean) =>
      (runner: Runner): Runner => ({
        ...rest(runner),
        async runAs(...given: Parameters<Runner['runAs']>) {
          if (given[1] !== 'sbatch') return runner.runAs(...given)
          const comment = given[2].find((arg) => arg.startsWith('--comment=')) ?? ''
          if (accepts(comment)) await runner.runAs(...given)
          return never
        },
      })
    const first = await slurmBench(cluster.conf, { data, wrap: dying((comment) => /died-\d*[02468]:/.test(comment)) })
    const keys = Array.from({ length: 20 }, (_, n) => `died-${n}`)
    const specs = await Promise.all(keys.map((key) => first.spec(key, 'true', { options })))
    for (const spec of specs) void first.scheduler.submit(spec)
    await expect.poll(async () => (await inSlurm('died-')).size, { timeout: 20_000 }).toBe(10)
    await first.close()

    const second = await slurmBench(cluster.conf, { data })
    const began = new Date(Date.now() - 1000)
    const ids = await Promise.all(
      specs.map((spec) => until(() => second.scheduler.submit({ ...spec, attemptedAt: began }))),
    )
    const found = await inSlurm('died-')
    expect(keys.map((key) => found.get(key))).toEqual(ids.map((id) => [id]))
    await second.close()
    rmSync(data, { recursive: true, force: true })
  })

  test('a request that arrives after its sender was killed: found, not made again', { timeout: 60_000 }, async () => {
    const data = temporaryFolder()
    const late: Promise<unknown>[] = []
    const seen = new Set<string>()
    const wrap = (runner: Runner): Runner => ({
      ...rest(runner),
      async runAs(...given) {
        const comment = given[2].find((arg) => arg.startsWith('--comment=')) ?? ''
        if (given[1] !== 'sbatch' || seen.has(comment)) return runner.runAs(...given)
        seen.add(comment)
        late.push(pause(1500).then(() => runner.runAs(...given)))
        return killed
      },
    })
    const bench = await slurmBench(cluster.conf, { data, wrap })
    const keys = Array.from({ length: 10 }, (_, n) => `late-${n}`)
    const specs = await Promise.all(keys.map((key) => bench.spec(key, 'true', { options })))
    const ids = await Promise.all(specs.map((spec) => until(() => bench.scheduler.submit(spec))))
    await Promise.all(late)
    const found = await inSlurm('late-')
    expect(keys.map((key) => found.get(key))).toEqual(ids.map((id) => [id]))
    await bench.close()
    rmSync(data, { recursive: true, force: true })
  })

  test('whole agents killed, clients that go away and come again: one job each', { timeout: 120_000 }, async () => {
    const data = temporaryFolder()
    const start = () =>
      spawnAgent({
        HEADWAY_DATA: data,
        HEADWAY_LOG_LEVEL: 'silent',
        HEADWAY_SCHEDULER: 'slurm',
        RATE_LIMIT_ENABLED: '0',
        JWT_SECRET_KEY: secret,
        SLURM_CONF: cluster.conf,
      })
    let agent = await start()
    const token = await portalToken({ sub: 'jin' })
    const random = numbers(11)
    const keys = Array.from({ length: 40 }, (_, n) => `client-${n}`)
    const ids = new Map<string, string>()
    let answered = 0
    const client = async (key: string) => {
      for (;;) {
        // Some clients hang up long before an answer can be there, and ask again.
        const patience = random() < 0.3 ? 5 + random() * 40 : 20_000
        try {
          const answer = await fetch(`${agent.url}/api/jobs/submit`, {
            method: 'POST',
            headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
            body: JSON.stringify({ name: key, command: 'true', idempotency_key: key, options }),
            signal: AbortSignal.timeout(patience),
          })
          const body = (await answer.json()) as { job_id: string }
          if (answer.status < 300) {
            ids.set(key, body.job_id)
            answered += 1
            return
          }
          expect([503]).toContain(answer.status)
        } catch (error) {
          if (error instanceof Error && error.name === 'AssertionError') throw error
        }
        await pause(100 + random() * 200)
      }
    }
    const killer = async () => {
      for (const after of [6, 16, 28]) {
        await reached(() => answered >= after)
        await agent.end('SIGKILL')
        agent = await start()
      }
    }
    const waiting = [...keys]
    const worker = async () => {
      for (let key = waiting.shift(); key !== undefined; key = waiting.shift()) await client(key)
    }
    try {
      await Promise.all([killer(), ...Array.from({ length: 6 }, worker)])
      const found = await inSlurm('client-')
      expect(Object.fromEntries(found)).toEqual(Object.fromEntries([...ids].map(([key, id]) => [key, [id]])))
      expect(found.size).toBe(keys.length)
    } finally {
      await agent.end()
      rmSync(data, { recursive: true, force: true })
    }
  })
})
