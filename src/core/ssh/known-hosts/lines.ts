import { keyType } from './key.ts'

/** One line of a known_hosts file that holds a key. Text is latin1, byte by byte. */
export interface KnownHostLine {
  marker: 'none' | 'cert-authority' | 'revoked'
  /** The first field: patterns separated by commas, or one hash. */
  names: string
  /** Where `names` begins in the line. */
  namesAt: number
  type: string
  key: Buffer
}

/** A byte order mark may come first, as Windows editors write it: a revocation must not be overlooked for that. */
const pattern =
  /^((?:\u00ef\u00bb\u00bf)?[ \t]*(?:(@[^ \t]*)[ \t]+)?)([^ \t]+)[ \t]+([^ \t]+)[ \t]+([A-Za-z0-9+/]+={0,2})(?:[ \t\r]|$)/

/**
 * Reads one line, after sshd(8) "SSH_KNOWN_HOSTS FILE FORMAT". Undefined for what ssh skips too: a comment, an unknown
 * marker, a damaged key, one whose type is not what its field says, protocol 1.
 */
export function readLine(text: string): KnownHostLine | undefined {
  const found = pattern.exec(text)
  if (found === null) return undefined
  const [, before = '', marker, names = '', type = '', base64 = ''] = found
  if (names.startsWith('#') || names.startsWith('@')) return undefined
  if (marker !== undefined && marker !== '@cert-authority' && marker !== '@revoked') return undefined
  const key = Buffer.from(base64, 'base64')
  if (keyType(key) !== type) return undefined
  return {
    marker: marker === '@revoked' ? 'revoked' : marker === '@cert-authority' ? 'cert-authority' : 'none',
    names,
    namesAt: before.length,
    type,
    key,
  }
}
