import { assert, integer, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backOff, retryAfterSeconds } from '../../../../src/core/kit/back-off.ts'

describe('back-off', () => {
  it('is anything up to a ceiling that doubles until its limit', () => {
    const limits = { baseMs: 100, maxMs: 1000 }
    const ceilings = [1, 2, 3, 4, 5, 50].map((attempt) => backOff(attempt, limits, () => 1))
    expect(ceilings).toEqual([100, 200, 400, 800, 1000, 1000])
    expect(backOff(3, limits, () => 0)).toBe(0)
  })
  it('never leaves its bounds', () => {
    assert(
      property(integer({ min: 1, max: 10_000 }), integer({ min: 1, max: 60_000 }), (attempt, maxMs) => {
        const ms = backOff(attempt, { baseMs: 10, maxMs })
        return ms >= 0 && ms <= maxMs
      }),
    )
  })
})

describe('Retry-After', () => {
  const now = Date.parse('2026-11-21T07:00:00Z')
  it('reads seconds and dates', () => {
    expect(retryAfterSeconds('7', now)).toBe(7)
    expect(retryAfterSeconds('Sat, 21 Nov 2026 07:00:30 GMT', now)).toBe(30)
    expect(retryAfterSeconds('Sat, 21 Nov 2026 06:00:00 GMT', now)).toBe(0)
  })
  it('has nothing to say about anything else', () => {
    expect([undefined, '', 'soon'].map((header) => retryAfterSeconds(header, now))).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })
})
