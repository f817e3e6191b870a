import { expect, it } from 'vitest'
import type { Task } from '../../../../../contract/task.ts'
import { overallProgress, sortTasks } from '../../../../../src/renderer/features/tasks/store.ts'

const task = (id: string, state: Task['state'], second: number, bytes?: [done: number, total: number]): Task => ({
  id,
  kind: 'upload',
  site: 's',
  title: id,
  state,
  createdAt: `2026-11-21T00:00:0${second}.000Z`,
  updatedAt: '2026-11-21T00:00:00.000Z',
  can: { pause: false, resume: false, cancel: false, retry: false },
  ...(bytes === undefined ? {} : { progress: { done: bytes[0], total: bytes[1], bytesPerSecond: 0 } }),
})

it('lists what runs, then what needs the user, then what ended, newest first', () => {
  const tasks = [
    task('done', 'done', 9),
    task('failed', 'failed', 8),
    task('old', 'running', 1),
    task('new', 'paused', 2),
    task('cancelled', 'cancelled', 7),
  ]
  expect(sortTasks(tasks).map(({ id }) => id)).toEqual(['new', 'old', 'failed', 'done', 'cancelled'])
})

it('weighs overall progress by bytes, of active tasks alone', () => {
  expect(overallProgress([task('a', 'running', 1, [10, 100]), task('b', 'waiting', 1, [0, 900])])).toBe(0.01)
  expect(overallProgress([task('a', 'done', 1, [100, 100]), task('b', 'running', 1, [50, 100])])).toBe(0.5)
  expect(overallProgress([task('a', 'running', 1)])).toBeUndefined()
})
