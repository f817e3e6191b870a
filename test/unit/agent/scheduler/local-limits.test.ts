import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { ElementPage } from '../../../../contract/jobs.ts'
import { openDatabase } from '../../../../agent/src/db/index.ts'
import type { Agent } from '../../../../agent/src/kit/agent.ts'
import { createLog } from '../../../../agent/src/log.ts'
import { startOf } from '../../../../agent/src/scheduler/local/estimate.ts'
import { createLocalScheduler } from '../../../../agent/src/scheduler/local/index.ts'
import { usageOfSessions } from '../../../../agent/src/scheduler/local/usage.ts'
import { temporaryFolder, testConfig } from '../../../helpers/agent.ts'
import { type Bench, until, workbench } from '../jobs/workbench.ts'

const open: { close(): Promise<void> }[] = []
async function bench(options: Parameters<typeof workbench>[0] = {}): Promise<Bench> {
  const made = await workbench({ endJobs: true, ...options })
  open.push(made)
  return made
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((made) => made.close().catch(() => undefined)))
})
const log = async (b: Bench, id: string) => (await b.get(`/api/v2/jobs/${id}/log`)).body

/** A job as the scheduler is given it. */
const spec = (number: number, script: string, timeMinutes = 10, tasks = 1) => ({
  number,
  key: `k${number}`,
  user: 'kim',
  name: 'x',
  script,
  folder: temporaryFolder(),
  resources: { nodes: 1, tasks, timeMinutes },
  options: {},
})

/** The scheduler by itself: for what no route asks. */
async function alone(cores = 4) {
  const config = testConfig({ HEADWAY_CORES: String(cores), HEADWAY_END_JOBS: '1' })
  const db = openDatabase(config.data)
  const agent = { config, db, log: createLog('silent'), now: () => new Date() } as unknown as Agent
  const scheduler = createLocalScheduler(agent)
  await scheduler.start()
  open.push({
    async close() {
      await scheduler.close()
      await db.destroy()
    },
  })
  return scheduler
}

test.runIf(process.platform === 'linux')(
  'a job that takes more memory than it asked for is ended, and its end named so',
  { timeout: 30_000 },
  async () => {
    const b = await bench()
    const script = `exec ${process.execPath} -e 'const all = []; setInterval(() => all.push(Buffer.alloc(2e7, 1)), 20)'`
    const { id } = await b.run(script, { memory_mb: 300 })
    const modest = await b.run('sleep 3', { memory_mb: 300 })
    expect(await b.ended(id, 25_000)).toMatchObject({
      state: 'out_of_memory',
      reason: expect.stringContaining('300 MiB'),
    })
    expect(await b.ended(modest.id)).toMatchObject({ state: 'completed' })
  },
)

test('a log that grows without end ends its job, and says so itself', { timeout: 30_000 }, async () => {
  const b = await bench({ environment: { HEADWAY_LOG_LIMIT_MB: '1' } })
  const { id } = await b.run(
    'trap "" TERM; while :; do head -c 100000 /dev/zero | tr "\\0" "x"; echo; sleep 0.02; done',
  )
  expect(await b.ended(id, 25_000)).toMatchObject({ state: 'failed', reason: 'Its log grew beyond the limit of 1 MiB' })
  expect((await log(b, id)).slice(-200)).toContain('headway: Its log grew beyond the limit of 1 MiB; it was ended.')
})

test.runIf(process.platform === 'linux')(
  'what a job uses is measured while it runs, and kept',
  { timeout: 30_000 },
  async () => {
    const scheduler = await alone()
    const script = `${process.execPath} -e 'const kept = Buffer.alloc(1.5e8, 1); const begun = Date.now(); const used = () => { const { user, system } = process.cpuUsage(); return user + system }; while (used() < 1.5e6 || Date.now() < begun + 2500) for (let i = 0; i < 5e6; i++) kept[i]++'`
    const id = await scheduler.submit(spec(1, script))
    await until(async () => ((await scheduler.usage(id))?.memoryBytes ?? 0) > 1.4e8, 'its memory is seen')
    const during = await scheduler.usage(id)
    expect(during?.elapsedSeconds).toBeGreaterThan(0)
    await until(async () => (await scheduler.jobs([id]))[0]?.state === 'completed', 'it ends', 20_000)
    const after = await scheduler.usage(id)
    // It ends when it has taken a second and a half.
    expect(after?.cpuSeconds).toBeGreaterThan(1)
    expect(after?.memoryBytes).toBeGreaterThan(1.4e8)
    expect(after?.coreSeconds).toBeCloseTo(after?.elapsedSeconds ?? 0)
    expect(await scheduler.usage('999')).toBeUndefined()
    expect(await usageOfSessions(new Set([2 ** 30]))).toEqual(new Map())
  },
)

test('when a job would start: at once, or when those before it must have ended', async () => {
  const now = 0
  const minute = 60_000
  expect(startOf(4, now, [], [], 4)).toBe(0)
  expect(startOf(4, now, [{ cores: 3, until: 10 * minute }], [], 1)).toBe(0)
  expect(startOf(4, now, [{ cores: 3, until: 10 * minute }], [], 2)).toBe(10 * minute)
  const running = [
    { cores: 2, until: 5 * minute },
    { cores: 2, until: 20 * minute },
  ]
  expect(startOf(4, now, running, [{ cores: 4, minutes: 30 }], 1)).toBe(50 * minute)
  expect(startOf(4, now, running, [{ cores: 1, minutes: 1 }], 1)).toBe(5 * minute)

  const scheduler = await alone(2)
  expect((await scheduler.estimate(spec(0, 'true'))).startsAt?.getTime()).toBeLessThanOrEqual(Date.now())
  await scheduler.submit(spec(1, 'sleep 300', 10, 2))
  const later = await scheduler.estimate(spec(0, 'true', 10, 2))
  expect((later.startsAt?.getTime() ?? 0) - Date.now()).toBeGreaterThan(9 * minute)
  expect(await scheduler.estimate(spec(0, 'true', 10, 3))).toEqual({ problem: expect.stringContaining('3 tasks') })
})

test('what the embedded scheduler does not have is refused by name', async () => {
  const b = await bench()
  const asked: [object, string][] = [
    [{ gpus: 1 }, 'GPUs'],
    [{ gres: 'gpu:1' }, 'generic resources'],
    [{ licenses: 'abaqus:1' }, 'licences'],
    [{ constraint: 'ib' }, 'features'],
    [{ options: { account: 'lab' } }, 'accounts'],
    [{ options: { qos: 'high' } }, 'QOS'],
    [{ options: { reservation: 'r1' } }, 'reservations'],
    [{ tasks: 3, cpus_per_task: 2 }, '6 cores'],
    [{ memory_mb: 2 ** 40 }, 'MiB of memory'],
    [{ options: { array: '5-3' } }, 'range'],
    [{ options: { array: '0-99999' } }, 'at most 20000'],
  ]
  for (const [more, word] of asked) {
    const answer = await b.send('POST', '/api/jobs/submit', { name: 'x', command: 'true', ...more })
    expect([answer.status, answer.json<{ error: string }>().error]).toEqual([400, expect.stringContaining(word)])
  }
  const whole = await b.run('echo $OMP_NUM_THREADS', { exclusive: true })
  await b.ended(whole.id)
  expect(await log(b, whole.id)).toBe('4\n')
})

test(
  'an array outlives the agent: none of its elements runs twice, none is forgotten',
  { timeout: 30_000 },
  async () => {
    const folder = temporaryFolder()
    const gate = join(folder, 'open')
    const before = await bench({ folder, cores: 2, endJobs: false })
    const command = `echo $SLURM_ARRAY_TASK_ID >> ran; while [ ! -e ${gate} ]; do sleep 0.02; done`
    const { id } = await before.run(command, { options: { array: '0-5' } })
    await until(async () => (await before.job(id)).array?.states.running === 2, 'two run')
    await before.stop()
    const after = await bench({ folder, cores: 2 })
    expect((await after.job(id)).array?.states).toEqual({ running: 2, pending: 4 })
    await writeFile(gate, '')
    expect(await after.ended(id)).toMatchObject({ state: 'completed', array: { states: { completed: 6 } } })
    const ran = (await readFile(after.inRun(id, 'ran'), 'utf8')).trim().split('\n')
    expect(ran.toSorted()).toEqual(['0', '1', '2', '3', '4', '5'])
    const page = (await after.get(`/api/v2/jobs/${id}/elements?limit=2`)).json<ElementPage>()
    expect(page).toMatchObject({ total: 6, elements: [{ index: 0, state: 'completed', exitCode: 0 }, { index: 1 }] })
    expect((await after.get('/api/v2/jobs/1/elements?state=nonsense')).status).toBe(400)
  },
)

test('an array at its own limit does not hold up what stands behind it', async () => {
  const b = await bench({ cores: 4 })
  const wide = await b.run('sleep 300', { tasks: 3, options: { array: '0-1%1' } })
  await until(async () => (await b.job(wide.id)).array?.states.running === 1, 'one of it runs')
  const narrow = await b.run('true')
  expect(await b.ended(narrow.id)).toMatchObject({ state: 'completed' })
  const answer = await b.send('POST', `/api/v2/jobs/${wide.id}/cancel`, {})
  expect(answer.status).toBe(200)
  expect(await b.ended(wide.id)).toMatchObject({ state: 'cancelled', array: { states: { cancelled: 2 } } })
})
