import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readLine } from '../../../../src/renderer/features/logs/ansi.ts'
import { piecesOf } from '../../../../src/renderer/features/logs/pieces.ts'
import { readPlace } from '../../../../src/renderer/features/logs/position.ts'
import { breaksOf, layRows } from '../../../../src/renderer/features/logs/rows.ts'
import { splitMatches } from '../../../../src/renderer/features/logs/search.ts'

const line = (text: string) => ({ at: 0, ...readLine(text) })

describe('rows', () => {
  it('are lines, or as many as a line fills, wide characters counted twice', () => {
    const lines = ['short', 'x'.repeat(25), '', '수렴하지 않음'].map(line)
    expect(layRows(lines, undefined).count).toBe(4)
    const rows = layRows(lines, 10)
    expect(rows.count).toBe(1 + 3 + 1 + 2)
    expect([0, 1, 3, 4, 5, 6].map((row) => rows.lineOf(row))).toEqual([
      { index: 0, part: 0 },
      { index: 1, part: 0 },
      { index: 1, part: 2 },
      { index: 2, part: 0 },
      { index: 3, part: 0 },
      { index: 3, part: 1 },
    ])
    expect([0, 1, 2, 3].map((index) => rows.rowOf(index))).toEqual([0, 1, 4, 5])
    expect(breaksOf('수렴하지 않음', 10)).toEqual([5])
  })
})

describe('the pieces of a row', () => {
  it('have one look each, with matches marked across looks', () => {
    const pieces = piecesOf(line('an \u001b[31mer\u001b[0mror!'), 0, 9, { text: 'ERROR', caseSensitive: false })
    expect(pieces).toEqual([
      { text: 'an ', pen: {}, isMatch: false },
      { text: 'er', pen: { colour: 1 }, isMatch: true },
      { text: 'ror', pen: {}, isMatch: true },
      { text: '!', pen: {}, isMatch: false },
    ])
  })
  it('are together what stands between two characters', () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('ab', 'a', '\u001b[31m', '\u001b[0m', ' '), { maxLength: 20 }),
        fc.nat(10),
        fc.nat(10),
        (raw, from, more) => {
          const read = line(raw.join(''))
          const to = Math.min(read.text.length, from + more)
          const pieces = piecesOf(read, from, to, { text: 'ab', caseSensitive: true })
          expect(pieces.map(({ text }) => text).join('')).toBe(read.text.slice(from, Math.max(from, to)))
        },
      ),
    ))
})

describe('searching a line', () => {
  it('splits it at its matches and loses nothing', () => {
    expect(splitMatches('a Foo foO b', { text: 'foo', caseSensitive: false })).toEqual(['a ', 'Foo', ' ', 'foO', ' b'])
    expect(splitMatches('a Foo foO b', { text: 'foO', caseSensitive: true })).toEqual(['a Foo ', 'foO', ' b'])
    fc.assert(
      fc.property(fc.stringMatching(/^[abA .*İß]{0,20}$/), fc.stringMatching(/^[ab.*]{0,2}$/), (text, wanted) => {
        expect(splitMatches(text, { text: wanted, caseSensitive: false }).join('')).toBe(text)
      }),
    )
  })
})

describe('a place to go to', () => {
  const size = 10e9
  it.each([
    ['50 %', { byte: 5e9 }],
    ['12.5%', { byte: 1.25e9 }],
    ['3.1 GB', { byte: 3.1e9 }],
    ['3,1 GB', { byte: 3.1e9 }],
    ['400 MB', { byte: 4e8 }],
    ['99 TB', { byte: size }],
    ['1234', { line: 1234 }],
    ['1,234', { line: 1234 }],
    ['0', undefined],
    ['here', undefined],
    ['5 miles', undefined],
    ['', undefined],
  ])('is read from “%s”', (text, place) => expect(readPlace(text, size)).toEqual(place))
})
