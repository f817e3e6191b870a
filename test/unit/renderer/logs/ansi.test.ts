import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanLine, readLine } from '../../../../src/renderer/features/logs/ansi.ts'

describe('a line of a log', () => {
  it.each([
    ['8-bit controls', '\u009b31mred', 'red'],
    ['cursor movements', 'a\u001b[2Jb\u001b[10;20Hc\u001b[1Ad', 'abcd'],
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

  it('keeps its colours, and hands what is not ended on to the next line', () => {
    const first = readLine('plain \u001b[1;31mred\u001b[0m \u001b[38;5;196mcube\u001b[38;2;1;2;3mdirect')
    expect(first.text).toBe('plain red cubedirect')
    expect(first.spans).toEqual([
      { text: 'plain ', pen: {} },
      { text: 'red', pen: { bold: true, colour: 1 } },
      { text: ' ', pen: {} },
      { text: 'cube', pen: { colour: '#ff0000' } },
      { text: 'direct', pen: { colour: '#010203' } },
    ])
    expect(readLine('goes on', first.pen).spans).toEqual([{ text: 'goes on', pen: { colour: '#010203' } }])
    expect(readLine('\u001b[94;44;7ma\u001b[22;39;49;27mb').spans).toEqual([
      { text: 'a', pen: { colour: 12, ground: 4, inverse: true } },
      { text: 'b', pen: {} },
    ])
    expect(readLine('\u001b[32m10 %\r\u001b[33m20 %').spans).toEqual([{ text: '20 %', pen: { colour: 3 } }])
    expect(readLine('no look at all').spans).toBeUndefined()
  })

  it('keeps markup as the text it is', () => expect(cleanLine('<b onload=x>&amp;')).toBe('<b onload=x>&amp;'))
  it('costs no more than its length, however hostile', () => {
    for (const start of ['\u009d', '\u001b]', '\u001b[0', '\u001bP', '\u001b[1;31m\r', '\t'])
      expect(cleanLine(`${start.repeat(200_000)}\u001b`).length).toBeLessThan(9000)
  })
  it('keeps columns', () =>
    expect([cleanLine('a\tb'), cleanLine('1234567\tb\tc')]).toEqual(['a       b', '1234567 b       c']))
  it('is cut where it is endless', () => expect(cleanLine('x'.repeat(1e5)).length).toBeLessThan(9000))
  it('never holds a control character, whatever came, and its parts are the whole', () =>
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\u001b[31m', '\r', '\t'))),
        (raw) => {
          const { text, spans } = readLine(raw.join(''))
          expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u)
          if (spans !== undefined) expect(spans.map((span) => span.text).join('')).toBe(text)
        },
      ),
    ))
})
