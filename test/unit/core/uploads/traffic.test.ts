import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Traffic } from '../../../../contract/uploads.ts'
import { Meter } from '../../../../src/core/uploads/meter.ts'
import { followTraffic } from '../../../../src/core/uploads/traffic.ts'

let now = 1_000_500
const clock = () => now
const seconds = (count: number) => {
  for (let at = 0; at < count; at += 1) {
    now += 1000
    vi.advanceTimersByTime(1000)
  }
}

const follow = () => {
  const meter = new Meter(clock)
  const way = { meter, connections: 0 }
  const limit = { now: 0 }
  const told: Traffic[] = []
  const sink = { snapshot: (first: Traffic) => told.push(first), event: (next: Traffic) => told.push(next) }
  const end = followTraffic(way, () => limit.now, sink)
  return { meter, way, limit, told, end }
}

beforeEach(() => {
  now = 1_000_500
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a meter', () => {
  it('knows a rate before the first second is over, and does not fall when the next one begins', () => {
    const meter = new Meter(clock)
    meter.add(300)
    expect([meter.bytesPerSecond, meter.atLeast]).toEqual([0, 300])
    seconds(1)
    meter.add(100)
    expect([meter.bytesPerSecond, meter.atLeast]).toEqual([300, 300])
  })

  it('keeps the bytes of whole seconds, the latest last, also of those without any', () => {
    const meter = new Meter(clock)
    meter.add(10)
    meter.add(5)
    expect(meter.samples(1)).toEqual([0])
    now += 1000
    meter.add(7)
    expect(meter.bytesPerSecond).toBe(15)
    now += 3000
    expect(meter.samples(5)).toEqual([0, 15, 7, 0, 0])
    now += 1000
    expect(meter.samples(2)).toEqual([0, 0])
  })

  it('keeps five minutes', () => {
    const meter = new Meter(clock)
    for (let second = 1; second <= 400; second += 1) {
      meter.add(second)
      now += 1000
    }
    expect(meter.samples()).toEqual(Array.from({ length: 300 }, (_, at) => at + 101))
    now += 200_000
    expect(meter.samples().filter((bytes) => bytes > 0)).toHaveLength(100)
    now += 10_000_000
    expect(meter.samples().every((bytes) => bytes === 0)).toBe(true)
  })
})

describe('the traffic of a site', () => {
  it('is told once a second while something moves, and not at all while nothing does', () => {
    const { meter, told, end } = follow()
    expect(told).toEqual([{ samples: Array.from({ length: 300 }, () => 0), connections: 0, limit: 0 }])
    seconds(60)
    expect(told).toHaveLength(1)
    meter.add(500)
    seconds(1)
    meter.add(700)
    seconds(1)
    // Those of the silence before come with the first.
    expect(told.slice(1).map(({ samples }) => samples.slice(-2))).toEqual([[0, 500], [700]])
    expect(told[1]?.samples).toHaveLength(61)
    seconds(1000)
    const all = told.flatMap(({ samples }) => samples).slice(-300)
    expect(all.every((bytes) => bytes === 0)).toBe(true)
    const before = told.length
    expect(before).toBeLessThan(310)
    seconds(100)
    expect(told).toHaveLength(before)
    end()
    meter.add(1)
    seconds(5)
    expect(told).toHaveLength(before)
  })

  it('tells another limit and other connections', () => {
    const { way, limit, told } = follow()
    limit.now = 125_000
    seconds(3)
    way.connections = 4
    seconds(3)
    expect(told.slice(1).map((one) => [one.limit, one.connections])).toEqual([
      [125_000, 0],
      [125_000, 4],
    ])
  })
})
