import { describe, expect, it } from 'vitest'
import { readArrayRange } from '../../../../contract/array-range.ts'

describe('a range of an array', () => {
  it.each([
    ['0-15', { total: 16, highest: 15 }],
    ['0-15%4', { total: 16, atOnce: 4, highest: 15 }],
    ['1,3,7-9:2', { total: 4, highest: 9 }],
    ['5', { total: 1, highest: 5 }],
    ['1-3,2-4', { total: 4, highest: 4 }],
    ['0-9999999', { total: 10_000_000, highest: 9_999_999 }],
  ])('%s is counted', (text, expected) => expect(readArrayRange(text)).toEqual(expected))

  it.each(['', '3-1', '1-', 'a', '1-5:0', '1%0', '1;2', '-3', '1,,2'])('%j is none', (text) =>
    expect(readArrayRange(text)).toBeUndefined(),
  )
})
