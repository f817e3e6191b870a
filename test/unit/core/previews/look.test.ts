import { describe, expect, it } from 'vitest'
import { encodingOf, isText, textOf } from '../../../../src/core/previews/decode.ts'
import { imageType } from '../../../../src/core/previews/image.ts'
import { delimiterOf, hasHeader, rowsOf } from '../../../../src/core/previews/table.ts'

describe('the encoding of a text', () => {
  // 시간 in CP949.
  const korean = Uint8Array.from([0xbd, 0xc3, 0xb0, 0xa3, 0x2c, 0x31])
  it('is found by mark or bytes', () => {
    expect(encodingOf(Buffer.from('plain'), false)).toBe('utf-8')
    expect(encodingOf(korean, false)).toBe('euc-kr')
    expect(textOf(korean, 'euc-kr')).toBe('시간,1')
    expect(encodingOf(Uint8Array.from([0xff, 0xfe, 0x41, 0]), false)).toBe('utf-16le')
    expect(isText(Uint8Array.from([0xff, 0xfe, 0x41, 0]), 'utf-16le')).toBe(true)
    expect(isText(Uint8Array.from([0x41, 0]), 'utf-8')).toBe(false)
  })
  it('is UTF-16 also without a mark, where it reads as text', () => {
    expect(encodingOf(Buffer.from('load;N\r\n', 'utf16le'), false)).toBe('utf-16le')
    expect(encodingOf(Buffer.from('load;N\n', 'utf16le').swap16(), false)).toBe('utf-16be')
    // Small numbers of a binary file.
    expect(encodingOf(new Uint8Array(new Uint16Array([1, 2, 3, 4]).buffer), false)).toBe('utf-8')
    expect(isText(new Uint8Array(64), encodingOf(new Uint8Array(64), false))).toBe(false)
  })
  it('is UTF-8 also where the last character was cut, but only where it was cut', () => {
    const whole = Buffer.from('온도')
    expect(encodingOf(whole.subarray(0, 5), true)).toBe('utf-8')
    expect(encodingOf(whole.subarray(0, 5), false)).toBe('euc-kr')
  })
})

describe('rows of a table', () => {
  it('have quotes, line ends of all systems, and at most so many', () => {
    expect(rowsOf('a,"b,1","c ""d"""\r\n1,2,3\n"x\ny",,\n', ',', 10)).toEqual([
      ['a', 'b,1', 'c "d"'],
      ['1', '2', '3'],
      ['x\ny', '', ''],
    ])
    expect(rowsOf('a\nb\nc\n', ',', 2)).toEqual([['a'], ['b']])
    expect(rowsOf('', ',', 2)).toEqual([])
  })
  it.each([
    [',', 'a,b,c\n1,2,3\n'],
    [';', 'a;b\n1,5;2,5\n3,5;4\n'],
    ['\t', 'x\ty\n1\t2\n'],
    ['|', 'x|y|z\n1|2|3\n'],
    [',', 'one column\nonly\n'],
  ])('are split by %j', (delimiter, text) => expect(delimiterOf(text)).toBe(delimiter))
  it('may have a header', () => {
    expect(
      hasHeader([
        ['t', 'p'],
        ['1', '2'],
      ]),
    ).toBe(true)
    expect(
      hasHeader([
        ['0', '1'],
        ['1', '2'],
      ]),
    ).toBe(false)
  })
})

describe('a picture', () => {
  it.each([
    ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
    ['image/jpeg', [0xff, 0xd8, 0xff, 0xe0]],
    ['image/gif', [...Buffer.from('GIF89a')]],
    ['image/webp', [...Buffer.from('RIFF0000WEBP')]],
    ['image/svg+xml', [...Buffer.from('<?xml version="1.0"?>\n<!-- made --><svg xmlns="x">')]],
    [undefined, [...Buffer.from('<html><svg></svg></html>')]],
    [undefined, [...Buffer.from('MZ')]],
    [undefined, []],
  ])('is %s by its bytes', (type, bytes) => expect(imageType(Uint8Array.from(bytes))).toBe(type))
})
