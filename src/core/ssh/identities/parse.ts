import { createPrivateKey } from 'node:crypto'
import ssh2 from 'ssh2'
import type { ParsedKey } from 'ssh2'
import { keyType } from '../known-hosts/key.ts'

/** What opening a private key gave. `unsupported` is a clause, in English: what is the matter with the key. */
export type OpenedKey = ParsedKey | 'wrong-passphrase' | { unsupported: string }

/** What the text of a key file says without its passphrase. */
export interface KeyFile {
  /** RFC 4253 blob, where the file tells it without a passphrase. */
  publicKey?: Buffer
  encrypted: boolean
  /** There is nothing secret in it. */
  isPublic?: true
  /** Why the key cannot be used by the built-in client, as far as that can be seen. */
  unsupported?: string
  open(passphrase: string | undefined): OpenedKey
}

const types = /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521))$/

/** Why the built-in client cannot sign with keys of this type; undefined where it can. */
function faultOfType(type: string | undefined): string | undefined {
  if (type === undefined) return 'the key is damaged'
  if (types.test(type)) return undefined
  if (type.includes('-cert-v0')) return 'a certificate, which needs the ssh program of the system'
  if (type.startsWith('sk-')) return 'a key on a security device (FIDO), which needs the ssh program of the system'
  return `keys of the type ${type} are not supported`
}

const noPrivateKey = 'only the public half of the key is here'

/** Reads what a key file is: OpenSSH's own format, PEM (PKCS#1, SEC 1, PKCS#8), PuTTY's version 2, or a public key. */
export function readKeyFile(text: string): KeyFile {
  const trimmed = text.replaceAll('\r\n', '\n').trim()
  if (trimmed.startsWith('-----BEGIN OPENSSH PRIVATE KEY-----')) return openSshFile(trimmed)
  if (/^-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/.test(trimmed)) return pkcs8File(trimmed)
  if (/^-----BEGIN (RSA|EC|DSA) PRIVATE KEY-----/.test(trimmed)) {
    return file(/^Proc-Type: *4,ENCRYPTED/m.test(trimmed), (passphrase) => parse(trimmed, passphrase))
  }
  if (trimmed.startsWith('PuTTY-User-Key-File-')) return puttyFile(trimmed)
  const publicKey = readPublicKey(trimmed)
  if (publicKey !== undefined) {
    const unsupported = faultOfType(typeOf(publicKey)) ?? noPrivateKey
    return { publicKey, encrypted: false, isPublic: true, unsupported, open: () => ({ unsupported }) }
  }
  return useless('no private key of a known format')
}

/** The blob of a public key as it stands in a `.pub` file: `type base64 comment`. */
export function readPublicKey(text: string): Buffer | undefined {
  const found = /^([a-z0-9@.-]+)[ \t]+([A-Za-z0-9+/]+={0,2})(?:[ \t\r\n]|$)/.exec(text.trim())
  const blob = Buffer.from(found?.[2] ?? '', 'base64')
  return found !== null && typeOf(blob) === found[1] ? blob : undefined
}

/** The type of a key or of a certificate, which has more in it than a key. */
function typeOf(blob: Buffer): string | undefined {
  const end = blob.length < 4 ? 0 : 4 + blob.readUInt32BE(0)
  return end > 4 && end < blob.length ? blob.toString('latin1', 4, end) : undefined
}

function useless(unsupported: string): KeyFile {
  return { encrypted: false, unsupported, open: () => ({ unsupported }) }
}

/** A file whose public half is known only once it is open; without a passphrase that can be done at once. */
function file(encrypted: boolean, open: (passphrase: string | undefined) => OpenedKey): KeyFile {
  if (encrypted) return { encrypted, open }
  const opened = open(undefined)
  if (opened === 'wrong-passphrase') return useless('the key is damaged')
  if ('unsupported' in opened) return useless(opened.unsupported)
  return { encrypted, publicKey: opened.getPublicSSH(), open: () => opened }
}

/** PROTOCOL.key of OpenSSH: the magic, cipher, key derivation, its options, and then the public keys in the clear. */
function openSshFile(text: string): KeyFile {
  const data = Buffer.from(text.replace(/-----[^\n]*-----/g, ''), 'base64')
  const magic = 'openssh-key-v1\0'
  if (data.subarray(0, magic.length).toString('latin1') !== magic) return useless('the key is damaged')
  let at = magic.length
  const next = (): Buffer | undefined => {
    if (at + 4 > data.length) return undefined
    const part = data.subarray(at + 4, at + 4 + data.readUInt32BE(at))
    at += 4 + data.readUInt32BE(at)
    return at > data.length ? undefined : part
  }
  const cipher = next()?.toString('latin1')
  next()
  next()
  at += 4
  const blob = next()
  if (cipher === undefined || blob === undefined) return useless('the key is damaged')
  const publicKey = Buffer.from(blob)
  const encrypted = cipher !== 'none'
  const unsupported = faultOfType(keyType(publicKey))
  if (unsupported !== undefined) return { publicKey, encrypted, unsupported, open: () => ({ unsupported }) }
  return { publicKey, encrypted, open: (passphrase) => parse(text, passphrase) }
}

/** ssh2 cannot read PKCS#8, Node can: it is turned into the older PEM of its kind. */
function pkcs8File(text: string): KeyFile {
  return file(text.startsWith('-----BEGIN ENCRYPTED'), (passphrase) => {
    try {
      const key = createPrivateKey({ key: text, ...(passphrase === undefined ? {} : { passphrase }) })
      const kind = key.asymmetricKeyType
      if (kind !== 'rsa' && kind !== 'ec') return { unsupported: `a ${kind} key in PKCS#8; ssh-keygen -p rewrites it` }
      return parse(key.export({ type: kind === 'rsa' ? 'pkcs1' : 'sec1', format: 'pem' }).toString(), undefined)
    } catch (error) {
      return faultOf(error, text.startsWith('-----BEGIN ENCRYPTED'))
    }
  })
}

function puttyFile(text: string): KeyFile {
  const version = /^PuTTY-User-Key-File-(\d+): (\S+)/.exec(text)
  if (version?.[1] !== '2' || version[2] !== 'ssh-rsa') {
    return useless('a PuTTY key of this kind is not supported; PuTTYgen exports it in the format of OpenSSH')
  }
  const base64 = /^Public-Lines: \d+\n([A-Za-z0-9+/=\n]+?)\nPrivate-Lines:/m.exec(text)?.[1] ?? ''
  const publicKey = Buffer.from(base64, 'base64')
  if (keyType(publicKey) !== version[2]) return useless('the key is damaged')
  const encrypted = !/^Encryption: none$/m.test(text)
  return { publicKey, encrypted, open: (passphrase) => parse(text, passphrase) }
}

function parse(text: string, passphrase: string | undefined): OpenedKey {
  try {
    const parsed: unknown = ssh2.utils.parseKey(text, passphrase)
    if (parsed instanceof Error) return faultOf(parsed, passphrase !== undefined)
    const key = (Array.isArray(parsed) ? parsed[0] : parsed) as ParsedKey | undefined
    if (key === undefined) return { unsupported: 'the key is damaged' }
    const unsupported = faultOfType(key.type)
    if (unsupported !== undefined) return { unsupported }
    return key.isPrivateKey() ? key : { unsupported: noPrivateKey }
  } catch (error) {
    return faultOf(error, passphrase !== undefined)
  }
}

/**
 * Tells a wrong passphrase from a key that never opens. A wrong one shows as anything: a failed check, padding, bytes that make
 * no key; what names its cause differently is none.
 */
function faultOf(error: unknown, isEncrypted: boolean): OpenedKey {
  const message = error instanceof Error ? error.message : String(error)
  if (/no passphrase given/i.test(message)) return 'wrong-passphrase'
  const isCause = /unsupported (cipher|kdf|openssh key magic|key format|private key ec oid)|not supported/i.test(
    message,
  )
  return isEncrypted && !isCause ? 'wrong-passphrase' : { unsupported: message }
}
