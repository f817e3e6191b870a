import { describe, expect, it } from 'vitest'
import type { Task } from '../../../../contract/task.ts'
import { newRecord, type UploadRecord } from '../../../../src/core/uploads/record.ts'
import { taskOf } from '../../../../src/core/uploads/tasks.ts'

const form = { site: 's', label: 'l', user: 'jin' }
const record = (name: string, change: Partial<UploadRecord>): UploadRecord => ({
  ...newRecord(form, { name, folder: '', size: 100, modified: 0, source: { kind: 'path', path: `/${name}` } }, 1),
  ...change,
})
const task = (...records: UploadRecord[]): Task => {
  const made = taskOf(form, records, () => 10)
  if (made === undefined) throw new Error('no task')
  return made
}

describe('the task of a job form', () => {
  it('sums its files and is named after the first', () => {
    const one = task(record('bracket.geo', { state: 'uploading', sent: 40 }))
    expect(one).toMatchObject({ id: 'upload:s:l', title: 'bracket.geo', state: 'running' })
    expect(one.progress).toEqual({ done: 40, total: 100, bytesPerSecond: 10 })
    const three = task(
      record('bracket.geo', { state: 'uploaded', sent: 100 }),
      record('a.yaml', { state: 'uploading', sent: 20 }),
      record('b', { state: 'cancelled', sent: 90 }),
    )
    expect(three.title).toBe('bracket.geo +2')
    expect(three.progress).toEqual({ done: 120, total: 200, bytesPerSecond: 20 })
    expect(taskOf(form, [], () => 0)).toBeUndefined()
  })

  it.each([
    [['uploading', 'queued', 'failed'], 'running', undefined],
    [['verifying', 'uploaded'], 'running', undefined],
    [['queued', 'uploaded'], 'waiting', 'queue'],
    [['paused', 'uploaded', 'failed'], 'paused', undefined],
    [['failed', 'uploaded'], 'failed', undefined],
    [['uploaded', 'cancelled'], 'done', undefined],
    [['cancelled'], 'cancelled', undefined],
  ] as const)('of %j is %s', (states, state, wait) => {
    const made = task(...states.map((each) => record('a', { state: each })))
    expect([made.state, made.wait]).toEqual([state, wait])
  })

  it.each([
    ['network', 'network'],
    ['sign-in', 'sign-in'],
    ['server-limit', 'server-limit'],
    ['file', 'files'],
  ] as const)('waits for %s', (wait, shown) => {
    const made = task(record('a', { state: 'waiting', wait }))
    expect([made.state, made.wait]).toEqual(['waiting', shown])
    expect(made.can.pause).toBe(wait !== 'file')
  })

  it('offers what can be done, and says why one failed', () => {
    const error = { code: 'NO_SPACE' as const, data: { needed: 2, free: 1 }, message: 'full' }
    const made = task(record('a', { state: 'failed', error }), record('b', { state: 'paused' }))
    expect(made.can).toEqual({ pause: false, resume: true, cancel: true, retry: true })
    expect(made.error).toEqual(error)
    expect(task(record('a', { state: 'uploaded' })).can).toEqual({
      pause: false,
      resume: false,
      cancel: false,
      retry: false,
    })
  })
})
