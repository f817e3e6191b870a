import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { DesktopEnd, DesktopState } from '../../../../../contract/desktops.ts'
import { desktopEndMessages } from '../../../../../src/renderer/features/desktops/end-messages.ts'
import { placedOf } from '../../../../../src/renderer/features/desktops/placing.ts'
import { seenReports } from '../../../../../src/renderer/features/desktops/seen.ts'
import { readShareCode } from '../../../../../src/renderer/features/desktops/share-code.ts'
import { tabAfter, withTab, type Tab } from '../../../../../src/renderer/features/desktops/tabs-store.ts'
import { uiMessages } from '../../../../../src/renderer/ui/messages.ts'
import { states } from '../../../../../src/renderer/ui/states.ts'
import { sayIn } from '../../../../../src/renderer/ui/text.ts'

/** Every end; one that is missing here is a type error. */
const ends: Record<DesktopEnd, true> = {
  stopped: true,
  'logged-out': true,
  'time-limit': true,
  idle: true,
  'out-of-memory': true,
  'node-failed': true,
  'no-server': true,
  'server-failed': true,
  'session-failed': true,
  lost: true,
}
const allEnds = Object.keys(ends) as DesktopEnd[]
const allStates: Record<DesktopState, true> = {
  queued: true,
  starting: true,
  ready: true,
  connected: true,
  idle: true,
  ended: true,
}

describe.each(['en', 'ko'] as const)('in %s', (language) => {
  const say = sayIn(desktopEndMessages, language)
  it.each(allEnds)('the end “%s” is a sentence with what to try', (kind) => {
    expect(say(kind)).toMatch(/.{8,}[.]$/)
    expect(say(`${kind}.try`)).toMatch(/.{8,}[.]$/)
  })
  it('each end is said differently', () => expect(new Set(allEnds.map((kind) => say(kind))).size).toBe(allEnds.length))
  it.each(Object.keys(allStates) as DesktopState[])('the state “%s” has its icon and its word', (state) => {
    expect(states[state].icon).toBeDefined()
    expect(sayIn(uiMessages, language)(`state.${state}`)).not.toContain('state.')
  })
})

describe('a code', () => {
  it('is taken as it was pasted', () => {
    expect(readShareCode('1832-Ab3dE6gH')).toBe('1832-Ab3dE6gH')
    expect(readShareCode('  “1832-Ab3dE6gH”\n')).toBe('1832-Ab3dE6gH')
    expect(readShareCode('a.b-c_1-Ab3dE6gH')).toBe('a.b-c_1-Ab3dE6gH')
  })
  it.each(['', '1832', '1832-Ab3dE6g', '-Ab3dE6gH', '1832-Ab3dE6g!', '../1-Ab3dE6gH'])('%j is none', (text) =>
    expect(readShareCode(text)).toBeUndefined(),
  )
})

describe('tabs', () => {
  const tabs: readonly Tab[] = [{ id: '1' }, { id: '2' }, { id: '3' }]
  it('keep their places when one is opened again', () => {
    expect(withTab(tabs, { id: '2' })).toBe(tabs)
    expect(withTab(tabs, { id: '4' }).map(({ id }) => id)).toEqual(['1', '2', '3', '4'])
  })
  it('take over a new code, and keep the one they have', () => {
    const shared = { code: 'x-Ab3dE6gH', name: 'X' }
    const watched = withTab(tabs, { id: '2', shared })
    expect(watched[1]).toEqual({ id: '2', shared })
    expect(withTab(watched, { id: '2' })).toBe(watched)
  })
  it('give way to their right neighbour, the last one to its left', () => {
    expect(tabAfter(tabs, '1')).toBe('2')
    expect(tabAfter(tabs, '3')).toBe('2')
    expect(tabAfter([{ id: '1' }], '1')).toBeUndefined()
  })
})

it('counts dropped files by what became of their tasks', () => {
  const batches = ['a', 'b', 'c', 'd', 'new'].map((task, index) => ({ task, count: index + 1 }))
  const tasks = new Map([
    ['a', { state: 'done' as const }],
    ['b', { state: 'failed' as const }],
    ['c', { state: 'cancelled' as const }],
    ['d', { state: 'waiting' as const }],
  ])
  expect(placedOf(batches, tasks)).toEqual({ placed: 1, failed: 5, sending: 9 })
})

const start = () => {
  const told: number[] = []
  return { told, reports: seenReports((seconds) => told.push(seconds)) }
}

describe('what is told of a screen that is seen', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  it('is told at once and every 30 s, with how long nobody touched it', () => {
    const { told, reports } = start()
    reports.shown(true)
    expect(told).toEqual([0])
    vi.advanceTimersByTime(65_000)
    expect(told).toEqual([0, 30, 60])
    reports.end()
  })

  it('is told at once when somebody comes back to it, and not with every key', () => {
    const { told, reports } = start()
    reports.shown(true)
    vi.advanceTimersByTime(70_000)
    reports.input()
    reports.input()
    expect(told).toEqual([0, 30, 60, 0])
    vi.advanceTimersByTime(20_000)
    expect(told).toEqual([0, 30, 60, 0, 20])
    reports.end()
  })

  it('is not told while no screen is there', () => {
    const { told, reports } = start()
    reports.input()
    vi.advanceTimersByTime(120_000)
    reports.input()
    expect(told).toEqual([])
    reports.shown(true)
    reports.shown(false)
    vi.advanceTimersByTime(120_000)
    expect(told).toEqual([0])
  })
})
