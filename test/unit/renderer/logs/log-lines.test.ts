import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  appendLog,
  cleanLine,
  emptyLog,
  findInLog,
  logFrom,
  longestLog,
  shownLines,
  splitMatches,
} from '../../../../src/renderer/features/logs/log-lines.ts'

describe('a line of a log', () => {
  it.each([
    ['colours', '\u001b[1;31mred\u001b[0m', 'red'],
    ['8-bit controls', '\u009b31mred', 'red'],
    ['window titles', '\u001b]0;evil title\u0007text', 'text'],
    ['a title that never ends', 'a\u001b]0;evil', 'a'],
    ['hyperlinks', '\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['clipboard writes', '\u001b]52;c;ZXZpbA==\u0007x', 'x'],
    ['device strings', '\u001bPq#0;2;0\u001b\\x', 'x'],
    ['bells, backspaces, nulls', 'a\u0007b\u0008c\u0000d', 'abcd'],
    ['text turned around', 'a\u202etxt.exe\u202c', 'atxt.exe'],
    ['a progress bar that overwrites itself', ' 10 %\r 55 %\r100 %', '100 %'],
    ['Windows line ends', 'text\r', 'text'],
  ])('loses %s', (_, raw, clean) => expect(cleanLine(raw)).toBe(clean))

  it('keeps markup as the text it is', () => expect(cleanLine('<b onload=x>&amp;')).toBe('<b onload=x>&amp;'))
  it('costs no more than its length, however hostile', () => {
    for (const start of ['\u009d', '\u001b]', '\u001b[0', '\u001bP'])
      expect(cleanLine(`${start.repeat(200_000)}\u001b`).length).toBeLessThan(5000)
  })
  it('keeps columns', () => expect(cleanLine('a\tb')).toBe('a        b'))
  it('is cut where it is endless', () => expect(cleanLine('x'.repeat(1e5)).length).toBeLessThan(5000))
  it('never holds a control character, whatever came', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (raw) => {
        expect(cleanLine(raw)).not.toMatch(/[\p{Cc}\p{Cf}]/u)
      }),
    ))
})

describe('a log that grows', () => {
  it('is the same however its text is cut into pieces', () =>
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[ab\n]{0,6}$/)), (pieces) => {
        const whole = appendLog(emptyLog, pieces.join(''))
        expect(shownLines(pieces.reduce(appendLog, emptyLog))).toEqual(shownLines(whole))
      }),
    ))
  it('shows the last line before it is ended', () =>
    expect(shownLines(appendLog(emptyLog, 'one\ntw'))).toEqual(['one', 'tw']))
  it('leaves away the torn first line of a snapshot from the middle', () => {
    expect(shownLines(logFrom('rn line\nwhole\n', 512))).toEqual(['whole'])
    expect(shownLines(logFrom('first\nwhole\n', 0))).toEqual(['first', 'whole'])
  })
  it('keeps the newest lines only, and counts the others', () => {
    const log = appendLog(emptyLog, Array.from({ length: longestLog + 5 }, (_, n) => `${n}\n`).join(''))
    expect(log.lines).toHaveLength(longestLog)
    expect([log.lines[0], log.dropped]).toEqual(['5', 5])
  })
})

describe('searching', () => {
  it('finds lines whatever their case', () =>
    expect(findInLog(['Error: x', 'fine', 'an ERROR'], 'error')).toEqual([0, 2]))
  it('finds nothing for nothing', () => expect(findInLog(['a'], '')).toEqual([]))
  it('splits a line at its matches and loses nothing', () => {
    expect(splitMatches('a Foo foO b', 'foo')).toEqual(['a ', 'Foo', ' ', 'foO', ' b'])
    fc.assert(
      fc.property(fc.stringMatching(/^[abA .*]{0,20}$/), fc.stringMatching(/^[ab.*]{0,2}$/), (line, text) => {
        expect(splitMatches(line, text).join('')).toBe(line)
      }),
    )
  })
})
