import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { appError } from '../../../../src/core/kit/app-error.ts'
import { openJournal } from '../../../../src/core/kit/journal.ts'
import { createTaskRunner, taskMigrations, type Control, type TaskRunner } from '../../../../src/core/tasks/index.ts'
import { until } from '../../../helpers/core.ts'

interface Body {
  step: number
  locked?: boolean
}
let folder: string
let runs: {
  id: string
  body: Body
  control: Control<Body>
  finish: (path: string) => void
  fail: (error: Error) => void
}[]
let cleaned: Body[]
const ends: (() => unknown)[] = []
const nothing = (): void => undefined
const log = { debug: nothing, info: nothing, warn: nothing, error: nothing }

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-tasks-'))
  runs = []
  cleaned = []
})
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
  await rm(folder, { recursive: true, force: true })
})

/** Work that ends when the test says so. */
function open(): TaskRunner<Body> {
  const database = openJournal({ path: join(folder, 'tasks.db'), migrations: taskMigrations, log })
  const runner = createTaskRunner<Body>(
    database,
    {
      kind: 'download',
      canPause: true,
      canCancel: ({ locked }) => locked !== true,
      run: ({ id, body }, control) =>
        new Promise((resolve, reject) => {
          runs.push({ id, body, control, finish: (path) => resolve({ path }), fail: reject })
          control.signal.addEventListener('abort', () => reject(new Error('aborted')))
        }),
      clean(body) {
        cleaned.push(body)
        return Promise.resolve()
      },
    },
    log,
  )
  ends.push(async () => {
    await runner.close()
    if (database.isOpen) database.close()
  })
  return runner
}
const add = (runner: TaskRunner<Body>, change = 'c1') =>
  runner.add({ change, site: 's', title: 'a.frd', body: { step: 0 } })
const view = (runner: TaskRunner<Body>, id: string) => {
  const task = runner.source.list().find((item) => item.id === id)
  if (task === undefined) throw new Error('no such task')
  return task
}

describe('a task', () => {
  it('runs to its result', async () => {
    const runner = open()
    const id = add(runner)
    expect(view(runner, id)).toMatchObject({
      kind: 'download',
      state: 'running',
      can: { pause: true, resume: false, cancel: true, retry: false },
    })
    runs[0]?.control.waiting('network')
    expect(view(runner, id)).toMatchObject({ state: 'waiting', wait: 'network' })
    runs[0]?.control.waiting()
    expect(view(runner, id).state).toBe('running')
    runs[0]?.finish('/x')
    await until('the end', () => view(runner, id).state === 'done')
    expect(view(runner, id).result).toEqual({ path: '/x' })
    await runner.source.forget(id)
    expect(runner.source.list()).toEqual([])
  })

  it('is made once for the same change', () => {
    const runner = open()
    expect(add(runner)).toBe(add(runner))
    expect(add(runner, 'c2')).not.toBe(add(runner))
    expect(runs).toHaveLength(2)
  })

  it('fails with its error and runs again on a retry', async () => {
    const runner = open()
    const id = add(runner)
    runs[0]?.fail(appError('NO_SPACE', { needed: 1, free: 0 }, 'Full.'))
    await until('the failure', () => view(runner, id).state === 'failed')
    expect(view(runner, id)).toMatchObject({ error: { code: 'NO_SPACE' }, can: { retry: true, cancel: false } })
    await runner.source.retry(id)
    expect(view(runner, id)).not.toHaveProperty('error')
    runs[1]?.fail(new TypeError('secret detail'))
    await until('the fault', () => view(runner, id).state === 'failed')
    expect(JSON.stringify(view(runner, id))).not.toContain('secret')
    expect(view(runner, id).error?.code).toBe('INTERNAL')
  })

  it('pauses and goes on with what its run has kept', async () => {
    const runner = open()
    const id = add(runner)
    runs[0]?.control.save({ step: 5 })
    await runner.source.pause(id)
    expect(view(runner, id)).toMatchObject({ state: 'paused', can: { pause: false, resume: true, cancel: true } })
    await expect(runner.source.pause(id)).rejects.toMatchObject({ value: { code: 'CONFLICT' } })
    await runner.source.resume(id)
    expect(runs[1]?.body).toEqual({ step: 5 })
  })

  it('is cancelled and cleaned up, unless that is no longer possible', async () => {
    const runner = open()
    const id = add(runner)
    runs[0]?.control.save({ step: 1 })
    await runner.source.cancel(id)
    expect(view(runner, id).state).toBe('cancelled')
    expect(cleaned).toEqual([{ step: 1 }])
    const locked = add(runner, 'c2')
    runs[1]?.control.save({ step: 1, locked: true })
    expect(view(runner, locked).can.cancel).toBe(false)
    await expect(runner.source.cancel(locked)).rejects.toMatchObject({ value: { code: 'CONFLICT' } })
    await expect(runner.source.cancel('download:none')).rejects.toMatchObject({ value: { code: 'NOT_FOUND' } })
  })

  it('goes on after a restart where it was; a paused one stays paused', async () => {
    const first = open()
    const running = add(first, 'c1')
    const paused = add(first, 'c2')
    runs[0]?.control.save({ step: 7 })
    await first.source.pause(paused)
    await ends.pop()?.()
    runs = []
    const second = open()
    expect(view(second, running).state).toBe('waiting')
    second.start()
    expect(runs.map(({ id, body }) => [id, body])).toEqual([[running, { step: 7 }]])
    expect(view(second, paused).state).toBe('paused')
    expect(add(second, 'c1')).toBe(running)
  })

  it('tells progress a few times a second at most', async () => {
    const runner = open()
    const id = add(runner)
    let told = 0
    runner.source.onChange(() => {
      told += 1
    })
    for (let done = 1; done <= 1000; done += 1) runs[0]?.control.progress({ done, total: 1000, bytesPerSecond: 1 })
    await until('the last', () => told === 1)
    expect(view(runner, id).progress?.done).toBe(1000)
  })
})
