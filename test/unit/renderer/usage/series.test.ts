import { describe, expect, it } from 'vitest'
import type { UsageSample } from '../../../../contract/usage.ts'
import { coursesOf, cpuPercent, efficiencyOf, formatPercent } from '../../../../src/renderer/features/usage/series.ts'

const GIB = 2 ** 30
const job = {
  resources: { nodes: 1, tasks: 2, cpusPerTask: 2, timeMinutes: 60, memoryMb: 4096 },
  startedAt: '2026-11-21T12:00:00Z',
}
const at = (seconds: number, more: Omit<UsageSample, 'at'> = {}): UsageSample => ({
  at: new Date(Date.parse(job.startedAt) + seconds * 1000).toISOString(),
  ...more,
})

describe('the course of a job', () => {
  it('shows what was measured twice or more, memory with its limit', () => {
    const samples = [
      at(10, { memoryBytes: GIB, cpuSeconds: 20, readBytes: 0, writtenBytes: 5 }),
      at(20, { memoryBytes: 2 * GIB, cpuSeconds: 60, readBytes: 1000, writtenBytes: 5 }),
      at(30, { memoryBytes: 2 * GIB, cpuSeconds: 80, readBytes: 1000, writtenBytes: 105 }),
    ]
    const courses = coursesOf({ samples }, job)
    expect(courses.map(({ kind }) => kind)).toEqual(['memory', 'cpu', 'io'])
    expect(courses[0]).toEqual({
      kind: 'memory',
      seconds: [10, 20, 30],
      lines: [
        { name: 'used', values: [GIB, 2 * GIB, 2 * GIB] },
        { name: 'limit', values: [4 * GIB, 4 * GIB, 4 * GIB] },
      ],
    })
    expect(courses[1]?.lines[0]?.values).toEqual([null, 100, 50])
    expect(courses[2]?.lines.map(({ values }) => values)).toEqual([
      [null, 100, 0],
      [null, 0, 10],
    ])
  })

  it('is no chart of a single point or of nothing', () => {
    expect(coursesOf({ samples: [] }, job)).toEqual([])
    expect(coursesOf({ samples: [at(1, { memoryBytes: 1 })] }, job)).toEqual([])
  })

  it('counts the cores that the scheduler reserved, where it says so', () => {
    const one = at(10, { cpuSeconds: 0, coreSeconds: 80, elapsedSeconds: 10 })
    const two = at(20, { cpuSeconds: 40, coreSeconds: 160, elapsedSeconds: 20 })
    expect(cpuPercent(one, two, job)).toBe(50)
    expect(cpuPercent(undefined, two, job)).toBeNull()
  })
})

describe('how well an ended job used what it had', () => {
  it('is said of processor, memory at its peak, and time', () => {
    const samples = [at(10, { memoryBytes: 3 * GIB })]
    const final = at(1800, { cpuSeconds: 3600, coreSeconds: 7200, memoryBytes: GIB, elapsedSeconds: 1800 })
    expect(efficiencyOf({ samples, final }, job)).toEqual({
      cpu: { used: 3600, reserved: 7200, percent: 50 },
      memory: { used: 3 * GIB, limit: 4 * GIB, percent: 75 },
      time: { used: 1800, limit: 3600, percent: 50 },
    })
  })
  it('leaves out what nobody knows', () => {
    expect(efficiencyOf({ samples: [] }, job)).toEqual({})
    expect(efficiencyOf({ samples: [] }, { ...job, endedAt: '2026-11-21T12:30:00Z' })).toEqual({
      time: { used: 1800, limit: 3600, percent: 50 },
    })
  })
})

it('never says nothing was used of what was', () =>
  expect([0, 0.02, 0.44, 4.26, 38.4, 100].map(formatPercent)).toEqual(['0', '< 0.1', '0.4', '4.3', '38', '100']))
