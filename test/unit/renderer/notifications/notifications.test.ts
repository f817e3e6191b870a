import { describe, expect, it } from 'vitest'
import type { Notification } from '../../../../contract/notifications.ts'
import {
  applyTold,
  nothingTold,
  unreadOf,
  worthTelling,
} from '../../../../src/renderer/features/notifications/store.ts'
import { wantsSystem } from '../../../../src/renderer/features/notifications/system.ts'
import { noticeOf, saidOf } from '../../../../src/renderer/features/notifications/words.ts'

const told = (id: number, more: Partial<Notification> = {}): Notification => ({
  id,
  at: '2026-11-21T07:00:00Z',
  kind: 'finished',
  level: 'info',
  message: 'done',
  job: { id: String(id), name: `plate ${id}` },
  ...more,
})

describe('the list of a site', () => {
  it('is the newest first, each once, and knows what is unread', () => {
    const first = applyTold(nothingTold, { put: [told(1), told(3)], gone: [], readUpTo: 1 })
    const after = applyTold(first, { put: [told(3), told(4)], gone: [1], readUpTo: 3 })
    expect(after.items.map(({ id }) => id)).toEqual([4, 3])
    expect(unreadOf(after).map(({ id }) => id)).toEqual([4])
  })
})

const of = (id: number, kind: Notification['kind'], job: string) => told(id, { kind, job: { id: job, name: job } })
it('that a job has started is no news once more is told of it', () => {
  const items = [of(4, 'started', 'b'), of(3, 'finished', 'a'), of(2, 'started', 'c'), of(1, 'started', 'a')]
  expect(worthTelling(items).map(({ id }) => id)).toEqual([4, 3, 2])
  expect(unreadOf({ items, readUpTo: 0 })).toHaveLength(3)
})

it('that a limit is near is no news once the job has ended', () => {
  const items = [of(4, 'time-low', 'b'), of(3, 'failed', 'a'), of(2, 'time-low', 'a'), of(1, 'started', 'b')]
  expect(worthTelling(items).map(({ id }) => id)).toEqual([4, 3])
})

describe('what is said', () => {
  it('names how a job ended, in both languages', () => {
    const failed = (more: Partial<Notification>) => told(1, { kind: 'failed', level: 'error', ...more })
    expect(saidOf(failed({ state: 'failed', exitCode: 127 }), 'en')).toBe('failed with exit code 127')
    expect(saidOf(failed({ state: 'failed', exitCode: 137 }), 'en')).toBe('was ended by SIGKILL (signal 9)')
    expect(saidOf(failed({ state: 'out_of_memory' }), 'en')).toBe('ran out of memory')
    expect(saidOf(failed({ state: 'timeout' }), 'ko')).toContain('시간 제한')
    expect(saidOf(told(1, { ranSeconds: 65 }), 'en')).toBe('is done after 1 min 5 s')
  })
  it('lets the noun that told it speak for itself', () => {
    const text = { en: 'The residual of Ux grows.', ko: 'Ux의 잔차가 커집니다.' }
    expect(saidOf(told(1, { kind: 'diverging', text }), 'ko')).toBe(text.ko)
  })
})

describe('what the system shows', () => {
  it('is one as it is, with a way to its job', () => {
    const notice = noticeOf([told(7, { kind: 'failed', exitCode: 3, lastLines: ['a', 'b', 'c'] })], 'en')
    expect(notice).toEqual({ title: 'plate 7', body: 'failed with exit code 3\nb\nc', place: '#/jobs/7' })
  })
  it('is many summed up, the gravest first', () => {
    const all = [...Array.from({ length: 12 }, (_, index) => told(index + 1)), told(20, { kind: 'failed' })]
    expect(noticeOf(all, 'en').title).toBe('1 job failed')
    expect(noticeOf(all, 'en').body).toContain('12 jobs finished')
    expect(noticeOf(all.slice(0, 12), 'ko').title).toBe('작업 12개 완료')
  })
  it('stays within what the contract takes', () => {
    const long = told(1, { job: { id: '1', name: 'x'.repeat(300) }, kind: 'failed', lastLines: ['y'.repeat(2000)] })
    const { title, body } = noticeOf([long], 'en')
    expect(title.length).toBeLessThanOrEqual(200)
    expect(body.length).toBeLessThanOrEqual(1000)
  })
})

it('a browser is asked for nothing until the user switches it on; a host of its own shows them by itself', () => {
  expect(wantsSystem(undefined, false)).toBe(false)
  expect(wantsSystem(true, false)).toBe(true)
  expect(wantsSystem(undefined, true)).toBe(true)
  expect(wantsSystem(false, true)).toBe(false)
})
