import { createHash } from 'node:crypto'
import type { HostKey } from '../../../../contract/sites.ts'
import { appError } from '../../kit/app-error.ts'

/** The length-prefixed strings that a public key consists of (RFC 4253 section 6.6); undefined where it is damaged. */
function partsOf(key: Buffer): Buffer[] | undefined {
  const parts: Buffer[] = []
  let at = 0
  while (at < key.length) {
    if (key.length - at < 4) return undefined
    const length = key.readUInt32BE(at)
    if (length > key.length - at - 4) return undefined
    parts.push(key.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return parts
}

/** The type that a public key names itself: `ssh-ed25519`, `ssh-rsa` …; undefined where the key is damaged. */
export function keyType(key: Buffer): string | undefined {
  const parts = partsOf(key)
  const type = parts?.[0]?.toString('latin1')
  return parts !== undefined && parts.length > 1 && type !== undefined && /^[a-z0-9@.-]{1,100}$/.test(type)
    ? type
    : undefined
}

/** A public key (RFC 4253) as ssh prints it. Throws BAD_INPUT for a damaged one. */
export function fingerprint(key: Buffer): HostKey {
  const type = keyType(key)
  if (type === undefined) {
    throw appError('BAD_INPUT', { path: '/key', reason: 'no public key' }, 'The host key is damaged.')
  }
  return { type, fingerprint: `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}` }
}
