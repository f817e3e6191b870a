import { describe, expect, it } from 'vitest'
import { Flight } from '../../../../src/core/uploads/flight.ts'

/** Plays a link on which `rate(n)` bytes per millisecond arrive with n chunks in flight; returns where it ends. */
function play(flight: Flight, rate: (inFlight: number) => number, from: number, until: number): number {
  let now = from
  while (now < until) {
    now += 1000 / rate(flight.limit)
    flight.arrived(1000, now, true)
  }
  return now
}

describe('the number in flight', () => {
  it('grows while each connection adds its own rate, as on a long link with loss', () => {
    const flight = new Flight()
    play(flight, (n) => n * 2, 0, 60_000)
    expect(flight.limit).toBe(16)
  })

  it('stays low where one connection fills the link', () => {
    const flight = new Flight()
    play(flight, () => 50, 0, 10_000)
    expect(flight.limit).toBe(3)
  })

  it('stops where more does not help, and finds more when the link changes', () => {
    const flight = new Flight()
    const end = play(flight, (n) => Math.min(n, 6) * 2, 0, 14_000)
    expect(flight.limit).toBeGreaterThanOrEqual(5)
    expect(flight.limit).toBeLessThanOrEqual(8)
    play(flight, (n) => n * 2, end, end + 60_000)
    expect(flight.limit).toBe(16)
  })

  it('halves when connections break or the agent refuses, and never stops altogether', () => {
    const flight = new Flight()
    const end = play(flight, (n) => n * 2, 0, 60_000)
    flight.trouble(end)
    expect(flight.limit).toBe(8)
    for (let i = 0; i < 9; i++) flight.trouble(end)
    expect(flight.limit).toBe(1)
  })

  it('learns nothing from a lane that was not full', () => {
    const flight = new Flight()
    for (let now = 0; now < 10_000; now += 10) flight.arrived(1e6, now, false)
    expect(flight.limit).toBe(3)
  })
})
