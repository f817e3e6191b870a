import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startAgent, temporaryFolder, type TestAgent } from '../helpers/agent.ts'
import { startCore, type TestCore, until } from '../helpers/core.ts'

let agent: TestAgent
let core: TestCore
let site: string
const gates = temporaryFolder()
beforeAll(async () => {
  agent = await startAgent({ environment: { HEADWAY_CORES: '4', HEADWAY_SCHEDULER: 'local' } })
  core = await startCore()
  site = (await core.signIn(agent.url)).id
})
afterAll(async () => {
  await core.close()
  await agent.close()
})

/** The job that a submission through the core has made. */
async function submit(command: string, more: { options?: object; resources?: object } = {}): Promise<string> {
  const submission = {
    name: 'from the core',
    command,
    resources: { nodes: 1, tasks: 1, timeMinutes: 5, ...more.resources },
    ...(more.options === undefined ? {} : { options: more.options }),
  }
  const taskId = await core.submit({ site, submission, uploads: [] })
  await until('it is submitted', () => ['done', 'failed'].includes(core.task(taskId)?.state ?? ''))
  const task = core.task(taskId)
  if (task?.result?.jobId === undefined) throw new Error(JSON.stringify(task))
  return task.result.jobId
}
const detail = (id: string) => core.rpc.call('jobs', 'detail', { site, id })

test('all that was asked for reaches the job', async () => {
  const options = { environment: { MESH: 'fine' }, begin: '2026-01-01T00:00:00.000Z' }
  const resources = { partition: 'compute', cpusPerTask: 2, memoryMb: 512 }
  const id = await submit('true', { options, resources })
  expect(await detail(id)).toMatchObject({ options, resources: { nodes: 1, tasks: 1, timeMinutes: 5, ...resources } })
  expect(await core.rpc.call('jobs', 'submission', { site, id })).toEqual({
    submission: {
      name: 'from the core',
      command: 'true',
      resources: { nodes: 1, tasks: 1, timeMinutes: 5, ...resources },
      options: { environment: { MESH: 'fine' } },
    },
    files: [],
  })
})

test('a part of an array is kept up to date', { timeout: 30_000 }, async () => {
  const gate = join(gates, 'array')
  const id = await submit(`while [ ! -e '${gate}' ]; do sleep 0.05; done; exit $SLURM_ARRAY_TASK_ID`, {
    options: { array: '0-3' },
  })
  const all = core.watch('jobs', 'elements', { site, id, offset: 0, limit: 2 })
  const failed = core.watch('jobs', 'elements', { site, id, states: ['failed'], offset: 0, limit: 100 })
  await until('the first page', () => all.snapshots.length === 1 && failed.snapshots.length === 1)
  expect(all.snapshots[0]).toMatchObject({ total: 4, elements: [{ index: 0 }, { index: 1 }] })
  expect(failed.snapshots[0]).toEqual({ elements: [], total: 0 })
  await writeFile(gate, '')
  await until('all have ended', () => failed.events.at(-1)?.total === 3)
  expect(failed.events.at(-1)?.elements.map(({ index, exitCode }) => [index, exitCode])).toEqual([
    [1, 1],
    [2, 2],
    [3, 3],
  ])
  await until('the other page too', () => all.events.at(-1)?.elements[1]?.state === 'failed')
  all.end()
  failed.end()
})

test('changes of many, and what is refused', { timeout: 30_000 }, async () => {
  const running = await submit('sleep 300')
  const waiting = await submit('true', { options: { dependencies: [{ type: 'afterok', job: running }] } })
  const list = core.watch('jobs', 'all', { site })
  const { results } = await core.rpc.call('jobs', 'change', {
    site,
    ids: [waiting, 'nothing'],
    change: { action: 'hold' },
  })
  expect(results).toMatchObject([
    { id: waiting, job: { held: true, state: 'pending' } },
    { id: 'nothing', error: { code: 'NOT_FOUND' } },
  ])
  await until('the list knows', () =>
    [...list.snapshots.flatMap(({ items }) => items), ...list.events.flatMap(({ put }) => put)].some(
      (job) => job.id === waiting && job.held === true,
    ),
  )
  list.end()
  await core.rpc.call('jobs', 'change', { site, ids: [waiting, running], change: { action: 'cancel' } })
  await until('both are cancelled', async () => {
    const states = await Promise.all([waiting, running].map(async (id) => (await detail(id)).state))
    return states.every((state) => state === 'cancelled')
  })
  const body = { site, ids: ['1'], change: { action: 'explode' } } as never
  await expect(core.rpc.call('jobs', 'change', body)).rejects.toMatchObject({ value: { code: 'BAD_INPUT' } })
})

test('a template out of a job is in the catalogue', async () => {
  const id = await submit('echo hello')
  const clone = { site, id, templateId: 'hello', name: 'Hello' }
  const template = await core.rpc.call('jobs', 'cloneTemplate', clone)
  expect(template).toMatchObject({ id: 'hello', visibility: 'private', script: 'echo hello' })
  const catalogue = core.watch('templates', 'all', { site })
  await until('it is listed', () =>
    [...catalogue.snapshots, ...catalogue.events].some(({ items }) => items.some((item) => item.id === 'hello')),
  )
  catalogue.end()
  await expect(core.rpc.call('jobs', 'cloneTemplate', clone)).rejects.toMatchObject({ value: { code: 'CONFLICT' } })
})

test('what runs the jobs, and of when it is', async () => {
  const scheduler = core.watch('nodes', 'scheduler', { site })
  await until('it is told', () => scheduler.snapshots.length === 1)
  expect(scheduler.snapshots[0]).toMatchObject({ kind: 'local', partitions: [{ name: 'compute', cores: 4 }] })
  scheduler.end()
})
