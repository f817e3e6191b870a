import { describe, expect, it } from 'vitest'
import { Speed } from '../../../../src/core/uploads/speed.ts'

describe('speed', () => {
  it('is right from the first seconds on and smooth for lumps', () => {
    const speed = new Speed()
    speed.start(0)
    const seen: number[] = []
    for (let now = 2000; now <= 60_000; now += 2000) {
      speed.add(8_000_000, now)
      seen.push(speed.value(now + 1000))
    }
    for (const value of seen) {
      expect(value).toBeGreaterThan(4_000_000 * 0.65)
      expect(value).toBeLessThan(4_000_000 * 1.35)
    }
  })

  it('fades when nothing arrives, and knows nothing before anything was measured', () => {
    const speed = new Speed()
    expect(speed.value(0)).toBe(0)
    speed.start(0)
    speed.add(1_000_000, 1000)
    expect(speed.value(60_000)).toBeLessThan(1000)
  })
})
