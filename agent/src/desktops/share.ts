import { createHmac, timingSafeEqual } from 'node:crypto'
import { PASSWORD_LENGTH } from './vnc-password.ts'

/** The id and the password of a code that a colleague was given; an id may have hyphens, a password has none. */
export function codeParts(code: string): { id: string; password: string } {
  const at = code.length - PASSWORD_LENGTH - 1
  return { id: code.slice(0, at), password: code.slice(at + 1) }
}

export const codeOf = (id: string, password: string): string => `${id}-${password}`

/**
 * What is kept in the place of a colleague's password. Eight letters could be tried out against a plain hash, so the agent's
 * own secret, which is not in the database, takes part.
 */
export const shareDigest = (secret: string, number: number, password: string): string =>
  createHmac('sha256', secret).update(`desktop ${number} ${password}`).digest('hex')

/** Takes as long whether there is something to compare with or not. */
export function isShare(kept: string | undefined, given: string): boolean {
  const expected = Buffer.alloc(64)
  expected.write(kept ?? '', 'latin1')
  return timingSafeEqual(expected, Buffer.from(given.padEnd(64).slice(0, 64), 'latin1')) && kept !== undefined
}
