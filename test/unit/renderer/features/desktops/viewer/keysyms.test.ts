import { describe, expect, it } from 'vitest'
import {
  functionKeys,
  keysymOf,
  koreanKeys,
  runsOf,
  specialKeys,
} from '../../../../../../src/renderer/features/desktops/viewer/keysyms.ts'

describe('keysyms', () => {
  it('are Latin-1 itself, and Unicode above 0x01000000', () => {
    expect(['a', '~', 'é', 'ÿ'].map(keysymOf)).toEqual([0x61, 0x7e, 0xe9, 0xff])
    expect(['한', '€', '🙂'].map(keysymOf)).toEqual([0x0100d55c, 0x010020ac, 0x0101f642])
  })

  it('of control characters are those of their keys', () => {
    expect(['\n', '\r', '\t', '\b'].map(keysymOf)).toEqual([0xff0d, 0xff0d, 0xff09, 0xff08])
  })

  it('of 한/영 and 한자 are what X calls Hangul and Hangul_Hanja', () => {
    expect(koreanKeys.map(({ keys }) => keys[0]?.keysym)).toEqual([0xff31, 0xff34])
  })

  it('has an id for every key of the menu', () => {
    const ids = [...specialKeys, ...koreanKeys, ...functionKeys].map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(functionKeys.map(({ keys }) => keys[0]?.keysym)).toEqual(Array.from({ length: 12 }, (_, i) => 0xffbe + i))
  })
})

describe('runsOf', () => {
  it('parts what every server has a key for from what it has not', () => {
    expect(runsOf('ab 가나 c\u00e9\r\n')).toEqual([
      { keys: true, text: 'ab ' },
      { keys: false, text: '가나' },
      { keys: true, text: ' c' },
      { keys: false, text: 'é' },
      { keys: true, text: '\n' },
    ])
  })

  it('composes syllables of their letters', () => {
    expect(runsOf('\u1112\u1161\u11ab')).toEqual([{ keys: false, text: '한' }])
  })

  it('keeps characters beyond 16 bits whole', () => expect(runsOf('🙂')).toEqual([{ keys: false, text: '🙂' }]))
})
