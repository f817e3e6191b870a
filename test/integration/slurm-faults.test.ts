import { rmSync } from 'node:fs'
import { access, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Finished, Runner } from '../../agent/src/runner/index.ts'
import { temporaryFolder } from '../helpers/agent.ts'
import { type Cluster, hasCluster, ownCluster } from '../helpers/cluster.ts'
import { type SlurmBench, slurmBench } from '../helpers/slurm.ts'

const patience = { timeout: 40_000, interval: 100 }

const stateOf = async (b: SlurmBench, id: string) => (await b.scheduler.jobs([id]))[0]?.state

describe.runIf(hasCluster)('a real Slurm that fails in parts', () => {
  let cluster: Cluster
  const data = temporaryFolder()
  const open: SlurmBench[] = []
  const bench = async () => {
    const made = await slurmBench(cluster.conf, { data })
    open.push(made)
    return made
  }
  const inQueue = async (id: string) =>
    (await cluster.run('squeue', ['-h', '-a', '-t', 'all', '-o', '%A'])).split('\n').includes(id)

  beforeAll(async () => {
    cluster = await ownCluster()
    // Ended jobs leave the queue soon, so that only accounting knows them.
    const conf = await readFile(cluster.conf, 'utf8')
    await writeFile(cluster.conf, conf.replace(/^MinJobAge=.*$/m, 'MinJobAge=2'))
    await cluster.run('scontrol', ['reconfigure'])
  })
  afterAll(async () => {
    for (const each of open) await each.close()
    await cluster?.close()
    rmSync(data, { recursive: true, force: true })
  })

  test(
    'without its controller the last word stays, with of when it is; afterwards jobs go on',
    { timeout: 90_000 },
    async () => {
      const b = await bench()
      const id = await b.scheduler.submit(await b.spec('goes-on', 'while [ ! -e go ]; do sleep 0.1; done; exit 4'))
      await expect.poll(() => stateOf(b, id), patience).toBe('running')
      await cluster.daemon('slurmctld', 'stop')
      await expect.poll(() => b.scheduler.freshness().problem, patience).toMatch(/^Slurm does not answer \(squeue/)
      const { at } = b.scheduler.freshness()
      expect(await stateOf(b, id)).toBe('running')
      expect(Object.keys(await b.scheduler.nodes())).toHaveLength(6)
      const spec = await b.spec('refused-now', 'true')
      await expect(b.scheduler.submit(spec)).rejects.toMatchObject({ code: 'SCHEDULER_UNAVAILABLE' })
      expect(b.scheduler.freshness().at).toEqual(at)
      // An agent that starts meanwhile knows as much.
      await b.close()
      const next = await slurmBench(cluster.conf, { data })
      expect(await stateOf(next, id)).toBe('running')
      await cluster.daemon('slurmctld', 'start')
      await expect.poll(() => next.scheduler.freshness().problem, patience).toBeUndefined()
      await writeFile(join((await next.spec('goes-on', '')).folder, 'go'), '')
      await expect.poll(() => stateOf(next, id), patience).toBe('failed')
      await expect
        .poll(() => next.told.get(id)?.at(-1), patience)
        .toMatchObject({ state: 'failed', reason: 'exit code 4', exitCode: 4 })
      const again = await next.scheduler.submit({ ...spec, attemptedAt: new Date(Date.now() - 20_000) })
      await expect.poll(() => stateOf(next, again), patience).toBe('completed')
      await next.close()
    },
  )

  test(
    'what ended and left the queue while no agent was there is learnt from accounting, late too',
    { timeout: 90_000 },
    async () => {
      const first = await slurmBench(cluster.conf, { data })
      const hold = 'while [ ! -e go ]; do sleep 0.1; done'
      const specs = [
        await first.spec('ends-alone', `${hold}; exit 5`),
        await first.spec('array-alone', 'exit $SLURM_ARRAY_TASK_ID', { options: { array: '0-3' } }),
      ] as const
      const ids = [await first.scheduler.submit(specs[0]), await first.scheduler.submit(specs[1])] as const
      await expect.poll(() => stateOf(first, ids[0]), patience).toBe('running')
      await first.close()
      await cluster.daemon('slurmdbd', 'stop')
      await writeFile(join(specs[0].folder, 'go'), '')
      await expect.poll(async () => (await inQueue(ids[0])) || (await inQueue(ids[1])), patience).toBe(false)
      const second = await bench()
      // Neither lost nor ended: nobody can say.
      expect(await stateOf(second, ids[0])).toBe('running')
      await cluster.daemon('slurmdbd', 'start')
      await expect.poll(() => stateOf(second, ids[0]), patience).toBe('failed')
      await expect
        .poll(() => second.told.get(ids[0])?.at(-1), patience)
        .toMatchObject({
          reason: 'exit code 5',
          exitCode: 5,
          nodes: expect.any(String),
        })
      await expect.poll(() => stateOf(second, ids[1]), patience).toBe('failed')
      const [array] = await second.scheduler.jobs([ids[1]])
      expect(array?.elements?.map(({ index, state, exitCode }) => [index, state, exitCode])).toEqual([
        [0, 'completed', 0],
        [1, 'failed', 1],
        [2, 'failed', 2],
        [3, 'failed', 3],
      ])
    },
  )

  test('a job whose answer was lost and that is long over is found in accounting', { timeout: 60_000 }, async () => {
    const never = new Promise<Finished>(() => {})
    const wrap = (runner: Runner): Runner => ({
      mode: runner.mode,
      homeOf: (user) => runner.homeOf(user),
      has: (command) => runner.has(command),
      run: (...given) => runner.run(...given),
      async runAs(...given) {
        const finished = await runner.runAs(...given)
        return given[1] === 'sbatch' ? never : finished
      },
    })
    const first = await slurmBench(cluster.conf, { data, wrap })
    const spec = await first.spec('long-over', 'touch ran')
    void first.scheduler.submit(spec)
    const ran = () =>
      access(join(spec.folder, 'ran')).then(
        () => true,
        () => false,
      )
    await expect.poll(ran, patience).toBe(true)
    await first.close()
    const queue = () => cluster.run('squeue', ['-h', '-a', '-t', 'all', '-o', '%k'])
    await expect.poll(async () => (await queue()).includes('headway:long-over:'), patience).toBe(false)
    const second = await bench()
    const id = await second.scheduler.submit({ ...spec, attemptedAt: new Date(Date.now() - 30_000) })
    expect(second.calls.get('sbatch')).toBeUndefined()
    await expect.poll(() => stateOf(second, id), patience).toBe('completed')
  })

  test('a node that goes down under a job', { timeout: 60_000 }, async () => {
    const b = await bench()
    const id = await b.scheduler.submit(await b.spec('node', '#SBATCH --no-requeue\nsleep 300'))
    await expect.poll(() => stateOf(b, id), patience).toBe('running')
    const [job] = await b.scheduler.jobs([id])
    const node = job?.nodes ?? ''
    const set = (...what: string[]) => cluster.run('scontrol', ['update', `NodeName=${node}`, ...what])
    await set('State=DRAIN', 'Reason=disk is broken')
    await expect
      .poll(async () => (await b.scheduler.nodes())[node], patience)
      .toMatchObject({ state: expect.stringMatching(/^drain/), reason: 'disk is broken' })
    expect(await stateOf(b, id)).toBe('running')
    await set('State=DOWN', 'Reason=disk is gone')
    await expect.poll(() => stateOf(b, id), patience).toBe('node_fail')
    await expect
      .poll(() => b.told.get(id)?.at(-1), patience)
      .toMatchObject({ reason: 'One of its nodes failed', nodes: node })
    await set('State=RESUME')
  })

  test('a job that nobody knows any more is lost, and only then', { timeout: 90_000 }, async () => {
    const b = await bench()
    expect(await b.scheduler.jobs(['999999'])).toEqual([])
  })
})
