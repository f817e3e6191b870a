import { createCipheriv, createHash, createHmac, generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ParsedKey } from 'ssh2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findIdentities } from '../../../../../src/core/ssh/identities/index.ts'
import { wire } from './wire.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-putty-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const sha1 = (...parts: (string | Buffer)[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha1')).digest()
const base64Lines = (bytes: Buffer) => bytes.toString('base64').match(/.{1,64}/g) ?? []

/** A number of a JSON Web Key as a positive `mpint` (RFC 4251 section 5). */
function mpint(value = ''): Buffer {
  const bytes = Buffer.from(value, 'base64url')
  return wire((bytes[0] ?? 0) > 127 ? Buffer.concat([Buffer.of(0), bytes]) : bytes)
}

describe("PuTTY's version 2", () => {
  const passphrase = 'secret'
  /** A file as PuTTYgen writes it, by appendix C of PuTTY's manual (version 2), and the public half. */
  function puttyFile(encryption: 'none' | 'aes256-cbc'): { content: string; publicKey: Buffer } {
    const jwk = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })
    const publicKey = Buffer.concat([wire('ssh-rsa'), mpint(jwk.e), mpint(jwk.n)])
    let secret = Buffer.concat([mpint(jwk.d), mpint(jwk.p), mpint(jwk.q), mpint(jwk.qi)])
    if (encryption !== 'none')
      secret = Buffer.concat([secret, sha1(secret).subarray(0, (16 - (secret.length % 16)) % 16)])
    const macKey = sha1('putty-private-key-file-mac-key', encryption === 'none' ? '' : passphrase)
    const macData = Buffer.concat(['ssh-rsa', encryption, 'mine', publicKey, secret].map(wire))
    const mac = createHmac('sha1', macKey).update(macData).digest('hex')
    const key = Buffer.concat([sha1(Buffer.alloc(4), passphrase), sha1(Buffer.of(0, 0, 0, 1), passphrase)]).subarray(
      0,
      32,
    )
    const cipher = createCipheriv('aes-256-cbc', key, Buffer.alloc(16)).setAutoPadding(false)
    const stored = encryption === 'none' ? secret : Buffer.concat([cipher.update(secret), cipher.final()])
    const content = [
      'PuTTY-User-Key-File-2: ssh-rsa',
      `Encryption: ${encryption}`,
      'Comment: mine',
      `Public-Lines: ${base64Lines(publicKey).length}`,
      ...base64Lines(publicKey),
      `Private-Lines: ${base64Lines(stored).length}`,
      ...base64Lines(stored),
      `Private-MAC: ${mac}`,
      '',
    ].join('\r\n')
    return { content, publicKey }
  }

  it.each(['none', 'aes256-cbc'] as const)('is opened, encryption: %s', async (encryption) => {
    const path = join(folder, 'key.ppk')
    const { content, publicKey } = puttyFile(encryption)
    await writeFile(path, content, { mode: 0o600 })
    const [identity] = await findIdentities({ identityFiles: [path] }, { home: folder })
    if (identity === undefined) throw new Error('nothing was found')
    expect(identity).toMatchObject({ encrypted: encryption !== 'none', publicKey })
    if (encryption !== 'none') {
      expect(identity.parse()).toBe('wrong-passphrase')
      expect(identity.parse('wrong')).toBe('wrong-passphrase')
    }
    const opened = identity.parse(encryption === 'none' ? undefined : passphrase) as ParsedKey
    expect(opened.getPublicSSH()).toEqual(publicKey)
    expect(opened.verify('data', opened.sign('data'))).toBe(true)
  })
})
