import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineReader, LONGEST_LINE } from '../../../../agent/src/convergence/lines.ts'

test('however the file is cut, the same lines, and a place that stands behind the last whole one', () =>
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: fc.constantFrom('a', '한', ' ', '\r') })),
      fc.array(fc.integer({ min: 1, max: 9 })),
      (texts, cuts) => {
        const bytes = Buffer.from(texts.map((text) => `${text}\n`).join('') + 'rest')
        const reader = new LineReader(100)
        const lines: string[] = []
        let at = 0
        for (const cut of [...cuts, bytes.length]) {
          lines.push(...reader.push(bytes.subarray(at, at + cut)))
          at = Math.min(bytes.length, at + cut)
          expect(reader.end).toBe(100 + bytes.subarray(0, at).lastIndexOf(10) + 1)
        }
        expect(lines).toEqual(texts.map((text) => text.replace(/\r$/, '')))
        expect(reader.finish()).toEqual(['rest'])
        expect(reader.end).toBe(100 + bytes.length)
      },
    ),
  ))

test('a line without end costs its beginning only, and its end is none of the next', () => {
  const reader = new LineReader(0)
  const huge = Buffer.alloc(100_000, 'x')
  for (let piece = 0; piece < 100; piece++) expect(reader.push(huge)).toEqual([])
  expect(reader.push(Buffer.from('yyy\nnext\n'))).toEqual(['x'.repeat(LONGEST_LINE), 'next'])
  expect(reader.end).toBe(100 * 100_000 + 9)
})
