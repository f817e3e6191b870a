import { describe, expect, it } from 'vitest'
import { asOfText } from '../../../../src/renderer/ui/as-of-text.ts'

/** Of the clock on the wall, wherever the test runs. */
const local = (day: number, hour: number, minute: number, second = 0): string =>
  new Date(2026, 10, day, hour, minute, second).toISOString()
const now = Date.parse(local(21, 16, 35))

describe('the age of what is shown', () => {
  it.each([
    [local(21, 14, 32), 'As of 14:32 (2 hr. ago)', '14:32 기준 (2시간 전)'],
    [local(21, 16, 30), 'As of 16:30 (5 min. ago)', '16:30 기준 (5분 전)'],
    [local(20, 9, 5), 'As of Nov 20, 09:05 (yesterday)', '11월 20일 09:05 기준 (어제)'],
  ])('%s', (asOf, en, ko) => {
    expect([asOfText(asOf, 'en', now), asOfText(asOf, 'ko', now)]).toEqual([en, ko])
  })

  it('is not worth a word where the link came back at once, nor where the clocks differ', () => {
    expect(asOfText(local(21, 16, 34, 57), 'en', now)).toBe(undefined)
    expect(asOfText(local(21, 16, 34, 50), 'en', now)).toBe('As of 16:34')
    expect(asOfText(local(21, 16, 36), 'en', now)).toBe(undefined)
  })
})
