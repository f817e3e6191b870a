import type { LogEncoding } from '../../../contract/logs.ts'

// Node's own `euc-kr` is KS X 1001 alone, with 2,350 syllables. Windows writes code page 949, as a browser's `euc-kr` reads
// it: the other 8,822 syllables stand, in Unicode's order, in the places that KS X 1001 leaves free, row after row.
const FIRST_SYLLABLE = 0xac00
const LAST_SYLLABLE = 0xd7a3
const LETTERS = [...range(0x41, 0x5a), ...range(0x61, 0x7a)]

interface Table {
  characters: Map<number, string>
  codes: Map<string, number>
}
let made: Table | undefined

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

/** Characters by their two bytes; made when it is first needed. */
function codePage949(): Table {
  const characters = new Map<number, string>()
  const decoder = new TextDecoder('euc-kr')
  for (const lead of range(0xa1, 0xfe)) {
    for (const trail of range(0xa1, 0xfe)) {
      const character = decoder.decode(Buffer.from([lead, trail]))
      if (character.length === 1 && character !== '\ufffd') characters.set((lead << 8) | trail, character)
    }
  }
  const known = new Set(characters.values())
  const places = range(0x81, 0xc6).flatMap((lead) =>
    [...LETTERS, ...range(0x81, lead <= 0xa0 ? 0xfe : 0xa0)].map((trail) => (lead << 8) | trail),
  )
  const others = range(FIRST_SYLLABLE, LAST_SYLLABLE)
    .map((code) => String.fromCharCode(code))
    .filter((syllable) => !known.has(syllable))
  for (const [index, syllable] of others.entries()) characters.set(places[index] ?? 0, syllable)
  return { characters, codes: new Map([...characters].map(([code, character]) => [character, code])) }
}

/** A text as bytes of an encoding; undefined where it has a character that the encoding lacks: it cannot be in the file. */
export function encodeText(text: string, encoding: LogEncoding): Buffer | undefined {
  if (encoding === 'utf-8') return Buffer.from(text)
  const bytes: number[] = []
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (code < 0x80 || (encoding === 'latin1' && code < 0x100)) bytes.push(code)
    else {
      const pair = encoding === 'euc-kr' ? (made ??= codePage949()).codes.get(character) : undefined
      if (pair === undefined) return undefined
      bytes.push(pair >> 8, pair & 0xff)
    }
  }
  return Buffer.from(bytes)
}

/** Never throws: what is no text becomes U+FFFD. */
export function decodeText(bytes: Buffer, encoding: LogEncoding): string {
  if (encoding === 'latin1') return bytes.toString('latin1')
  if (encoding === 'utf-8') return bytes.toString('utf8')
  const { characters } = (made ??= codePage949())
  let text = ''
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0
    const character = byte < 0x80 ? String.fromCharCode(byte) : characters.get((byte << 8) | (bytes[at + 1] ?? 0))
    text += character ?? '\ufffd'
    if (byte >= 0x80 && character !== undefined) at += 1
  }
  return text
}
