import { describe, expect, it } from 'vitest'
import { createStats } from '../../../../../../src/renderer/features/desktops/viewer/stats.ts'

describe('stats', () => {
  it('counts frames and bytes over two seconds', () => {
    let now = 0
    const stats = createStats(() => now)
    for (; now < 5000; now += 50) {
      stats.frame()
      stats.received(1000)
    }
    const { frames, rate } = stats.figures()
    expect(frames).toBeGreaterThan(18)
    expect(frames).toBeLessThan(22)
    expect(rate).toBe(frames * 1000)
    now += 3000
    expect(stats.figures()).toMatchObject({ frames: 0, rate: 0 })
  })

  it('tells the median of the last round trips', () => {
    const stats = createStats(() => 0)
    expect(stats.figures().roundTrip).toBeUndefined()
    for (const value of [900, 10, 11, 12, 500, 9, 10, 11]) stats.roundTrip(value)
    expect(stats.roundTrips).toHaveLength(7)
    expect(stats.figures().roundTrip).toBe(11)
  })

  it('measures from the first key to the next picture', () => {
    let now = 100
    const stats = createStats(() => now)
    stats.input()
    now = 120
    stats.input()
    now = 150
    stats.frame()
    expect(stats.figures().response).toBe(50)
    now = 200
    stats.frame()
    expect(stats.figures().response).toBe(50)
    stats.input()
    now = 9000
    stats.frame()
    expect(stats.figures().response).toBe(50)
    stats.reset()
    expect(stats.figures().response).toBeUndefined()
  })
})
