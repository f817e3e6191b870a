import { describe, expect, it } from 'vitest'
import { Flight, type Found } from '../../../../src/core/kit/flight.ts'

const KIB = 1024
/** Each connection adds its own rate. */
const alike = (under: number): number => under * 1e6

/**
 * Plays a link on which `rate(n)` bytes per second leave with n bodies of `size` under way, as many as are allowed (or `places`
 * of them); returns where it ends.
 */
function play(
  flight: Flight,
  rate: (under: number) => number,
  {
    from,
    seconds,
    size = 256 * KIB,
    places = (limit: number) => limit,
  }: {
    from: number
    seconds: number
    size?: number
    places?: (limit: number) => number
  },
): number {
  const left: { bytes: number; since: number }[] = []
  let now = from
  for (const end = from + seconds * 1000; now < end; now += 20) {
    const wanted = places(flight.limit)
    while (left.length < wanted) {
      left.push({ bytes: size, since: now })
      flight.began(now)
    }
    const each = (rate(left.length) / left.length) * 0.02
    for (const body of left) {
      flight.moved(Math.min(body.bytes, each), now)
      body.bytes -= each
    }
    for (let at = left.length - 1; at >= 0; at--) {
      const body = left[at]
      if (body === undefined || body.bytes > 0) continue
      left.splice(at, 1)
      flight.ended({ bytes: size, ms: now - body.since }, now)
    }
  }
  while (left.pop() !== undefined) flight.ended(undefined, now)
  return now
}

describe('the number in flight', () => {
  it('grows to the most in a few seconds while each connection adds its own rate, as on a long link with loss', () => {
    const flight = new Flight()
    play(flight, (n) => n * 1e6, { from: 0, seconds: 6 })
    expect(flight.limit).toBe(32)
  })

  it('does so on a slow link too, where chunks take longer than that', () => {
    const flight = new Flight()
    play(flight, (n) => n * 50e3, { from: 0, seconds: 20, size: 1024 * KIB })
    expect(flight.limit).toBe(32)
  })

  it('stays low where few connections fill the link', () => {
    const flight = new Flight()
    play(flight, () => 50e6, { from: 0, seconds: 10 })
    expect(flight.limit).toBe(4)
  })

  it('stops where more does not help, and finds more when the link changes', () => {
    const flight = new Flight()
    const end = play(flight, (n) => Math.min(n, 10) * 2e6, { from: 0, seconds: 14 })
    expect(flight.limit).toBeGreaterThanOrEqual(8)
    expect(flight.limit).toBeLessThanOrEqual(16)
    play(flight, (n) => n * 2e6, { from: end, seconds: 60 })
    expect(flight.limit).toBe(32)
  })

  it('halves when connections break or the agent refuses, once for what happens together, and never stops', () => {
    const flight = new Flight()
    const end = play(flight, (n) => n * 1e6, { from: 0, seconds: 10 })
    for (let at = 0; at < 32; at++) flight.trouble(end + at)
    expect(flight.limit).toBe(16)
    for (let at = 1; at < 9; at++) flight.trouble(end + at * 10_000)
    expect(flight.limit).toBe(1)
  })

  it('learns nothing about more connections from a lane that was not full', () => {
    const flight = new Flight()
    play(flight, (n) => n * 1e6, { from: 0, seconds: 10, places: () => 1 })
    expect(flight.limit).toBe(4)
    // But what one brings: four bring so much.
    expect(flight.measuredCapacity).toBe(flight.capacity)
    expect(flight.capacity).toBeGreaterThan(3.5e6)
    expect(flight.capacity).toBeLessThan(4.5e6)
  })

  it('knows at first as much as the first body shows, and the capacity of a link that something else holds back', () => {
    const flight = new Flight()
    expect(flight.capacity).toBeUndefined()
    flight.began(0)
    flight.moved(1e6, 100)
    expect(flight.capacity).toBeUndefined()
    flight.ended({ bytes: 1e6, ms: 200 }, 200)
    expect(flight.perConnection).toBeCloseTo(5e6, -3)
    expect(flight.measuredCapacity).toBeUndefined()
  })

  it('tells what it finds, and begins there the next time', () => {
    const told: Found[] = []
    const flight = new Flight(undefined, (found) => told.push(found))
    play(flight, alike, { from: 0, seconds: 10 })
    expect(told.map(({ connections }) => connections)).toEqual([4, 8, 16, 32])
    const found = told.at(-1)
    expect(found?.connections).toBe(32)
    expect(found?.rate).toBeGreaterThan(28e6)
    const next = new Flight(found)
    expect(next.limit).toBe(32)
    expect(next.capacity).toBeCloseTo(found?.rate ?? 0, -3)
    play(next, alike, { from: 0, seconds: 5 })
    expect(next.limit).toBe(32)
  })

  it('begins with more where the other end is far, unless something is known', () => {
    const flight = new Flight()
    flight.startFar()
    expect(flight.limit).toBe(8)
    const known = new Flight({ connections: 3, rate: 3e6 })
    known.startFar()
    expect(known.limit).toBe(3)
  })

  it('begins anew where the link is not the one that is remembered', () => {
    const flight = new Flight({ connections: 32, rate: 32e6 })
    play(flight, () => 2e6, { from: 0, seconds: 14 })
    expect(flight.limit).toBeLessThanOrEqual(8)
  })
})
