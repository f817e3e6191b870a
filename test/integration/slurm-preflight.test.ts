import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { SubmitAnswer } from '../../contract/agent/jobs.ts'
import type { Check, CheckCode, JobChoices, Preflight } from '../../contract/preflight.ts'
import type { JobUsage } from '../../contract/usage.ts'
import { startAgent, temporaryFolder, type TestAgent } from '../helpers/agent.ts'
import { type Cluster, hasCluster, sharedCluster } from '../helpers/cluster.ts'

const patience = { timeout: 45_000, interval: 250 }

const found = ({ checks }: Preflight, code: CheckCode): Check | undefined => checks.find((check) => check.code === code)

describe.runIf(hasCluster)('before a submission to a real Slurm', () => {
  let cluster: Cluster
  let agent: TestAgent
  const data = temporaryFolder()
  const made: string[] = []
  beforeAll(async () => {
    cluster = await sharedCluster()
    vi.stubEnv('SLURM_CONF', cluster.conf)
    agent = await startAgent({ data, environment: { HEADWAY_SCHEDULER: 'slurm', RATE_LIMIT_ENABLED: '0' } })
  })
  afterAll(async () => {
    for (const id of made) await ask(`/api/v2/jobs/${id}/cancel`, {}).catch(() => undefined)
    await agent?.close()
    vi.unstubAllEnvs()
    await cluster?.close()
    rmSync(data, { recursive: true, force: true })
  })

  /** A user for each test: Slurm is asked for each of them no oftener than every few seconds. */
  let user = 0
  async function ask(path: string, body?: object, name = 'kim'): Promise<string> {
    const answer = await agent.fetch(path, {
      token: await agent.token(name),
      ...(body === undefined ? {} : { body }),
    })
    return answer.text()
  }
  const get = async <T>(path: string) => JSON.parse(await ask(path)) as T

  /** The answer once Slurm has had its say. */
  async function preflight(more: object): Promise<Preflight> {
    user += 1
    const name = `user${user}`
    let answer: Preflight | undefined
    await expect
      .poll(async () => {
        answer = JSON.parse(
          await ask('/api/v2/jobs/preflight', { name: 'x', command: 'true', ...more }, name),
        ) as Preflight
        return answer.start.state
      }, patience)
      .not.toBe('later')
    if (answer === undefined) throw new Error('no answer')
    return answer
  }
  async function submit(command: string, more: object = {}): Promise<string> {
    const { job_id: id } = JSON.parse(
      await ask('/api/jobs/submit', { name: 'preflight', command, time: 5, ...more }),
    ) as SubmitAnswer
    made.push(id)
    return id
  }

  test('a job that fits is told its partition and when it would start', async () => {
    const answer = await preflight({ time: 10, memory_mb: 200 })
    expect(found(answer, 'partition')).toMatchObject({ level: 'ok', data: { partition: 'compute' } })
    expect(answer.start.state).toBe('known')
  })

  test('what Slurm would refuse is an error with what helps', async () => {
    const nodes = await preflight({ partition: 'viz', nodes: 3, tasks: 3 })
    expect(found(nodes, 'limit')).toMatchObject({
      level: 'error',
      data: { what: 'nodes', asked: 3, limit: 2, source: 'partition', name: 'viz' },
      next: [
        { field: 'nodes', value: 2 },
        { field: 'partition', value: 'compute' },
      ],
    })
    const gpus = await preflight({ gpus: 1 })
    expect(found(gpus, 'limit')).toMatchObject({
      level: 'error',
      data: { what: 'gpus', limit: 0 },
      next: [{ field: 'partition', value: 'viz' }],
    })
    const wide = await preflight({ tasks: 32 })
    expect(found(wide, 'limit')).toMatchObject({ data: { what: 'cores' }, next: [{ field: 'nodes', value: 2 }] })
    const fixed = await preflight({ tasks: 32, nodes: 2 })
    expect(fixed.checks.map(({ level }) => level)).toEqual(['ok'])
  })

  test('nodes that no task would use are spoken of', async () => {
    const answer = await preflight({ nodes: 2, tasks: 1 })
    expect(found(answer, 'nodes-idle')).toMatchObject({ level: 'warning', data: { nodes: 2, tasks: 1 } })
  })

  test('what Slurm takes and never starts is a note, without a start', async () => {
    const answer = await preflight({ partition: 'viz', time: '3-00:00:00' })
    expect(found(answer, 'limit')).toMatchObject({ level: 'warning', data: { what: 'time', limit: 720 } })
    expect(answer.start).toEqual({ state: 'unknown' })
  })

  test('what nothing here explains is said in Slurm’s own sentence', async () => {
    const answer = await preflight({ options: { array: '0-100000' } })
    expect(found(answer, 'refused')).toMatchObject({ level: 'error' })
    expect(JSON.stringify(found(answer, 'refused')?.data)).toMatch(/array/i)
  })

  test('licences are free, in others’ hands, too many, or unknown', async () => {
    expect(found(await preflight({ licenses: 'ansys:9' }), 'license-total')).toMatchObject({
      level: 'error',
      data: { name: 'ansys', asked: 9, total: 2 },
    })
    expect(found(await preflight({ licenses: 'fluent:1' }), 'license-unknown')).toMatchObject({ level: 'error' })
    expect(found(await preflight({ licenses: 'ansys:1' }), 'licenses')).toMatchObject({ level: 'ok' })
    await submit('sleep 120', { licenses: 'abaqus:5' })
    await expect
      .poll(async () => found(await preflight({ licenses: 'abaqus:1' }), 'license-busy')?.data, patience)
      .toMatchObject({ name: 'abaqus', asked: 1, free: 0, total: 5 })
  })

  test('there are partitions, accounts and licences to choose from', async () => {
    const choices = await get<JobChoices>('/api/v2/jobs/choices')
    expect(choices.scheduler).toBe('slurm')
    expect(choices.partitions.map(({ name, isDefault, up }) => ({ name, isDefault, up }))).toEqual(
      expect.arrayContaining([
        { name: 'compute', isDefault: true, up: true },
        { name: 'viz', isDefault: false, up: true },
      ]),
    )
    expect(choices.partitions.find(({ name }) => name === 'viz')).toMatchObject({ gpusPerNode: 2, maxMinutes: 720 })
    expect(choices.accounts).toContainEqual({ name: 'root', isDefault: true })
    expect(choices.licenses.map(({ name }) => name)).toEqual(expect.arrayContaining(['abaqus', 'ansys']))
  })

  test('what a job has used is kept once accounting knows it', { timeout: 180_000 }, async () => {
    const id = await submit('python3 -c "a = bytearray(60_000_000)\nfor _ in range(60_000_000): pass"', {
      memory_mb: 400,
    })
    const usage = async () => get<JobUsage>(`/api/v2/jobs/${id}/usage`)
    await expect.poll(async () => (await usage()).complete, { timeout: 170_000, interval: 250 }).toBe(true)
    const { final } = await usage()
    expect(final?.cpuSeconds).toBeGreaterThan(0)
    expect(final).toMatchObject({ memoryLimitBytes: 400 * 2 ** 20 })
    expect(final?.elapsedSeconds).toBeGreaterThan(0)
  })
})
