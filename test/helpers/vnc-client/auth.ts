import { createCipheriv } from 'node:crypto'

/** The key that all of VNC hides its password files with: no secret. */
const FILE_KEY = Buffer.from([23, 82, 107, 6, 35, 78, 88, 7])

/** DES, which OpenSSL 3 has no more by itself: triple DES with thrice the same key. VNC counts a key's bits from the other end. */
function des(key: Buffer, block: Buffer): Buffer {
  const turned = Buffer.from(
    key.map((byte) => Number.parseInt(byte.toString(2).padStart(8, '0').split('').toReversed().join(''), 2)),
  )
  const cipher = createCipheriv('des-ede3', Buffer.concat([turned, turned, turned]), null).setAutoPadding(false)
  return Buffer.concat([cipher.update(block), cipher.final()])
}

const eight = (password: string) => Buffer.concat([Buffer.from(password, 'latin1'), Buffer.alloc(8)]).subarray(0, 8)

/** The answer of VncAuth (RFC 6143, section 7.2.2) to the server's challenge of 16 bytes. */
export const answerChallenge = (password: string, challenge: Buffer): Buffer => des(eight(password), challenge)

/** A password file as vncpasswd(1) writes it, with a second password that only watches where it is given. */
export const passwordFile = (...passwords: readonly [full: string, viewOnly?: string]): Buffer =>
  Buffer.concat(passwords.map((password) => des(FILE_KEY, eight(password ?? ''))))
