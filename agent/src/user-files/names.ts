import { Failure } from '../kit/failure.ts'

/** Why a name cannot be stored; `details.reason` of a NAME_REFUSED answer. */
export type NameRefusal = 'empty' | 'too-long' | 'traversal' | 'control-character' | 'reserved'

/** Bytes of UTF-8 in one path segment: what Linux and macOS file systems hold. */
export const MAX_NAME_BYTES = 255
const MAX_FOLDER_DEPTH = 32

/** How the agent names files that are not whole yet; users cannot choose such a name. */
export const partialName = (id: string): string => `.upload-${id}.part`
const PARTIAL = /^\.upload-.*\.part$/i

// C0, DEL, C1, line separators, and the marks that turn the reading direction (`exe.txt` shown for `txt.exe`).
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u

const sentences: Record<NameRefusal, string> = {
  empty: 'The name is empty.',
  'too-long': `The name is longer than ${MAX_NAME_BYTES} bytes.`,
  traversal: 'The name would lead out of its folder.',
  'control-character': 'The name contains characters that cannot be shown.',
  reserved: 'The name is reserved for files that are still arriving.',
}

/** The answer to a name that cannot be stored. */
export const nameRefused = (reason: NameRefusal): Failure =>
  new Failure('NAME_REFUSED', sentences[reason], { details: { reason } })

/** What is wrong with `name` as one segment of a path; nothing is changed, so NFC is the caller's. */
export function refusalOf(name: string): NameRefusal | undefined {
  if (name.trim() === '') return 'empty'
  if (name === '.' || name === '..' || /[/\\]/.test(name)) return 'traversal'
  if (UNPRINTABLE.test(name) || !name.isWellFormed()) return 'control-character'
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return 'too-long'
  return undefined
}

/**
 * A file name as it is stored: NFC (macOS sends Hangul decomposed), one segment, at most 255 bytes.
 * Throws NAME_REFUSED with `details.reason`.
 */
export function storedName(name: string): string {
  const nfc = name.normalize('NFC')
  const refusal = refusalOf(nfc) ?? (PARTIAL.test(nfc) ? 'reserved' : undefined)
  if (refusal !== undefined) throw nameRefused(refusal)
  return nfc
}

/** The same for a folder with `/` between its segments; empty is the top. Throws NAME_REFUSED. */
export function storedFolder(folder: string): string {
  if (folder === '') return ''
  const segments = folder.split('/').map(storedName)
  if (segments.length > MAX_FOLDER_DEPTH) throw nameRefused('too-long')
  return segments.join('/')
}

/** What is longer than this behind the last dot is no extension. */
const MAX_EXTENSION = 16

/** `mesh.msh` → `mesh (2).msh`, never longer than a name may be. */
export function numberedName(name: string, number: number): string {
  if (number === 1) return name
  const dot = name.lastIndexOf('.')
  const extension = dot > 0 && name.length - dot <= MAX_EXTENSION ? name.slice(dot) : ''
  const suffix = ` (${number})${extension}`
  // By code point: half a character is none.
  const stem = Array.from(name.slice(0, name.length - extension.length))
  while (Buffer.byteLength(stem.join('') + suffix) > MAX_NAME_BYTES) stem.pop()
  return stem.join('') + suffix
}

/** The segments of a path in a user's area, each a plain name; none for the area itself. Throws NAME_REFUSED. */
export function segmentsOf(path: string): string[] {
  if (path === '') return []
  const segments = path.split('/')
  for (const segment of segments) {
    const refusal = refusalOf(segment)
    if (refusal !== undefined) throw nameRefused(refusal)
  }
  return segments
}
