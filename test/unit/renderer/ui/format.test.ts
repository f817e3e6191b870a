import { describe, expect, it } from 'vitest'
import {
  formatAbsolute,
  formatAgo,
  formatBytes,
  formatDuration,
  formatFigure,
  formatLimit,
  formatSpeed,
  formatTime,
  formatTimeLeft,
} from '../../../../src/renderer/ui/format.ts'

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [812, '812 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [1550, '1.6 kB'],
    [999_499, '999 kB'],
    [999_600, '1 MB'],
    [48_200_000, '48 MB'],
    [3_200_000_000, '3.2 GB'],
    [18_200_000_000_000, '18.2 TB'],
    [-5, '0 B'],
  ])('%d bytes read %s', (bytes, text) => {
    expect(formatBytes(bytes, 'en')).toBe(text)
  })

  it('says the default limit of a file as portals know it', () => {
    expect(formatLimit(50 * 1024 ** 3, 'en')).toBe('50 GB')
    expect(formatLimit(3_000_000, 'en')).toBe('3 MB')
  })

  it('says a speed', () => {
    expect(formatSpeed(48_200_000, 'ko')).toBe('48 MB/s')
  })
})

describe('lengths of time', () => {
  it.each([
    [0, '0 s', '0초'],
    [9.6, '10 s', '10초'],
    [130, '2 min 10 s', '2분 10초'],
    [120, '2 min', '2분'],
    [11_100, '3 h 5 min', '3시간 5분'],
    [3_605, '1 h', '1시간'],
    [187_200, '2 d 4 h', '2일 4시간'],
  ])('%d seconds read %s and %s', (seconds, en, ko) => {
    expect(formatDuration(seconds, 'en')).toBe(en)
    expect(formatDuration(seconds, 'ko')).toBe(ko)
  })

  it('is coarser the longer it lasts, and never says that nothing is left', () => {
    expect(formatTimeLeft(0.2, 'en')).toBe('1 s left')
    expect(formatTimeLeft(131, 'en')).toBe('2 min 10 s left')
    expect(formatTimeLeft(1_830, 'en')).toBe('31 min left')
    expect(formatTimeLeft(131, 'ko')).toBe('2분 10초 남음')
  })
})

const at = (...parts: [number, number, number, number, number]) => new Date(...parts).toISOString()

describe('times', () => {
  const now = new Date(2026, 10, 21, 16, 30).getTime()

  it('leaves out what goes without saying', () => {
    expect(formatTime(at(2026, 10, 21, 9, 5), 'en', now)).toBe('09:05')
    expect(formatTime(at(2026, 10, 20, 16, 25), 'en', now)).toBe('Nov 20, 16:25')
    expect(formatTime(at(2025, 10, 20, 16, 25), 'en', now)).toBe('Nov 20, 2025, 16:25')
    expect(formatTime(at(2026, 10, 20, 16, 25), 'ko', now)).toBe('11월 20일 16:25')
  })

  it('says what just happened relative to now', () => {
    const ago = (seconds: number) => new Date(now - seconds * 1000).toISOString()
    expect(formatAgo(ago(3), 'en', now)).toBe('now')
    expect(formatAgo(ago(300), 'en', now)).toBe('5 min. ago')
    expect(formatAgo(ago(7200), 'ko', now)).toBe('2시간 전')
  })

  it('has the year, the second and the zone on hover', () => {
    const text = formatAbsolute(at(2026, 10, 21, 9, 5), 'en')
    expect(text).toContain('2026')
    expect(text).toContain('09:05:00')
    expect(text).toMatch(/UTC|GMT|[A-Z]{2,5}$/)
  })
})

it('figures with five digits', () => {
  expect([187.3241, 12_345.678, 2.4113e-6].map((value) => formatFigure(value, 'en'))).toEqual([
    '187.32',
    '12,346',
    '2.411e-6',
  ])
})
