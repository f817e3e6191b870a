import { describe, expect, it } from 'vitest'
import type { Job } from '../../../../contract/jobs.ts'
import { endMessages } from '../../../../src/renderer/features/jobs/end-messages.ts'
import {
  failureCause,
  nextLimitMinutes,
  nextMemoryMb,
  secondsLeft,
  signalOf,
} from '../../../../src/renderer/features/jobs/ending.ts'
import { plainLine } from '../../../../src/renderer/features/jobs/plain-line.ts'

const start = Date.UTC(2026, 10, 21, 7)
const job = (more: Partial<Job> = {}): Job => ({
  id: '1',
  name: 'a',
  user: 'u',
  state: 'failed',
  resources: { nodes: 1, tasks: 1, timeMinutes: 10 },
  submittedAt: new Date(start).toISOString(),
  hasConvergence: false,
  ...more,
})
const cause = (more: Partial<Job>, log: string[] = []) => failureCause(job(more), log)

const asked = (more: Partial<Job['resources']>) => job({ resources: { nodes: 1, tasks: 1, timeMinutes: 10, ...more } })
const running = (minutes: number, ran: number) =>
  secondsLeft(
    job({
      state: 'running',
      startedAt: new Date(start).toISOString(),
      resources: { nodes: 1, tasks: 1, timeMinutes: minutes },
    }),
    start + ran * 60_000,
  )

describe('why a job failed', () => {
  it('is said by its state first', () => {
    expect(cause({ state: 'timeout', exitCode: 1 })).toBe('timeout')
    expect(cause({ state: 'out_of_memory', signal: 9 })).toBe('out-of-memory')
    expect(cause({ state: 'node_fail' })).toBe('node')
  })
  it('is read from the log before the exit code: solvers lie with theirs', () => {
    expect(cause({ exitCode: 0 }, ['write: No space left on device'])).toBe('disk-full')
    expect(cause({ exitCode: 201 }, ['*ERROR: too many cutbacks'])).toBe('diverged')
    expect(cause({ exitCode: 1 }, ['./run: line 3: ccx: command not found'])).toBe('not-found')
  })
  it.each([
    [137, 'killed'],
    [139, 'segfault'],
    [134, 'aborted'],
    [136, 'floating-point'],
    [135, 'bus'],
    [132, 'illegal'],
    [143, 'terminated'],
    [130, 'interrupted'],
    [127, 'not-found'],
    [126, 'not-executable'],
    [2, 'usage'],
    [3, 'exit-code'],
    [255, 'exit-code'],
    [0, 'unknown'],
    [undefined, 'unknown'],
  ])('exit code %s is %s', (exitCode, expected) =>
    expect(cause(exitCode === undefined ? {} : { exitCode })).toBe(expected),
  )
  it('takes the scheduler’s signal before the exit code', () => {
    expect(cause({ exitCode: 0, signal: 11 })).toBe('segfault')
    expect(signalOf({ exitCode: 0, signal: 9 })).toEqual({ number: 9, name: 'SIGKILL' })
    expect(signalOf({ exitCode: 137 })).toEqual({ number: 9, name: 'SIGKILL' })
    expect(signalOf({ exitCode: 1 })).toBeUndefined()
    expect(signalOf({ signal: 0 })).toBeUndefined()
  })
  it('has a sentence and a next step for every cause', () => {
    const { entries } = endMessages
    for (const key of Object.keys(entries))
      if (key.endsWith('.try')) expect(Object.keys(entries)).toContain(key.slice(0, -'.try'.length))
  })
})

describe('what to ask for next time', () => {
  it('is half as much memory again, in whole GiB', () => {
    expect(nextMemoryMb(asked({ memoryMb: 4096 }))).toBe(6144)
    expect(nextMemoryMb(asked({ memoryMb: 500 }))).toBe(1024)
    expect(nextMemoryMb(asked({}))).toBeUndefined()
  })
  it('is half as much time again, in steps that people use', () => {
    expect(nextLimitMinutes(asked({ timeMinutes: 10 }))).toBe(15)
    expect(nextLimitMinutes(asked({ timeMinutes: 90 }))).toBe(150)
    expect(nextLimitMinutes(job({ timeLimit: 600 }))).toBe(900)
    expect(nextLimitMinutes(asked({ timeMinutes: 2880 }))).toBe(4320)
  })
})

describe('the end of the time limit', () => {
  it('is near when a tenth is left', () => {
    expect(running(10, 8.9)).toBeUndefined()
    expect(running(10, 9)).toBe(60)
    expect(running(1000, 899)).toBeUndefined()
    expect(running(1000, 900)).toBe(6000)
  })
  it('of an hour and more also when ten minutes are left', () => {
    expect(running(60, 50)).toBe(600)
    expect(running(59, 50)).toBeUndefined()
  })
  it('never lies in the past, and is none of an ended or waiting job', () => {
    expect(running(10, 11)).toBe(0)
    expect(secondsLeft(job({ state: 'pending' }), start)).toBeUndefined()
    expect(secondsLeft(job({ state: 'completed', startedAt: new Date(start).toISOString() }), start)).toBeUndefined()
  })
})

it('a line of a log is shown without orders to a terminal', () => {
  expect(plainLine('\u001b[31mred\u001b[0m\u0007')).toBe('red')
  expect(plainLine('10 %\r20 %\r')).toBe('20 %')
  expect(plainLine('\u001b]0;title\u0007text\tend')).toBe('text    end')
  expect(plainLine('한국어 로그')).toBe('한국어 로그')
})
