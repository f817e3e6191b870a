import { describe, expect, it } from 'vitest'
import { qualityChooser } from '../../../../../../src/renderer/features/desktops/viewer/quality.ts'

/** Looks once a second for `seconds` at a line with that round trip (ms) and rate (bytes/s); the steps that were taken. */
function watch(
  chooser: ReturnType<typeof qualityChooser>,
  from: number,
  seconds: number,
  roundTrip: number,
  rate = 1e6,
) {
  const taken: string[] = []
  for (let second = from; second < from + seconds; second += 1)
    if (chooser.look({ now: second * 1000, roundTrips: [roundTrip, roundTrip, roundTrip], rate }))
      taken.push(chooser.step)
  return taken
}

describe('quality', () => {
  it('begins in the middle and rises on a line that carries more', () => {
    const chooser = qualityChooser('automatic')
    expect(chooser.step).toBe('balanced')
    expect(watch(chooser, 0, 20, 3)).toEqual(['sharp'])
    expect(chooser.levels.quality).toBe(9)
  })

  it('keeps good pictures on a line that is only long', () => {
    const chooser = qualityChooser('automatic')
    expect(watch(chooser, 0, 60, 250)).toEqual(['sharp'])
  })

  it('falls step by step while pictures wait, not at once', () => {
    const chooser = qualityChooser('automatic')
    watch(chooser, 0, 2, 20)
    expect(watch(chooser, 2, 1, 900)).toEqual(['fast'])
    expect(watch(chooser, 3, 1, 900)).toEqual([])
    expect(watch(chooser, 4, 10, 900)).toEqual(['sparing'])
  })

  it('waits longer before each rise that did not last', () => {
    const chooser = qualityChooser('automatic')
    watch(chooser, 0, 2, 20)
    watch(chooser, 2, 1, 900)
    // Well: up after 8 s, and down again at once.
    expect(watch(chooser, 10, 10, 20)).toEqual(['balanced'])
    expect(watch(chooser, 21, 1, 900)).toEqual(['fast'])
    expect(watch(chooser, 30, 15, 20)).toEqual([])
    expect(watch(chooser, 45, 10, 20)).toEqual(['balanced'])
  })

  it('learns nothing from a line at rest', () => {
    const chooser = qualityChooser('automatic')
    expect(watch(chooser, 0, 60, 3, 100)).toEqual([])
    expect(chooser.look({ now: 1e6, roundTrips: [], rate: 1e6 })).toBe(false)
  })

  it('is as the hand says', () => {
    const chooser = qualityChooser('sparing')
    expect(watch(chooser, 0, 60, 3)).toEqual([])
    expect(chooser.step).toBe('sparing')
    chooser.setMode('sharp')
    expect(chooser.step).toBe('sharp')
    chooser.setMode('automatic')
    expect(chooser.step).toBe('sharp')
  })
})
