import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createScrollback } from '../../../../src/core/terminals/scrollback.ts'

function kept(limit: number, ...texts: string[]): string {
  const scrollback = createScrollback(limit)
  for (const text of texts) scrollback.append(text)
  return scrollback.text()
}

describe('the last part of what a shell printed', () => {
  it('is whole while it fits, and its end where it does not', () => {
    expect(kept(10, 'abcde', 'fghij')).toBe('abcdefghij')
    expect(kept(10, 'abcde', 'fghij', 'k')).toBe('bcdefghijk')
    expect(kept(4, 'abcdefghij')).toBe('ghij')
  })

  it.each([
    ['a colour', 'ab\u001B[1;31mcdef'],
    ['a title', 'ab\u001B]0;name\u0007cdef'],
    ['a title that ends as the standard says', 'ab\u001B]0;name\u001B\\cdef'],
    ['a device string', 'ab\u001BPq1;2\u001B\\cdef'],
    ['a character set', 'ab\u001B(Bcdef'],
    ['a sequence of one C1 character', 'ab\u009B31mcdef'],
  ])('never begins within %s', (_what, text) => {
    for (let limit = 5; limit < text.length - 2; limit += 1) {
      // As one chunk, and unit by unit: the sequence is split everywhere.
      expect(kept(limit, text)).toBe('cdef')
      expect(kept(limit, ...text.split(''))).toBe('cdef')
    }
    expect(kept(text.length - 2, text)).toBe(text.slice(2))
  })

  it('never begins within a character', () => {
    expect(kept(3, 'a😀😀')).toBe('😀')
    expect(kept(4, 'a😀😀')).toBe('😀😀')
  })

  it('gives up on a sequence that does not end', () => {
    const text = `\u001B]${'x'.repeat(300_000)}`
    const left = kept(200_000, text)
    expect(left.length).toBeGreaterThan(100_000)
    expect(left.length).toBeLessThanOrEqual(200_000)
  })

  it('is an end of the text, at most as long as it may be, however it comes', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\u001B[31m', '\u001B]0;t\u0007', '\n', '한글'),
    )
    fc.assert(
      fc.property(fc.array(piece), fc.integer({ min: 1, max: 200 }), (pieces, limit) => {
        const text = kept(limit, ...pieces)
        expect(text.length).toBeLessThanOrEqual(limit)
        expect(pieces.join('').endsWith(text)).toBe(true)
        expect(/^[\uDC00-\uDFFF]/.test(text)).toBe(false)
      }),
    )
  })

  it('stays small and quick where a key at a time is echoed', () => {
    const scrollback = createScrollback(100_000)
    const began = performance.now()
    for (let n = 0; n < 300_000; n += 1) scrollback.append('x')
    expect(scrollback.text()).toHaveLength(100_000)
    expect(performance.now() - began).toBeLessThan(10_000)
  })
})
