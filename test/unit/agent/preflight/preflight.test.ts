import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Check, CheckCode, JobChoices, Preflight } from '../../../../contract/preflight.ts'
import { type Bench, workbench } from '../jobs/workbench.ts'

let bench: Bench
beforeAll(async () => {
  bench = await workbench({ cores: 4, endJobs: true })
})
afterAll(() => bench.close())

const heat = {
  name: 'plate',
  template_id: 'heat-triangle',
  template_version: 1,
  parameters: {},
}

async function preflight(body: object, user = 'kim'): Promise<Preflight> {
  const answer = await bench.send('POST', '/api/v2/jobs/preflight', body, user)
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.body}`)
  return answer.json<Preflight>()
}
const command = (more: object = {}) => preflight({ name: 'own', command: 'true', ...more })
const codes = ({ checks }: Preflight, level?: Check['level']): CheckCode[] =>
  checks.filter((check) => level === undefined || check.level === level).map(({ code }) => code)
const dataOf = ({ checks }: Preflight, code: CheckCode) => checks.find((check) => check.code === code)?.data

describe('a submission that fits', () => {
  it('is told where it goes, and nothing that nobody knows', async () => {
    const answer = await command()
    expect(answer.checks).toEqual([{ code: 'partition', level: 'ok', data: { partition: 'compute' }, next: [] }])
  })

  it('makes no job', async () => {
    const before = (await bench.get('/api/v2/jobs')).json<{ total: number }>().total
    await command()
    expect((await bench.get('/api/v2/jobs')).json<{ total: number }>().total).toBe(before)
  })
})

describe('what would be refused', () => {
  it('is a partition that is not there; another that fits is named', async () => {
    const answer = await command({ partition: 'gpu' })
    expect(answer.checks[0]).toEqual({
      code: 'partition-unknown',
      level: 'error',
      data: { partition: 'gpu', known: ['compute'] },
      next: [{ field: 'partition', value: 'compute' }],
    })
    expect(answer.start).toEqual({ state: 'unknown' })
  })

  it('is a size that the machine has not, with what it has', async () => {
    const answer = await command({ nodes: 3, tasks: 9, memory_mb: 900_000_000 })
    expect(answer.checks.filter(({ code }) => code === 'limit').map(({ level, next }) => ({ level, next }))).toEqual([
      { level: 'error', next: [{ field: 'nodes', value: 1 }] },
      { level: 'error', next: [{ field: 'tasks', value: 4 }] },
      { level: 'error', next: [{ field: 'memoryMb', value: expect.any(Number) as number }] },
    ])
    const foreign = await command({ options: { qos: 'fast' } })
    expect(codes(foreign, 'error')).toEqual(['refused'])
  })

  it('is a file nobody has, somebody else’s, or one that is not whole', async () => {
    const uploadId = await bench.upload('a.msh', '$MeshFormat\n')
    const own = await command({ files: [{ uploadId }] })
    expect(dataOf(own, 'files')).toEqual({ count: 1, bytes: 12 })
    const foreign = await preflight({ name: 'x', command: 'true', files: [{ uploadId }, { uploadId: 'none' }] }, 'lee')
    expect(dataOf(foreign, 'file-unknown')).toEqual({ count: 2 })
    expect(codes(foreign, 'error')).toEqual(['file-unknown'])
  })

  it('is a value, a slot and an old version of the template', async () => {
    const answer = await preflight({ ...heat, template_version: 99, parameters: { nonsense: 1 } })
    expect(codes(answer, 'error')).toEqual(expect.arrayContaining(['template-version', 'parameter', 'slot']))
    expect(dataOf(answer, 'parameter')).toEqual({
      parameter: 'nonsense',
      reason: 'is not a parameter of this template',
    })
  })

  it('is a dependency that can never be met; one that is met already is nothing', async () => {
    const failed = await bench.ended((await bench.run('exit 3')).id)
    const after = (type: string) => command({ options: { dependencies: [{ type, job: failed.id }] } })
    const never = await after('afterok')
    expect(dataOf(never, 'dependency-never')).toEqual({ job: failed.id, type: 'afterok', state: 'failed' })
    expect(codes(never, 'error')).toEqual(['dependency-never'])
    const met = await after('afterany')
    expect(codes(met)).toEqual(['partition'])
    expect(met.start.state).toBe('known')
  })

  it('is a job to wait for that is not there, or not the user’s', async () => {
    const theirs = await bench.run('true', {}, 'lee')
    const dependencies = [
      { type: 'afterok', job: '999999' },
      { type: 'afterok', job: theirs.id },
    ]
    const answer = await command({ options: { dependencies } })
    expect(answer.checks.filter(({ code }) => code === 'dependency-unknown').map(({ data }) => data)).toEqual([
      { job: '999999' },
      { job: theirs.id },
    ])
  })

  it('is no answer at all where the request is none', async () => {
    const both = await bench.send('POST', '/api/v2/jobs/preflight', { ...heat, command: 'true' })
    expect(both.json()).toMatchObject({ code: 'VALIDATION_FAILED' })
    const array = await bench.send('POST', '/api/v2/jobs/preflight', {
      name: 'x',
      command: 'true',
      options: { array: '9-3' },
    })
    expect(array.json()).toMatchObject({ code: 'VALIDATION_FAILED', details: { path: '/options/array' } })
  })
})

describe('what would wait', () => {
  it('has no start that could be told, while another job has to end first', async () => {
    const first = await bench.run('while [ ! -e stop ]; do sleep 0.1; done')
    const answer = await command({ options: { dependencies: [{ type: 'afterok', job: first.id }] } })
    expect(codes(answer, 'error')).toEqual([])
    expect(answer.start).toEqual({ state: 'unknown' })
    await bench.send('POST', `/api/v2/jobs/${first.id}/cancel`)
  })

  it('is said of files that are still to come, with the room for them', async () => {
    const planned = [{ slot: 'mesh', name: 'plate.msh', size: 1000, sent: 400 }]
    const answer = await command({ planned })
    expect(dataOf(answer, 'files-coming')).toEqual({ count: 1, bytes: 1000 })
    expect(codes(answer, 'ok')).toContain('space')
    const huge = await command({ planned: [{ name: 'x.dat', size: 2 ** 52 }] })
    expect(dataOf(huge, 'space-short')).toMatchObject({ needed: 2 ** 52 })
    expect(codes(huge)).not.toContain('space')
  })
})

describe('a workflow', () => {
  const workflow = { name: 'loads', template_id: 'bracket-load-cases', parameters: {} }
  it('is looked at for where its steps go, not for figures that each step has of its own', async () => {
    const answer = await preflight({ ...workflow, nodes: 99, memory_mb: 900_000_000, time: 500_000 })
    expect(codes(answer)).toContain('partition')
    expect(codes(answer)).not.toContain('limit')
    expect(answer.start).toEqual({ state: 'unknown' })
    expect(codes(await preflight({ ...workflow, partition: 'gpu' }), 'error')).toContain('partition-unknown')
  })
})

describe('runs of the past', () => {
  it('say what a job needs, of this user and template alone', async () => {
    const now = new Date().toISOString()
    const add = (number: number, user: string, seconds: number, gigabytes: number) =>
      bench.sql(
        `INSERT INTO job_usage (number, element, user, template_id, nodes, samples, state, elapsed_seconds, memory_bytes, ended_at)
         VALUES (?, -1, ?, 'heat-triangle', 1, '[]', 'completed', ?, ?, ?)`,
        String(number + 90_000),
        user,
        String(seconds),
        String(gigabytes * 2 ** 30),
        now,
      )
    for (const [index, gigabytes] of [11, 12, 13, 11.5, 12.5].entries())
      add(index, 'kim', 4200 + index * 225, gigabytes)
    add(10, 'lee', 60, 60)
    const answer = await preflight({ ...heat, time: 1440, memory_mb: 65_536 })
    expect(answer.checks.find(({ code }) => code === 'memory-generous')).toEqual({
      code: 'memory-generous',
      level: 'warning',
      data: { runs: 5, low: 11 * 2 ** 30, high: 13 * 2 ** 30, asked: 64 * 2 ** 30 },
      next: [{ field: 'memoryMb', value: 16_384 }],
    })
    expect(answer.checks.find(({ code }) => code === 'time-generous')).toMatchObject({
      data: { runs: 5, low: 4200, high: 5100, asked: 86_400 },
      next: [{ field: 'timeMinutes', value: 135 }],
    })
    const tight = await preflight({ ...heat, time: 60, memory_mb: 8192 })
    expect(codes(tight, 'warning')).toEqual(expect.arrayContaining(['memory-tight', 'time-tight']))
    const fitting = await preflight({ ...heat, time: 120, memory_mb: 16_384 })
    expect(codes(fitting).filter((code) => /memory|time/.test(code))).toEqual([])
  })
})

describe('what there is to choose from', () => {
  it('is the embedded scheduler’s one partition', async () => {
    const answer = await bench.get('/api/v2/jobs/choices')
    expect(answer.json<JobChoices>()).toMatchObject({
      scheduler: 'local',
      partitions: [{ name: 'compute', isDefault: true, up: true, cores: 4 }],
      accounts: [],
      qos: [],
      licenses: [],
    })
  })

  it('is for those who may submit', async () => {
    const token = await bench.agent.token('kim', ['job:view'])
    const asked = await bench.agent.fetch('/api/v2/jobs/choices', { token })
    expect(asked.status).toBe(403)
    const checked = await bench.agent.fetch('/api/v2/jobs/preflight', { token, body: { name: 'x', command: 'true' } })
    expect(checked.status).toBe(403)
  })
})
