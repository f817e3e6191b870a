import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aheadOf, nextSkew, noSkew, type Skew } from '../../../../src/core/agent-client/clock-skew.ts'

const told = (before: Skew, ...seconds: number[]): Skew =>
  seconds.reduce((skew, each) => nextSkew(skew, each * 1000), before)
const after = (...seconds: number[]): number | undefined => told(noSkew, ...seconds).seconds

describe('what one answer tells', () => {
  const date = 'Fri, 20 Nov 2026 09:00:00 GMT'
  const theirs = Date.parse(date)
  it('is taken in the middle of its round trip, and of the second that the header names', () => {
    expect(aheadOf(date, theirs, theirs + 1000)).toBe(0)
    expect(aheadOf(date, theirs + 419_500, theirs + 421_500)).toBe(420_000)
    expect(aheadOf(date, theirs - 421_500, theirs - 419_500)).toBe(-421_000)
  })
  it.each([
    ['no date', undefined, 0, 10],
    ['none that can be read', 'yesterday', 0, 10],
    ['an answer that took too long', date, theirs, theirs + 10_001],
    ['a machine that slept before it read the answer', date, theirs, theirs + 3_600_000],
    ['a clock that was set back meanwhile', date, theirs, theirs - 1],
  ])('is nothing with %s', (_, header, asked, answered) => {
    expect(aheadOf(header, asked, answered)).toBeUndefined()
  })
})

describe('the skew', () => {
  it.each<[string, number[], number | undefined]>([
    ['clocks that agree', [0, 1, -1, 0], undefined],
    ['less than two minutes', [119, 119, 119], undefined],
    ['two answers are too few', [600, 600], undefined],
    ['ahead', [420, 421, 420], 420],
    ['behind', [-420, -420, -421], -420],
    ['one answer out of a cache', [0, 0, 3600, 0, 0], undefined],
    ['one good answer is no end of it', [420, 420, 420, 0, 420], 420],
    ['a clock that was put right', [420, 420, 420, 0, 0], undefined],
    ['a clock that drifts is not spoken of anew each time', [420, 420, 420, 440, 445, 449], 420],
    ['but is corrected in the end', [420, 420, 420, 451, 451], 451],
    ['near the border it stays', [125, 125, 125, 100, 100, 100], 125],
    ['and goes once it is well below', [125, 125, 125, 89, 89], undefined],
  ])('%s', (_, seconds, shown) => expect(after(...seconds)).toBe(shown))

  it('does not flicker, however answers jitter around a true value', () => {
    const jitter = fc.array(fc.integer({ min: -14, max: 14 }), { minLength: 4, maxLength: 60 })
    fc.assert(
      fc.property(fc.integer({ min: -900, max: 900 }), jitter, (truth, noise) => {
        let skew = noSkew
        let changes = 0
        for (const each of noise) {
          const next = nextSkew(skew, (truth + each) * 1000)
          if (next.seconds !== skew.seconds) changes += 1
          skew = next
        }
        expect(changes).toBeLessThanOrEqual(1)
      }),
    )
  })
})
