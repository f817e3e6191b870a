import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { answerChallenge } from './auth.ts'
import { bytesOf, type Bytes } from './bytes.ts'

/** Numbers of security types (RFC 6143, section 7.1.2, and VeNCrypt's own). */
const NONE = 1
const VNC_AUTH = 2
const VENCRYPT = 19
const X509_VNC = 261

export interface Credentials {
  /** VncAuth's; without it only servers that ask for nothing are entered. */
  password?: string
  /** SHA-256 of the server's certificate (DER, hex): nothing but VeNCrypt's X509Vnc with this one will do. */
  certificate?: string
}

/** From the first byte to the server's yes: the stream to go on with (TLS where it was agreed on). Fails with the server's words. */
export async function handshake(plain: Duplex, { password, certificate }: Credentials): Promise<[Duplex, Bytes]> {
  let stream = plain
  let bytes = bytesOf(plain)
  const version = (await bytes.read(12)).toString()
  if (version !== 'RFB 003.008\n') throw new Error(`The server greets with "${version.trim()}".`)
  stream.write(version)

  const count = await bytes.u8()
  if (count === 0) throw new Error(await bytes.text())
  const offered = [...(await bytes.read(count))]
  const wanted = certificate === undefined ? (password === undefined ? NONE : VNC_AUTH) : VENCRYPT
  if (!offered.includes(wanted)) throw new Error(`The server offers the security types ${offered.join(', ')} alone.`)
  stream.write(Buffer.from([wanted]))
  if (certificate !== undefined) [stream, bytes] = await encrypt(stream, bytes, certificate)
  if (password !== undefined) stream.write(answerChallenge(password, await bytes.read(16)))
  if ((await bytes.u32()) !== 0) throw new Error(await bytes.text())
  return [stream, bytes]
}

async function encrypt(plain: Duplex, bytes: Bytes, certificate: string): Promise<[Duplex, Bytes]> {
  const version = await bytes.u16()
  if (version < 2) throw new Error(`The server speaks VeNCrypt 0.${version}.`)
  plain.write(Buffer.from([0, 2]))
  if ((await bytes.u8()) !== 0) throw new Error('The server refuses VeNCrypt 0.2.')
  const offered: number[] = []
  for (let left = await bytes.u8(); left > 0; left--) offered.push(await bytes.u32())
  if (!offered.includes(X509_VNC)) throw new Error(`The server offers VeNCrypt's ${offered.join(', ')} alone.`)
  const choice = Buffer.alloc(4)
  choice.writeUInt32BE(X509_VNC)
  plain.write(choice)
  if ((await bytes.u8()) !== 1) throw new Error('The server refuses X509Vnc.')
  bytes.release()
  // Signed by itself: its fingerprint says whose it is.
  const secure = connectTls({ socket: plain, rejectUnauthorized: false })
  await once(secure, 'secureConnect')
  const found = createHash('sha256').update(secure.getPeerCertificate().raw).digest('hex')
  if (found !== certificate) throw new Error(`The server's certificate is ${found}.`)
  return [secure, bytesOf(secure)]
}
