import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { limitAt } from '../../../../src/core/uploads/hours.ts'

const MINUTE = 60_000
const night = { uploadLimit: 1000, uploadHours: { from: '22:00', to: '06:30', limit: 0 } }
const day = { uploadLimit: 0, uploadHours: { from: '08:00', to: '18:00', limit: 500 } }
const at = (text: string) => new Date(text)

describe('the limit by the time of day', () => {
  const zone = process.env['TZ']
  beforeEach(() => {
    process.env['TZ'] = 'Europe/Berlin'
  })
  afterEach(() => {
    if (zone === undefined) delete process.env['TZ']
    else process.env['TZ'] = zone
  })

  it('is that of its hours, from the first minute until before the last', () => {
    expect(['07:59:59', '08:00:00', '17:59:59', '18:00:00'].map((t) => limitAt(day, at(`2026-11-20T${t}`)))).toEqual([
      0, 500, 500, 0,
    ])
  })

  it('may go over midnight', () => {
    expect(
      ['21:59', '22:00', '23:59', '00:00', '06:29', '06:30'].map((t) => limitAt(night, at(`2026-11-20T${t}`))),
    ).toEqual([1000, 0, 0, 0, 0, 1000])
  })

  it('is the usual one without hours, and that of the hours all day where they end when they begin', () => {
    expect(limitAt({ uploadLimit: 7 }, new Date())).toBe(7)
    expect(limitAt({ uploadLimit: 7, uploadHours: null }, new Date())).toBe(7)
    const whole = { uploadLimit: 7, uploadHours: { from: '10:00', to: '10:00', limit: 3 } }
    expect(limitAt(whole, at('2026-11-20T09:59'))).toBe(3)
    expect(limitAt(whole, at('2026-11-20T10:00'))).toBe(3)
  })

  it('goes by the clock on the wall when clocks change', () => {
    const hours = { uploadLimit: 1, uploadHours: { from: '02:00', to: '03:00', limit: 9 } }
    // In spring 02:00 becomes 03:00: the hour does not come. In autumn it comes twice.
    const minutesOf = (from: string) => {
      const start = at(from).getTime()
      return Array.from({ length: 6 * 60 }, (_, minute) => limitAt(hours, new Date(start + minute * MINUTE))).filter(
        (limit) => limit === 9,
      ).length
    }
    expect(minutesOf('2026-03-28T23:00')).toBe(0)
    expect(minutesOf('2026-10-24T23:00')).toBe(120)
    expect(minutesOf('2026-11-20T23:00')).toBe(60)
  })
})
