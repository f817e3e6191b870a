import { mkdirSync, rmSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ChangeAnswer, SubmitAnswer } from '../../contract/agent/jobs.ts'
import { type ElementPage, type Job, type JobChange, type JobDetail, jobHasEnded } from '../../contract/jobs.ts'
import { portalToken, startAgent, temporaryFolder, type TestAgent } from './agent.ts'

export interface SchedulerSetting {
  /** Of the agent. */
  environment(): Promise<Record<string, string>>
  close(): Promise<void>
  /** Milliseconds: the longest that any change of a job is waited for. */
  patienceMs: number
  /** Slurm lets two minutes pass before a job that was put back may begin: not waited for. */
  requeuedWaits?: boolean
}

const pause = (ms: number) => new Promise((resolve) => void setTimeout(resolve, ms))

const after = (type: string, more: object) => ({ options: { dependencies: [{ type, ...more }] } })

/** What every scheduler must do alike, asked of a whole agent over HTTP. */
export function schedulerSuite(name: string, setting: SchedulerSetting): void {
  const { patienceMs } = setting
  describe(name, { timeout: patienceMs * 3 }, () => {
    let agent: TestAgent
    const data = temporaryFolder()
    const gates = join(data, 'gates')

    beforeAll(async () => {
      mkdirSync(gates)
      agent = await startAgent({
        data,
        environment: {
          HEADWAY_CORES: '4',
          HEADWAY_END_JOBS: '1',
          RATE_LIMIT_ENABLED: '0',
          ...(await setting.environment()),
        },
      })
    }, patienceMs)
    afterAll(async () => {
      const { jobs } = await read<{ jobs: Job[] }>('/api/v2/jobs?state=pending,running,completing&limit=1000')
      if (jobs.length > 0)
        await changeMany(
          jobs.map(({ id }) => id),
          { action: 'cancel' },
        )
      await agent.close()
      rmSync(data, { recursive: true, force: true })
      await setting.close()
    }, patienceMs)

    async function ask(path: string, body?: unknown, user = 'kim') {
      const token = await portalToken({ sub: user })
      const answer = await agent.fetch(path, { token, ...(body === undefined ? {} : { body }) })
      return { status: answer.status, text: await answer.text() }
    }
    const read = async <T>(path: string) => JSON.parse((await ask(path)).text) as T
    const tries = (command: string, more: object = {}, user = 'kim') =>
      ask('/api/jobs/submit', { name: 'suite', command, time: 5, ...more }, user)
    async function submit(command: string, more: object = {}): Promise<Job> {
      const answer = await tries(command, more)
      if (answer.status !== 201) throw new Error(answer.text)
      return (JSON.parse(answer.text) as SubmitAnswer).job
    }
    const look = async (id: string) => (await read<{ job: JobDetail }>(`/api/v2/jobs/${id}`)).job
    async function until(id: string, what: string, done: (job: JobDetail) => boolean): Promise<JobDetail> {
      for (const deadline = Date.now() + patienceMs; ; await pause(50)) {
        const job = await look(id)
        if (done(job)) return job
        if (Date.now() > deadline) throw new Error(`never: ${what}; job ${id} is ${JSON.stringify(job)}`)
      }
    }
    const runs = (id: string) => until(id, 'it runs', ({ state }) => state === 'running')
    const ended = (id: string) => until(id, 'it ends', ({ state }) => jobHasEnded(state))
    const change = (id: string, body: JobChange, user = 'kim') => ask(`/api/v2/jobs/${id}/change`, body, user)
    const changeMany = async (ids: string[], wanted: JobChange) =>
      (JSON.parse((await ask('/api/v2/jobs/change', { ids, change: wanted })).text) as ChangeAnswer).results
    const log = async (id: string) => (await ask(`/api/v2/jobs/${id}/log`)).text
    const gate = (of: string) => join(gates, of)
    const open = (of: string) => writeFile(gate(of), '')
    const waitFor = (of: string) => `while [ ! -e '${gate(of)}' ]; do sleep 0.05; done`
    const written = async (file: string) => readFile(join(gates, file), 'utf8').catch(() => '')

    test('output and exit code of a job', async () => {
      const { id } = await submit('echo out; echo err >&2; exit 3')
      expect(await ended(id)).toMatchObject({ state: 'failed', exitCode: 3 })
      expect((await look(id)).signal).toBeUndefined()
      expect(await log(id)).toBe('out\nerr\n')
      expect((await look(id)).logTail).toEqual(['out', 'err'])
    })

    test('a signal is told apart from an exit code', async () => {
      const { id } = await submit('kill -9 $$')
      const job = await ended(id)
      expect(job).toMatchObject({ state: 'failed', signal: 9 })
      expect(job.exitCode ?? 0).toBe(0)
    })

    test('one key is one job, also when it is sent twice at once', async () => {
      const body = { idempotency_key: `once-${Date.now()}` }
      const command = `echo ran >> '${gate('once')}'`
      const answers = await Promise.all([tries(command, body), tries(command, body), tries(command, body)])
      expect(answers.map(({ status }) => status).filter((status) => status === 201)).toHaveLength(1)
      expect(answers.every(({ status }) => status === 200 || status === 201)).toBe(true)
      const ids = new Set(answers.map(({ text }) => (JSON.parse(text) as SubmitAnswer).job_id))
      expect(ids.size).toBe(1)
      const [id = ''] = ids
      await ended(id)
      const again = await tries(command, body)
      expect([again.status, (JSON.parse(again.text) as SubmitAnswer).job_id]).toEqual([200, id])
      expect(await written('once')).toBe('ran\n')
    })

    test('environment and time of the beginning', async () => {
      const begin = new Date(Date.now() + 3000)
      const options = { begin: begin.toISOString(), environment: { MESH_SIZE: "0.5 'm'" } }
      const { id } = await submit('printf %s "$MESH_SIZE"', { options })
      await until(id, 'it says what it waits for', ({ reason }) => reason === 'BeginTime')
      const job = await ended(id)
      expect(job).toMatchObject({ state: 'completed', options })
      // Slurm counts in seconds.
      expect(Date.parse(job.startedAt ?? '')).toBeGreaterThanOrEqual(begin.getTime() - 1000)
      expect(await log(id)).toBe("0.5 'm'")
    })

    test('cancelled: what runs, what waits, and only once', async () => {
      const running = await submit('sleep 300')
      await runs(running.id)
      const waiting = await submit(`echo ran >> '${gate('waited')}'`, {
        options: { dependencies: [{ type: 'afterok', job: running.id }] },
      })
      expect((await change(waiting.id, { action: 'cancel' })).status).toBe(200)
      expect(await ended(waiting.id)).toMatchObject({ state: 'cancelled' })
      expect((await change(running.id, { action: 'cancel' }, 'lee')).status).toBe(403)
      expect((await ask(`/api/v2/jobs/${running.id}/cancel`, {})).status).toBe(200)
      expect(await ended(running.id)).toMatchObject({ state: 'cancelled' })
      expect((await change(running.id, { action: 'cancel' })).status).toBe(409)
      expect(await written('waited')).toBe('')
    })

    test('an array: each element runs once, so many at a time, with a log and an end of its own', async () => {
      const command = `echo "element $SLURM_ARRAY_TASK_ID"
echo + >> '${gate('array-count')}'; ${waitFor('array')}
[ "$SLURM_ARRAY_TASK_ID" != 4 ] || exit 7`
      const { id, array } = await submit(command, { options: { array: '1,2-4,8%2' } })
      expect(array).toEqual({ range: '1,2-4,8%2', total: 5, states: { pending: 5 } })
      await until(id, 'two run', (job) => job.array?.states.running === 2)
      for (const deadline = Date.now() + patienceMs; (await written('array-count')).length < 4; await pause(50)) {
        if (Date.now() > deadline) throw new Error('never: two elements begin')
      }
      expect(await written('array-count')).toBe('+\n+\n')
      const running = await read<ElementPage>(`/api/v2/jobs/${id}/elements?state=running`)
      expect([running.total, running.elements.length]).toEqual([2, 2])
      await open('array')
      expect(await ended(id)).toMatchObject({
        state: 'failed',
        array: { total: 5, states: { completed: 4, failed: 1 } },
      })
      expect(await written('array-count')).toBe('+\n'.repeat(5))
      const page = await read<ElementPage>(`/api/v2/jobs/${id}/elements?offset=1&limit=3`)
      expect([page.total, page.elements.map(({ index }) => index)]).toEqual([5, [2, 3, 4]])
      expect(await look(`${id}_4`)).toMatchObject({
        id: `${id}_4`,
        state: 'failed',
        exitCode: 7,
        element: { array: id, index: 4 },
        logTail: ['element 4'],
      })
      expect(await log(`${id}_8`)).toBe('element 8\n')
      expect((await ask(`/api/v2/jobs/${id}_5`)).status).toBe(404)
    })

    test('one element is cancelled, the others go on', async () => {
      const { id } = await submit(waitFor('elements'), { options: { array: '0-2' } })
      await until(id, 'all run', (job) => job.array?.states.running === 3)
      const results = await changeMany([`${id}_0`, `${id}_1`, `${id}_9`], { action: 'cancel' })
      expect(results.map((result) => result.error?.code)).toEqual([undefined, undefined, 'NOT_FOUND'])
      await until(id, 'two are cancelled', (job) => job.array?.states.cancelled === 2)
      await open('elements')
      expect(await ended(id)).toMatchObject({ state: 'cancelled', array: { states: { cancelled: 2, completed: 1 } } })
    })

    test('jobs after jobs, named by job or by submission', async () => {
      const key = `before-${Date.now()}`
      const first = await submit(waitFor('first'), { idempotency_key: key })
      const good = await submit('true', after('afterok', { submission: key }))
      const never = await submit('true', after('afternotok', { job: first.id }))
      const any = await submit('true', after('afterany', { job: first.id }))
      await until(good.id, 'it waits', ({ reason }) => reason === 'Dependency')
      expect((await look(good.id)).options).toEqual({ dependencies: [{ type: 'afterok', job: first.id }] })
      await open('first')
      expect(await ended(first.id)).toMatchObject({ state: 'completed' })
      for (const { id } of [good, any]) {
        const job = await ended(id)
        expect(job.state).toBe('completed')
        const end = (await look(first.id)).endedAt ?? '~'
        expect(Date.parse(job.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(end) - 1000)
      }
      await until(
        never.id,
        'it never can',
        ({ state, reason }) => state === 'cancelled' || reason === 'DependencyNeverSatisfied',
      )
      // What has ended is decided at once.
      expect(await ended((await submit('true', after('afterok', { job: first.id }))).id)).toMatchObject({
        state: 'completed',
      })
      for (const wrong of [
        { type: 'afternotok', job: first.id },
        { type: 'afterok', job: '999999999' },
      ]) {
        expect((await tries('true', { options: { dependencies: [wrong] } })).status).toBe(400)
      }
      expect((await tries('true', after('afterok', { job: first.id }), 'lee')).status).toBe(400)
    })

    test('one of a name at a time', async () => {
      const more = { name: `lonely-${Date.now()}`, options: { singleton: true } }
      const first = await submit(waitFor('lonely'), more)
      await runs(first.id)
      const second = await submit('true', more)
      await until(second.id, 'it waits', ({ reason }) => reason === 'Dependency')
      await open('lonely')
      expect(await ended(second.id)).toMatchObject({ state: 'completed' })
    })

    test('held, released, and not once it runs', async () => {
      const blocker = await submit(waitFor('blocker'))
      const { id } = await submit('true', { options: { dependencies: [{ type: 'afterany', job: blocker.id }] } })
      expect((await change(id, { action: 'hold' })).status).toBe(200)
      await until(id, 'it is held', (job) => job.held === true)
      await open('blocker')
      await ended(blocker.id)
      expect(await look(id)).toMatchObject({
        state: 'pending',
        held: true,
        // Of root's agent an admin's.
        reason: expect.stringMatching(/^JobHeld(?:User|Admin)$/),
      })
      expect((await change(id, { action: 'release' })).status).toBe(200)
      expect(await ended(id)).toMatchObject({ state: 'completed' })
      expect((await look(id)).held).toBeUndefined()
      const running = await submit('sleep 300')
      await runs(running.id)
      expect((await change(running.id, { action: 'hold' })).status).toBe(409)
      await change(running.id, { action: 'cancel' })
    })

    test('put back into the queue it begins anew', async () => {
      const { id } = await submit(`echo ran >> '${gate('requeued')}'; echo once; ${waitFor('requeue')}`)
      await until(id, 'it has begun', (job) => job.state === 'running' && job.logTail.length === 1)
      expect((await change(id, { action: 'requeue' })).status).toBe(200)
      await until(id, 'it is put back', (job) => job.restarts === 1)
      if (setting.requeuedWaits === true) {
        await until(id, 'it waits', ({ state, reason }) => state === 'pending' && reason === 'BeginTime')
        await change(id, { action: 'cancel' })
        expect(await ended(id)).toMatchObject({ state: 'cancelled', restarts: 1 })
        return
      }
      await open('requeue')
      const job = await until(id, 'it has ended again', ({ state, restarts }) => restarts === 1 && jobHasEnded(state))
      expect(job).toMatchObject({ state: 'completed', restarts: 1 })
      expect(await written('requeued')).toBe('ran\nran\n')
    })

    test('an element that has ended begins anew, the others stay as they are', async () => {
      const { id } = await submit(`echo ran >> '${gate('again')}'; [ -e '${gate('fixed')}' ] || exit 5`, {
        options: { array: '0-1' },
      })
      expect(await ended(id)).toMatchObject({ state: 'failed', array: { states: { failed: 2 } } })
      await open('fixed')
      expect((await change(`${id}_1`, { action: 'requeue' })).status).toBe(200)
      await until(`${id}_1`, 'it is put back', ({ restarts }) => restarts === 1)
      if (setting.requeuedWaits === true) {
        await until(id, 'it waits', ({ array }) => array?.states.pending === 1)
        await change(`${id}_1`, { action: 'cancel' })
        expect(await ended(id)).toMatchObject({ array: { states: { failed: 1, cancelled: 1 } } })
        return
      }
      await until(id, 'it has run again', ({ array }) => array?.states.completed === 1)
      expect(await look(id)).toMatchObject({ state: 'failed', array: { states: { failed: 1, completed: 1 } } })
      expect(await written('again')).toBe('ran\nran\nran\n')
    })

    test('the time limit is changed', async () => {
      const { id } = await submit('sleep 300', { time: 10 })
      await runs(id)
      expect((await change(id, { action: 'time-limit', minutes: 4 })).status).toBe(200)
      const job = await until(id, 'it is shorter', ({ timeLimit }) => timeLimit === 4)
      // What was asked for is what ran.
      expect(job.resources.timeMinutes).toBe(10)
      await change(id, { action: 'cancel' })
    })
  })
}
