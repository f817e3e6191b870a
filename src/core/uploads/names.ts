import type { ErrorData } from '../../../contract/errors.ts'

type NameRefusal = ErrorData['NAME_REFUSED']['reason']

const MAX_NAME_BYTES = 255
const MAX_FOLDER_DEPTH = 32
// C0, DEL, C1, line separators, and the marks that turn the reading direction (`exe.txt` shown for `txt.exe`).
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u
/** How the agent names files that are still arriving. */
const PARTIAL = /^\.upload-.*\.part$/i

/** Why the agent would not store a file or folder of this name (in NFC); it has the last word. */
function refusalOf(segment: string): NameRefusal | undefined {
  if (segment.trim() === '') return 'empty'
  if (segment === '.' || segment === '..' || /[/\\]/.test(segment)) return 'traversal'
  if (UNPRINTABLE.test(segment) || !segment.isWellFormed()) return 'control-character'
  if (Buffer.byteLength(segment) > MAX_NAME_BYTES) return 'too-long'
  return PARTIAL.test(segment) ? 'reserved' : undefined
}

/** The same for a file in its folder (`/` between segments, empty at the top), checked before anything is sent. */
export function nameRefusal(name: string, folder: string): NameRefusal | undefined {
  const segments = folder === '' ? [] : folder.split('/')
  if (segments.length > MAX_FOLDER_DEPTH) return 'too-long'
  return [...segments, name].map(refusalOf).find((reason) => reason !== undefined)
}
