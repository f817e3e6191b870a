import { sql } from 'kysely'
import { afterEach, expect, test, vi } from 'vitest'
import { Failure } from '../../../../agent/src/kit/failure.ts'
import { doubtfulScheduler, type Fate, jobsOver, kim } from './doubtful.ts'
import { until } from './workbench.ts'

const open: { close(): Promise<void> }[] = []
function jobs(...parts: Parameters<typeof jobsOver>) {
  const made = jobsOver(...parts)
  open.push(made)
  return made
}
afterEach(async () => {
  for (const made of open.splice(0)) await made.close().catch(() => undefined)
})

const failure = async (work: Promise<unknown>): Promise<Failure> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof Failure)) throw new Error(`no refusal: ${String(error)}`)
  return error
}

test('that it is handed over is stored before the scheduler is asked', async () => {
  const scheduler = doubtfulScheduler()
  const { history, submit } = jobs(scheduler.port)
  const seen: unknown[] = []
  scheduler.state.before = async ({ number }) => {
    const row = await history.byNumber(number)
    seen.push({ jobId: row?.jobId, attempted: row?.attemptedAt !== undefined })
  }
  await submit('a')
  expect(seen).toEqual([{ jobId: undefined, attempted: true }])
  expect(scheduler.asked[0]?.attemptedAt).toBeUndefined()
})

test('in doubt it is kept, said to be kept, and finished by the agent itself: one job', async () => {
  const scheduler = doubtfulScheduler()
  const { history, submit } = jobs(scheduler.port)
  scheduler.state.fates = ['taken, answer lost']
  const refusal = await failure(submit('a'))
  expect([refusal.code, refusal.status]).toEqual(['SCHEDULER_UNAVAILABLE', 503])
  expect(refusal.message).toContain('is kept')
  expect(refusal.details).toEqual({ idempotency_key: 'a' })
  await until(async () => (await history.byKey('kim', 'a'))?.jobId === '1000', 'it is finished without anybody asking')
  expect(scheduler.jobs.size).toBe(1)
  expect(scheduler.asked[1]?.attemptedAt).toBeInstanceOf(Date)
  const { job, created } = await submit('a')
  expect([job.jobId, created]).toEqual(['1000', false])
})

test('the same key joins what is in doubt, however often it comes', async () => {
  const scheduler = doubtfulScheduler()
  const { submit } = jobs(scheduler.port)
  scheduler.state.fates = ['taken, answer lost', 'away']
  await failure(submit('a'))
  expect((await failure(submit('a'))).code).toBe('SCHEDULER_UNAVAILABLE')
  const ids = await Promise.all([submit('a'), submit('a'), submit('a')])
  expect(new Set(ids.map(({ job }) => job.jobId))).toEqual(new Set(['1000']))
  expect(scheduler.jobs.size).toBe(1)
})

test('a fault nobody thought of counts as doubt', async () => {
  const scheduler = doubtfulScheduler()
  const { submit, history } = jobs(scheduler.port)
  scheduler.state.fates = ['broken']
  expect((await failure(submit('a'))).code).toBe('SCHEDULER_UNAVAILABLE')
  expect(await history.unaccepted()).toHaveLength(1)
  expect((await submit('a')).job.jobId).toBe('1000')
})

test('a refusal leaves the key free', async () => {
  const scheduler = doubtfulScheduler()
  const { submit, history } = jobs(scheduler.port)
  scheduler.state.fates = ['refused']
  expect(await failure(submit('a'))).toMatchObject({ code: 'VALIDATION_FAILED', message: 'Invalid account.' })
  expect(await history.byKey('kim', 'a')).toBeUndefined()
  expect(await submit('a')).toMatchObject({ created: true })
})

test('refused when nobody waits for the answer any more, it is a failed job that says why', async () => {
  const scheduler = doubtfulScheduler()
  const { submit, history, service, events } = jobs(scheduler.port)
  scheduler.state.fates = ['away', 'refused']
  await failure(submit('a', { options: { array: '0-2' } }))
  await until(async () => (await history.unaccepted()).length === 0, 'it was tried again')
  const { job } = await service.find(kim, 's1')
  expect(job).toMatchObject({ state: 'failed', reason: 'Invalid account.', array: { states: { failed: 3 } } })
  expect(await submit('a')).toMatchObject({ created: false, job: { jobId: 's1' } })
  expect(events.at(-1)).toMatchObject({ type: 'job_update', data: { id: 's1', state: 'failed' } })
})

test('a change that could not be stored is asked for again', async () => {
  const scheduler = doubtfulScheduler()
  const { submit, service, history, db } = jobs(scheduler.port)
  await service.start()
  const { job } = await submit('a')
  const id = job.jobId ?? ''
  await sql`CREATE TRIGGER full BEFORE UPDATE ON job_history BEGIN SELECT RAISE(FAIL, 'the disk is full'); END`.execute(
    db,
  )
  const known = scheduler.jobs.get(id)
  if (known !== undefined) scheduler.jobs.set(id, { ...known, state: 'running' })
  const asked = vi.spyOn(scheduler.port, 'jobs')
  scheduler.tell(id, [])
  await until(() => asked.mock.calls.length > 0, 'the scheduler is asked again')
  expect((await history.byId(id))?.state).toBe('pending')
  await sql`DROP TRIGGER full`.execute(db)
  await until(async () => (await history.byId(id))?.state === 'running', 'it is stored')
})

test('an id that the scheduler gives a second time is the newer job; the older one keeps its story', async () => {
  const scheduler = doubtfulScheduler()
  const { submit, service } = jobs(scheduler.port)
  const first = await submit('a')
  // The cluster was set up anew.
  scheduler.jobs.clear()
  const second = await submit('b')
  expect([first.job.jobId, second.job.jobId]).toEqual(['1000', '1000'])
  expect((await service.find(kim, '1000')).job.key).toBe('b')
  expect((await service.find(kim, `1000.${first.job.number}`)).job.key).toBe('a')
})

test('one that stays in doubt for ever does not hold up those of other users', async () => {
  const scheduler = doubtfulScheduler()
  const { submit, service, history } = jobs(scheduler.port)
  scheduler.state.before = async ({ key }) => {
    if (key === 'poison') throw new Failure('SCHEDULER_UNAVAILABLE', 'It never says anything about this one.')
  }
  await failure(submit('poison'))
  scheduler.state.fates = ['taken, answer lost']
  const lee = { ...kim, username: 'lee' }
  await failure(service.submit(lee, { name: 'x', command: 'true', idempotency_key: 'good' }))
  await until(async () => (await history.byKey('lee', 'good'))?.jobId !== undefined, 'the other one is finished')
  expect((await history.unaccepted()).map(({ key }) => key)).toEqual(['poison'])
})

test('the next agent finishes what one that died had begun, once', async () => {
  const scheduler = doubtfulScheduler()
  const before = jobsOver(scheduler.port)
  scheduler.state.fates = ['taken, answer lost', 'away']
  await failure(before.submit('taken'))
  await failure(before.submit('not taken'))
  await before.drop()
  const after = jobs(scheduler.port, before.folder)
  await after.service.start()
  await until(async () => (await after.history.unaccepted()).length === 0, 'both are handed over')
  expect([...scheduler.jobs.values()].map(({ spec }) => spec.key)).toEqual(['taken', 'not taken'])
  expect((await after.submit('taken')).job.jobId).toBe('1000')
})

test('two hundred submissions under every fault: as many jobs as submissions', { timeout: 60_000 }, async () => {
  const scheduler = doubtfulScheduler()
  let current = jobsOver(scheduler.port)
  open.push({ close: () => current.close() })
  // A small generator with a seed: the same faults in every run.
  let seed = 42
  const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648
  const fates: Fate[] = ['taken', 'taken, answer lost', 'away', 'broken']
  for (let number = 0; number < 200; number += 1) {
    scheduler.state.fates = Array.from({ length: 3 }, () => fates[Math.floor(random() * fates.length)] ?? 'taken')
    const clicks = 1 + Math.floor(random() * 3)
    const click = () => current.submit(`key-${number}`).catch(() => undefined)
    await Promise.all(Array.from({ length: clicks }, click))
    if (random() < 0.1) {
      await current.drop()
      current = jobsOver(scheduler.port, current.folder)
      await current.service.start()
    }
    scheduler.state.fates = []
    expect((await current.submit(`key-${number}`)).job.jobId).toBe(String(1000 + number))
  }
  expect(scheduler.jobs.size).toBe(200)
})
