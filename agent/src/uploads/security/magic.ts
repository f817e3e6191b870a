import { findingSentence } from '../../../../contract/agent/security.ts'

/** What the first bytes of a file say that it is. */
export type Content =
  | 'elf'
  | 'pe'
  | 'mach-o'
  | 'zip'
  | 'gzip'
  | 'tar'
  | 'bzip2'
  | 'xz'
  | 'zstd'
  | '7z'
  | 'pdf'
  | 'hdf5'
  | 'png'
  | 'jpeg'
  | 'text'
  | 'binary'
  | 'empty'

/** Enough for every pattern below: tar has its mark at 257, PE usually within the first KiB. */
export const HEAD_BYTES = 4096

const signatures: [Content, number[]][] = [
  ['elf', [0x7f, 0x45, 0x4c, 0x46]],
  ['mach-o', [0xfe, 0xed, 0xfa, 0xce]],
  ['mach-o', [0xfe, 0xed, 0xfa, 0xcf]],
  ['mach-o', [0xce, 0xfa, 0xed, 0xfe]],
  ['mach-o', [0xcf, 0xfa, 0xed, 0xfe]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  ['zip', [0x50, 0x4b, 0x05, 0x06]],
  ['gzip', [0x1f, 0x8b]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['7z', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
  ['pdf', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['hdf5', [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['jpeg', [0xff, 0xd8, 0xff]],
]

const startsWith = (head: Buffer, bytes: number[]): boolean =>
  head.length >= bytes.length && bytes.every((byte, at) => head[at] === byte)

/** A universal binary shares its mark with Java classes, whose version (45 and up) stands where it counts its parts. */
const isUniversal = (head: Buffer): boolean =>
  head.length >= 8 && [0xcafebabe, 0xcafebabf].includes(head.readUInt32BE(0)) && head.readUInt32BE(4) < 45

/** Where no program's second header begins any more, in bytes: before it stands a stub for DOS, no more. */
const MAX_STUB = 1 << 24
const AT_SECOND = 0x3c

/**
 * A program for DOS or Windows: `MZ`, and behind its header with zeros that of Windows, where its last field points to (PE
 * format, 3.1). `MZ` alone may begin a text, and one binary file of 65,536.
 */
function isPe(head: Buffer): boolean {
  if (!startsWith(head, [0x4d, 0x5a]) || !head.subarray(0, 64).includes(0)) return false
  if (head.length < AT_SECOND + 4) return true
  const second = head.readUInt32LE(AT_SECOND)
  if (second + 4 > head.length) return second < MAX_STUB
  return second === 0 || ['PE', 'NE', 'LE', 'LX'].includes(head.toString('latin1', second, second + 2))
}

const isTar = (head: Buffer): boolean => head.length >= 262 && head.toString('latin1', 257, 262) === 'ustar'

function isText(head: Buffer): boolean {
  const utf16 = startsWith(head, [0xff, 0xfe]) || startsWith(head, [0xfe, 0xff])
  return utf16 || !head.includes(0)
}

/** What a file is by its first `HEAD_BYTES` (fewer where it is shorter), whatever it is called. */
export function contentOf(head: Buffer): Content {
  if (head.length === 0) return 'empty'
  for (const [content, bytes] of signatures) if (startsWith(head, bytes)) return content
  if (isUniversal(head)) return 'mach-o'
  if (isPe(head)) return 'pe'
  if (isTar(head)) return 'tar'
  return isText(head) ? 'text' : 'binary'
}

/** The sentence about a program or shared library; undefined for everything else. Scripts are what jobs are made of. */
export function executableWarning(content: Content): string | undefined {
  return content === 'elf' || content === 'pe' || content === 'mach-o' ? findingSentence(content) : undefined
}
