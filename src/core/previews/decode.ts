import type { TextEncoding } from '../../../contract/results.ts'

/** Encodings that files of engineers here come in; Windows programs in Korea still write CP949 (`euc-kr` on the web). */
const marks: readonly (readonly [TextEncoding, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
]

/** How many bytes at the end may be the beginning of a character that was cut. */
const LONGEST_CHARACTER = 4

/** Control characters but white space, and what stands for bytes that are no character. */
const isNoText = (code: number): boolean => code < 9 || (code > 13 && code < 32) || code === 0xfffd

/** UTF-16 without a mark: much of it is Latin, half of whose bytes are zero, and nothing is a control character. */
function bareUtf16(bytes: Uint8Array): TextEncoding | undefined {
  const sample = bytes.subarray(0, 4096 & ~1)
  const zeros = [0, 0]
  sample.forEach((byte, i) => {
    if (byte === 0) zeros[i % 2] = (zeros[i % 2] ?? 0) + 1
  })
  const [even = 0, odd = 0] = zeros
  if (8 * Math.max(even, odd) < sample.length) return undefined
  const encoding = odd > even ? 'utf-16le' : 'utf-16be'
  // A cut may leave half of a pair behind.
  const text = textOf(sample, encoding).slice(0, -1)
  return Array.from(text, (c) => c.charCodeAt(0)).some(isNoText) ? undefined : encoding
}

/** The encoding of a text by its mark or its bytes; UTF-8 where they fit it, else CP949. `cut`: it may end inside a character. */
export function encodingOf(bytes: Uint8Array, cut: boolean): TextEncoding {
  const marked = marks.find(([, mark]) => mark.every((byte, i) => bytes[i] === byte))
  if (marked !== undefined) return marked[0]
  const bare = bareUtf16(bytes)
  if (bare !== undefined) return bare
  for (let less = 0; less <= (cut ? LONGEST_CHARACTER : 0); less++) {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, bytes.length - less))
      return 'utf-8'
    } catch {
      // Perhaps only the last character was cut.
    }
  }
  return 'euc-kr'
}

export const textOf = (bytes: Uint8Array, encoding: string): string => new TextDecoder(encoding).decode(bytes)

/** Whether somebody would read it: no zeros, unless it is UTF-16. */
export function isText(bytes: Uint8Array, encoding: string): boolean {
  return encoding.startsWith('utf-16') || !bytes.includes(0)
}
