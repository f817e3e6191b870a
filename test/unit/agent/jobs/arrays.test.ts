import { afterAll, beforeAll, expect, test } from 'vitest'
import { doubtfulScheduler, jobsOver, kim } from './doubtful.ts'
import { pause, until } from './workbench.ts'

const TOTAL = 5000
const scheduler = doubtfulScheduler()
let jobs: ReturnType<typeof jobsOver>
beforeAll(async () => {
  jobs = jobsOver(scheduler.port)
  await jobs.service.start()
})
afterAll(() => jobs.close())

const time = new Date(0).toISOString()

test('five thousand elements are cheap to store, to follow and to tell of', { timeout: 30_000 }, async () => {
  const { service, history, events } = jobs
  const { job } = await jobs.submit('wide', { options: { array: `0-${TOTAL - 1}%50` } })
  expect(job.array).toEqual({ range: `0-${TOTAL - 1}%50`, total: TOTAL, states: { pending: TOTAL } })
  const id = job.jobId ?? ''
  const began = performance.now()
  const told = events.length
  for (let first = 0; first < TOTAL; first += 50) {
    const indices = Array.from({ length: 50 }, (_, n) => first + n)
    scheduler.tell(
      id,
      indices.map((index) => ({ index, state: 'running', startedAt: time, nodes: 'c1' })),
    )
    const ended = { startedAt: time, endedAt: time, nodes: 'c1' }
    scheduler.tell(
      id,
      indices.map((index) =>
        index % 1000 === 7
          ? { index, state: 'failed', exitCode: 3, ...ended }
          : { index, state: 'completed', ...ended },
      ),
    )
  }
  await until(async () => (await service.find(kim, id)).job.endedAt !== undefined, 'all have ended')
  const seconds = (performance.now() - began) / 1000
  expect((await service.find(kim, id)).job).toMatchObject({
    state: 'failed',
    array: { states: { completed: TOTAL - 5, failed: 5 } },
  })
  // 200 changes of the whole: at most two a second are told, besides the first and the last, and none names an element.
  await until(() => events.at(-1)?.type === 'job_update' && JSON.stringify(events.at(-1)).includes('"failed"'), 'told')
  const frames = events.slice(told).map((event) => JSON.stringify(event))
  expect(frames.length).toBeLessThanOrEqual(Math.ceil(seconds / 0.5) + 3)
  expect(Math.max(...frames.map(({ length }) => length))).toBeLessThan(1000)
  const page = await history.elements(job.number, { states: ['failed'], offset: 2, limit: 2 })
  expect([page.total, page.elements.map(({ index }) => index)]).toEqual([5, [2007, 3007]])
  expect((await service.find(kim, `${id}_2007`)).element).toMatchObject({ state: 'failed', exitCode: 3 })
})

test('what has ended stays so, unless it was put back', async () => {
  const { job } = await jobs.submit('again', { options: { array: '0-1' } })
  const id = job.jobId ?? ''
  const see = async (element: Parameters<typeof scheduler.tell>[1][number]) => {
    scheduler.tell(id, [element])
    await pause(30)
    return (await jobs.service.find(kim, `${id}_0`)).element?.state
  }
  expect(await see({ index: 0, state: 'running', startedAt: time })).toBe('running')
  expect(await see({ index: 0, state: 'completed', startedAt: time, endedAt: time })).toBe('completed')
  expect(await see({ index: 0, state: 'running', startedAt: time })).toBe('completed')
  expect(await see({ index: 0, state: 'pending', restarts: 1 })).toBe('pending')
  expect((await jobs.service.find(kim, id)).job).toMatchObject({ state: 'pending', array: { states: { pending: 2 } } })
  // Accounting does not say how often.
  expect(await see({ index: 0, state: 'completed', startedAt: time, endedAt: time })).toBe('completed')
  expect(await see({ index: 7, state: 'running' })).toBe('completed')
})
