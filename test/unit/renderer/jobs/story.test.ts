import { describe, expect, it } from 'vitest'
import { jobHasEnded, type Job, type JobState } from '../../../../contract/jobs.ts'
import {
  hasEnded,
  hasFailed,
  limitUsed,
  ranSeconds,
  waitedSeconds,
} from '../../../../src/renderer/features/jobs/story.ts'

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 21, 7) + seconds * 1000).toISOString()
const now = Date.parse(at(1000))
const job = (more: Partial<Job> = {}): Job => ({
  id: '1',
  name: 'a',
  user: 'u',
  state: 'running',
  resources: { nodes: 1, tasks: 1, timeMinutes: 10 },
  submittedAt: at(0),
  hasConvergence: false,
  ...more,
})
const states: JobState[] = [
  'pending',
  'running',
  'completing',
  'completed',
  'failed',
  'cancelled',
  'timeout',
  'out_of_memory',
  'node_fail',
  'lost',
]

it('agrees with the contract on which states are ends', () =>
  expect(states.map(hasEnded)).toEqual(states.map(jobHasEnded)))

it('calls neither success nor a cancelled job a failure', () =>
  expect(states.filter(hasFailed)).toEqual(['failed', 'timeout', 'out_of_memory', 'node_fail', 'lost']))

describe('times', () => {
  it('of a waiting job', () => {
    const waiting = job({ state: 'pending' })
    expect(waitedSeconds(waiting, now)).toBe(1000)
    expect(ranSeconds(waiting, now)).toBeUndefined()
    expect(limitUsed(waiting, now)).toBeUndefined()
  })
  it('of a running one', () => {
    const running = job({ startedAt: at(700) })
    expect(waitedSeconds(running, now)).toBe(700)
    expect(ranSeconds(running, now)).toBe(300)
    expect(limitUsed(running, now)).toBe(0.5)
  })
  it('of an array have no one limit', () =>
    expect(limitUsed(job({ startedAt: at(700), array: { range: '0-1', total: 2, states: {} } }), now)).toBeUndefined())
  it('of one whose time limit was changed', () => {
    expect(limitUsed(job({ startedAt: at(700), timeLimit: 20 }), now)).toBe(0.25)
  })
  it('of an ended one stand still, and the bar never runs over', () => {
    const ended = job({ state: 'timeout', startedAt: at(100), endedAt: at(784) })
    expect(ranSeconds(ended, now)).toBe(684)
    expect(limitUsed(ended, now)).toBe(1)
  })
  it('of a job cancelled before its start', () =>
    expect(waitedSeconds(job({ state: 'cancelled', endedAt: at(60) }), now)).toBe(60))
  it('are never negative when the clocks differ', () => expect(ranSeconds(job({ startedAt: at(2000) }), now)).toBe(0))
})
