import { rmSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import type { SubmitRequest } from '../../../../contract/agent/jobs.ts'
import { jobHasEnded, type JobState } from '../../../../contract/jobs.ts'
import { openDatabase } from '../../../../agent/src/db/index.ts'
import type { Jobs, JobView } from '../../../../agent/src/jobs/index.ts'
import type { Agent } from '../../../../agent/src/kit/agent.ts'
import { Failure } from '../../../../agent/src/kit/failure.ts'
import type { Identity } from '../../../../agent/src/kit/identity.ts'
import { createLog } from '../../../../agent/src/log.ts'
import type { Templates } from '../../../../agent/src/templates/index.ts'
import type { Uploads } from '../../../../agent/src/uploads/index.ts'
import { createRuns, type Runs } from '../../../../agent/src/workflows/runs.ts'
import { createStore } from '../../../../agent/src/workflows/store.ts'
import { temporaryFolder } from '../../../helpers/agent.ts'
import { until } from '../jobs/workbench.ts'

const kim: Identity = { username: 'kim', email: '', groups: [], permissions: ['dashboard', 'cae.execute'] }
const away = () => new Failure('SCHEDULER_UNAVAILABLE', 'It does not answer.')

const step = (key: string, after: string[] = []) => ({ key, name: { en: key }, template: key, after })
const template = {
  id: 'chain',
  version: 1,
  name: { en: 'Chain' },
  files: [],
  parameters: [],
  missingCommands: [],
  steps: [step('first'), step('second', ['first']), step('third', ['second'])],
}

/** Jobs that go silent, refuse and end exactly when told to, which no real scheduler can be made to do. */
function fakeJobs() {
  const made = new Map<string, JobView>()
  const listeners: ((job: JobView, before: JobState | undefined) => void)[] = []
  const state = {
    /** By step: what becomes of its submission. */
    submit: new Map<string, () => unknown>(),
    cancel: undefined as Failure | undefined,
    cancelled: [] as string[],
  }
  const find = (id: string) => {
    const job = made.get(id)
    if (job === undefined) throw new Failure('NOT_FOUND', id)
    return job
  }
  function tell(id: string, to: JobState) {
    const job = find(id)
    const before = job.state
    const now = { ...job, state: to }
    made.set(id, now)
    for (const listener of listeners) listener(now, before)
  }
  function make(request: SubmitRequest, workflow: { id: string; step: string }) {
    const known = [...made.values()].find(({ key }) => key === request.idempotency_key)
    if (known !== undefined) return known
    const id = String(100 + made.size)
    const job = { id, key: request.idempotency_key, state: 'pending', workflow } as unknown as JobView
    made.set(id, job)
    for (const listener of listeners) listener(job, undefined)
    return job
  }
  const jobs = {
    async submit(_who: Identity, request: SubmitRequest, { workflow }: { workflow: { id: string; step: string } }) {
      await state.submit.get(workflow.step)?.()
      return make(request, workflow)
    },
    find: async (_who: Identity, id: string) => find(id),
    async change(_who: Identity, id: string) {
      if (state.cancel !== undefined) throw state.cancel
      if (jobHasEnded(find(id).state)) throw new Failure('WRONG_STATE', 'ended')
      state.cancelled.push(id)
      tell(id, 'cancelled')
    },
    onChange: (listener: (job: JobView, before: JobState | undefined) => void) => void listeners.push(listener),
  }
  return { port: jobs as unknown as Jobs, made, state, tell, make }
}

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

async function workflows() {
  const folder = temporaryFolder()
  const db = openDatabase(folder)
  const agent = { log: createLog('silent'), now: () => new Date(), hub: { publish: () => {} } } as unknown as Agent
  const jobs = fakeJobs()
  const templates = { find: async () => template } as unknown as Templates
  const make = () => createRuns(agent, createStore(db), { jobs: jobs.port, templates, uploads: {} as Uploads })
  const runs = make()
  await runs.start()
  open.push(async () => {
    await runs.close()
    await db.destroy()
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    jobs,
    runs,
    make,
    begin: () => runs.execute(kim, { name: 'study', template_id: 'chain', idempotency_key: 'k' }),
  }
}

const statesOf = async (runs: Runs, number: number) =>
  (await runs.find(kim, String(number))).steps.map(({ state }) => state)

test('a step whose submission was in doubt does not run once its run was cancelled', async () => {
  const { jobs, runs, begin } = await workflows()
  jobs.state.submit.set('first', () => {
    throw away()
  })
  const { run } = await begin()
  expect((await runs.cancel(run)).state).toBe('cancelled')
  // The agent kept the submission, and hands it over now that the scheduler answers.
  const job = jobs.make({ name: 'x', idempotency_key: `workflow-${run.number}-first-1` }, { id: '1', step: 'first' })
  await until(() => jobs.state.cancelled.includes(job.id), 'its job is cancelled')
  await until(async () => (await runs.find(kim, '1')).state === 'cancelled', 'the run stays cancelled')
})

test('jobs behind a failed step that cannot be cancelled now are cancelled later', async () => {
  const { jobs, runs, begin } = await workflows()
  const { run } = await begin()
  expect(jobs.made.size).toBe(3)
  jobs.state.cancel = away()
  jobs.tell('100', 'failed')
  await until(async () => (await statesOf(runs, run.number))[0] === 'failed', 'the failure is known')
  expect((await runs.find(kim, '1')).state).toBe('running')
  jobs.state.cancel = undefined
  jobs.tell('100', 'failed')
  await until(async () => (await runs.find(kim, '1')).state === 'failed', 'the run ends')
  expect(jobs.state.cancelled).toEqual(['101', '102'])
  expect(await statesOf(runs, run.number)).toEqual(['failed', 'blocked', 'blocked'])
})

test('a step that is refused when the run goes on has failed, and the run can be restarted', async () => {
  const { jobs, runs, begin } = await workflows()
  jobs.state.submit.set('second', () => {
    throw away()
  })
  const { run } = await begin()
  jobs.state.submit.set('second', () => {
    throw new Failure('NOT_FOUND', 'There is no template "second".')
  })
  await expect(begin()).rejects.toThrow('no template')
  expect(await statesOf(runs, run.number)).toEqual(['pending', 'failed', 'blocked'])
  expect((await runs.find(kim, '1')).steps[1]?.reason).toBe('There is no template "second".')
  jobs.tell('100', 'completed')
  await until(async () => (await runs.find(kim, '1')).state === 'failed', 'the run ends')
  jobs.state.submit.clear()
  const again = await runs.restart(await runs.find(kim, '1'))
  expect(again.steps.map(({ state, attempt }) => [state, attempt])).toEqual([
    ['completed', 1],
    ['pending', 2],
    ['pending', 2],
  ])
})

test('a first step that fails before the next one is handed over leaves a failed run, not none', async () => {
  const { jobs, runs, begin } = await workflows()
  jobs.state.submit.set('second', () => {
    jobs.tell('100', 'failed')
    throw new Failure('VALIDATION_FAILED', 'Job 100 ended as "failed": what waits for it would never start.')
  })
  const { run, created } = await begin()
  expect(created).toBe(true)
  await until(async () => (await runs.find(kim, '1')).state === 'failed', 'the run ends')
  expect(await statesOf(runs, run.number)).toEqual(['failed', 'blocked', 'blocked'])
})

test('a scheduler that is silent holds up neither other users, nor the end, nor the next start', async () => {
  const { jobs, runs, make, begin } = await workflows()
  const silence = Promise.withResolvers<void>()
  jobs.state.submit.set('first', () => silence.promise)
  const waiting = begin()
  await until(async () => (await runs.find(kim, '1').catch(() => undefined)) !== undefined, 'the run is stored')
  jobs.state.submit.clear()
  const lee = { ...kim, username: 'lee' }
  const { run } = await runs.execute(lee, { name: 'other', template_id: 'chain', idempotency_key: 'k' })
  expect(run.steps.map(({ state }) => state)).toEqual(['pending', 'pending', 'pending'])
  jobs.state.submit.set('first', () => silence.promise)
  await runs.close()
  const later = make()
  await later.start()
  jobs.state.submit.clear()
  silence.resolve()
  await waiting
  await later.close()
})
