import { describe, expect, it } from 'vitest'
import type { Job, JobState } from '../../../../contract/jobs.ts'
import {
  countPresets,
  filterQuery,
  jobStates,
  matcher,
  noFilter,
  parseFilter,
  presetOf,
  presets,
  searched,
  sinceMs,
} from '../../../../src/renderer/features/jobs/filter.ts'

const now = Date.UTC(2026, 10, 21, 12)
const job = (more: Partial<Job> = {}): Job => ({
  id: '1832',
  name: '브래킷 5mm',
  user: 'kim',
  state: 'running',
  resources: { nodes: 1, tasks: 1, timeMinutes: 10, partition: 'compute' },
  submittedAt: new Date(now - 3_600_000).toISOString(),
  hasConvergence: false,
  ...more,
})
const words = searched((state) => `state-${state}`, 'ko')
const passes = (query: string, one: Job) => matcher(parseFilter(query), words, now)(one)

describe('the filter in the address', () => {
  it('comes back as it went in, with the same text for the same filter', () => {
    const query =
      'state=running,pending&partition=viz&template=bracket-static&user=lee&since=7d&until=2026-11-20&group=workflow&everybody=1&q=%EB%B8%8C%EB%9E%98%ED%82%B7'
    const filter = parseFilter(query)
    expect(filter).toEqual({
      text: '브래킷',
      states: ['pending', 'running'],
      partition: 'viz',
      template: 'bracket-static',
      user: 'lee',
      since: '7d',
      until: '2026-11-20',
      group: 'workflow',
      everybody: true,
    })
    expect(parseFilter(filterQuery(filter))).toEqual(filter)
    expect(filterQuery(parseFilter(filterQuery(filter)))).toBe(filterQuery(filter))
    expect(filterQuery(noFilter)).toBe('')
  })
  it('is none where it is not understood', () =>
    expect(parseFilter('state=dancing,running&since=soon&group=colour&everybody=yes&x=1')).toEqual({
      text: '',
      states: ['running'],
    }))
})

describe('what passes', () => {
  it('by state, and an array by the states of its elements', () => {
    expect(passes('state=running', job())).toBe(true)
    expect(passes('state=failed', job())).toBe(false)
    expect(passes('state=failed', job({ array: { range: '0-9', total: 10, states: { running: 8, failed: 2 } } }))).toBe(
      true,
    )
  })
  it('by partition, template and user', () => {
    expect(passes('partition=compute', job())).toBe(true)
    expect(passes('partition=viz', job())).toBe(false)
    expect(passes('template=-', job())).toBe(true)
    expect(passes('template=-', job({ templateId: 'bracket' }))).toBe(false)
    expect(passes('template=bracket', job({ templateId: 'bracket' }))).toBe(true)
    expect(passes('user=lee', job())).toBe(false)
  })
  it('by the time of its submission', () => {
    expect(passes('since=24h', job())).toBe(true)
    expect(passes('since=24h', job({ submittedAt: new Date(now - 90_000_000).toISOString() }))).toBe(false)
    const day = new Date(now - 3_600_000).toLocaleDateString('sv')
    expect(passes(`since=${day}&until=${day}`, job())).toBe(true)
    expect(passes('until=2020-01-01', job())).toBe(false)
    expect(sinceMs('7d', now)).toBe(now - 7 * 86_400_000)
  })
  it('by every word of the text, whatever the case, in names, ids, states and reasons', () => {
    expect(passes('q=브래킷 1832', job())).toBe(true)
    expect(passes('q=STATE-RUNNING', job())).toBe(true)
    expect(passes('q=resources', job({ reason: 'Resources' }))).toBe(true)
    expect(passes('q=브래킷 lee', job())).toBe(false)
  })
  it('as quickly as 10,000 jobs need it', () => {
    const jobs = Array.from({ length: 10_000 }, (_, index) => job({ id: String(index), name: `plate ${index}` }))
    const before = performance.now()
    expect(jobs.filter(matcher(parseFilter('q=plate 99&state=running&since=7d'), words, now)).length).toBeGreaterThan(
      100,
    )
    expect(performance.now() - before).toBeLessThan(1000)
  })
})

it('every job belongs to exactly one preset beside all', () => {
  for (const state of jobStates)
    expect(
      (['active', 'completed', 'failed'] as const).filter((name) =>
        matcher({ text: '', states: presets[name] }, words, now)(job({ state })),
      ),
      // What somebody took back has not failed.
    ).toHaveLength(state === 'cancelled' ? 0 : 1)
  const counts = countPresets(jobStates.map((state: JobState) => job({ state })))
  expect(counts).toEqual({ all: 10, active: 3, completed: 1, failed: 5 })
  expect(presetOf(parseFilter(filterQuery({ states: presets.failed })))).toBe('failed')
  expect(presetOf(parseFilter('state=lost'))).toBeUndefined()
  expect(presetOf(noFilter)).toBe('all')
})
