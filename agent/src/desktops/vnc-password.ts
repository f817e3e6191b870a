import { createCipheriv, randomInt } from 'node:crypto'

/** VncAuth takes no more of a password (RFC 6143, section 7.2.2). */
export const PASSWORD_LENGTH = 8
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/**
 * The key that every VNC server hides its password files with: it is in the sources of all of them (TigerVNC,
 * `common/rfb/obfuscate.cxx`) and protects nothing, the file's mode does.
 */
const KEY = [23, 82, 107, 6, 35, 78, 88, 7]

/** VNC's DES takes the bits of each byte of a key in the opposite order of everybody else's. */
const reversed = (byte: number): number =>
  Number.parseInt(byte.toString(2).padStart(8, '0').split('').toReversed().join(''), 2)

/**
 * One entry of a password file as `vncpasswd -f` writes it, 8 bytes: the password, cut or filled up with zeros to 8 bytes, as
 * one block of DES. OpenSSL offers plain DES no more; triple DES with one key three times is the same.
 */
export function obfuscated(password: string): Buffer {
  const block = Buffer.alloc(PASSWORD_LENGTH)
  Buffer.from(password, 'latin1').copy(block)
  const key = Buffer.from(KEY.map(reversed))
  const cipher = createCipheriv('des-ede3-ecb', Buffer.concat([key, key, key]), null).setAutoPadding(false)
  return Buffer.concat([cipher.update(block), cipher.final()])
}

/** Letters and digits of the system's generator. */
export const newPassword = (): string =>
  Array.from({ length: PASSWORD_LENGTH }, () => LETTERS[randomInt(LETTERS.length)] ?? '').join('')
