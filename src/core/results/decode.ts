/** Encodings that files of engineers here come in; Windows programs in Korea still write CP949 (`euc-kr` on the web). */
const marks: readonly (readonly [string, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
]

/** How many bytes at the end may be the beginning of a character that was cut. */
const LONGEST_CHARACTER = 4

/** The encoding of a text by its mark or its bytes; UTF-8 where they fit it, else CP949. `cut`: it may end inside a character. */
export function encodingOf(bytes: Uint8Array, cut: boolean): string {
  const marked = marks.find(([, mark]) => mark.every((byte, i) => bytes[i] === byte))
  if (marked !== undefined) return marked[0]
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
