import { describe, expect, it } from 'vitest'
import type { JobState } from '../../../../contract/jobs.ts'
import {
  endOf,
  gpuOf,
  IDLE_MS,
  idleEndOf,
  isWordMissing,
  stateOf,
  TOLD_MS,
  usedAfter,
} from '../../../../agent/src/desktops/state.ts'

const now = 1_800_000_000_000

describe('the state of a desktop', () => {
  const seen = { job: 'running' as JobState, hasSession: true, viewers: 0, usedAt: undefined, now }
  it.each([
    ['queued', { job: 'pending' as const }],
    ['queued', { job: 'pending' as const, usedAt: now }],
    ['starting', { hasSession: false }],
    ['ready', {}],
    ['connected', { viewers: 1, usedAt: now }],
    ['connected', { viewers: 1, usedAt: undefined }],
    ['connected', { viewers: 2, usedAt: now - IDLE_MS + 1 }],
    ['idle', { viewers: 2, usedAt: now - IDLE_MS }],
    ['idle', { usedAt: now }],
    ['ended', { job: 'completing' as const, viewers: 1, usedAt: now }],
    ['ended', { job: 'completed' as const }],
    ['ended', { job: 'lost' as const, hasSession: true, viewers: 3 }],
  ])('is %s where %o', (state, more) => {
    expect(stateOf({ ...seen, ...more })).toBe(state)
  })
})

describe('when a desktop was used last', () => {
  const seen = { usedAt: undefined, viewers: 0, before: 0, toldAt: undefined, now }
  it.each([
    ['never, before anybody looked', {}, undefined],
    ['as a viewer comes', { viewers: 1, usedAt: now - 1e6 }, now],
    ['as the last viewer goes', { before: 2, usedAt: now - 1e6, toldAt: now }, now],
    ['as it was, while viewers that tell say nothing new', { viewers: 1, before: 1, usedAt: 5, toldAt: now - 1 }, 5],
    ['now, with a viewer that never tells', { viewers: 1, before: 1, usedAt: 5 }, now],
    ['now, with one that has ceased to tell', { viewers: 1, before: 1, usedAt: 5, toldAt: now - TOLD_MS - 1 }, now],
    ['as it was, with nobody there', { usedAt: 7 }, 7],
  ])('%s', (_what, more, expected) => {
    expect(usedAfter({ ...seen, ...more })).toBe(expected)
  })
})

describe('the end for want of use', () => {
  const seen = { minutes: 10, isReachable: true, startedAt: 1000, usedAt: undefined, since: 500 }
  it.each([
    ['counts from the start, where nobody looked', {}, 601_000],
    ['counts from the last use', { usedAt: 2000 }, 602_000],
    ['holds nothing against anybody that the agent could not see', { usedAt: 2000, since: 9000 }, 609_000],
    ['does not come where the site wants none', { minutes: 0 }, undefined],
    ['does not come while it starts', { isReachable: false }, undefined],
    ['does not come in the queue', { startedAt: undefined }, undefined],
  ])('%s', (_what, more, expected) => {
    expect(idleEndOf({ ...seen, ...more })).toBe(expected)
  })
})

describe('why a desktop ended', () => {
  const seen = { job: 'completed' as JobState, reason: undefined, isIdleEnd: false, ended: undefined }
  const failed = { kind: 'server-failed' as const, detail: 'Xvnc ended: out of tune' }
  it.each([
    [{ kind: 'logged-out' }, {}],
    [{ kind: 'logged-out' }, { ended: { kind: 'logged-out' as const, detail: '' } }],
    [{ ...failed }, { job: 'failed' as const, reason: 'exit code 1', ended: failed }],
    [
      { kind: 'session-failed', detail: 'exit code 1' },
      { job: 'failed' as const, reason: 'exit code 1' },
    ],
    [{ kind: 'stopped' }, { job: 'cancelled' as const, ended: failed }],
    [{ kind: 'idle' }, { job: 'cancelled' as const, isIdleEnd: true }],
    [{ kind: 'logged-out' }, { isIdleEnd: true }],
    [{ kind: 'time-limit' }, { job: 'timeout' as const }],
    [{ kind: 'out-of-memory' }, { job: 'out_of_memory' as const }],
    [{ kind: 'node-failed' }, { job: 'node_fail' as const }],
    [{ kind: 'lost' }, { job: 'lost' as const }],
  ])('%o of %o', (end, more) => {
    expect(endOf({ ...seen, ...more })).toEqual(end)
  })

  it('is told without what only a terminal understands, and in a bounded length', () => {
    const detail = `${'x'.repeat(5000)}\u001b[31mred\u0000\nlast\u202e line`
    const end = endOf({ ...seen, job: 'failed', ended: { kind: 'session-failed', detail } })
    expect(end.detail).toMatch(/ \[31mred \nlast  line$/)
    expect(end.detail?.length).toBe(2000)
  })

  it('may be told better once the session’s own word is there', () => {
    expect(isWordMissing('failed', undefined)).toBe(true)
    expect(isWordMissing('cancelled', undefined)).toBe(false)
    expect(isWordMissing('failed', failed)).toBe(false)
  })
})

it('GPUs are counted together', () => {
  const gpu = [
    { percent: 10, memoryMb: 100 },
    { percent: 31, memoryMb: 50.5 },
  ]
  expect(gpuOf({ at: 1, viewers: 0, gpu })).toEqual({ percent: 21, memoryBytes: Math.round(150.5 * 1_048_576) })
  expect(gpuOf({ at: 1, viewers: 0 })).toBeUndefined()
  expect(gpuOf(undefined)).toBeUndefined()
})
