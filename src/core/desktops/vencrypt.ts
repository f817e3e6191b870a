import { createHash } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { reasonOf } from '../kit/wait.ts'
import { EndedEarly, readBytes } from './bytes.ts'
import { isVersion38, NotRfb, readVersion, VERSION_3_8 } from './rfb.ts'

/** Security types of RFB: RFC 6143, section 7.1.2, and the community's registry of them. */
const VENCRYPT = 19
/** VeNCrypt 0.2: inside TLS with a certificate of the server's, a password as of VncAuth. */
const X509_VNC = 261
const VERSION_0_2 = Buffer.from([0, 2])
const longestReason = 1000

/** The server refuses the connection, in its own words. */
export class Refused extends Error {}

/**
 * Begins RFB 3.8 with a server on the cluster's network and secures it: VeNCrypt 0.2, X509Vnc, TLS. The certificate is one that the
 * session made for itself, so no authority vouches for it: `certificate` is the SHA-256 of its DER, in hex, and nothing but TLS's own
 * is sent before it is compared. What follows on the stream is VncAuth's challenge. Rejects with NotRfb where it is not that server,
 * Refused, EndedEarly, the stream's error, or the signal's reason; the stream is destroyed then.
 */
export async function secure(stream: Duplex, certificate: string, signal: AbortSignal): Promise<Duplex> {
  try {
    await chooseX509(stream, signal)
    return await overTls(stream, certificate, signal)
  } catch (error) {
    stream.destroy()
    throw error
  }
}

async function chooseX509(stream: Duplex, signal: AbortSignal): Promise<void> {
  const byte = async (): Promise<number> => (await readBytes(stream, 1, signal)).readUInt8()
  const version = await readVersion(stream, signal)
  if (!isVersion38(version)) throw new NotRfb(`what answers there speaks ${version.toString('latin1').trim()}`)
  stream.write(VERSION_3_8)

  const count = await byte()
  if (count === 0) throw new Refused(await reasonOfRefusal(stream, signal))
  if (!(await readBytes(stream, count, signal)).includes(VENCRYPT))
    throw new NotRfb('what answers there has no encryption')
  stream.write(Buffer.from([VENCRYPT]))

  const [major = 0, minor = 0] = await readBytes(stream, 2, signal)
  if (major === 0 && minor < 2) throw new NotRfb(`what answers there speaks VeNCrypt ${major}.${minor}`)
  stream.write(VERSION_0_2)
  if ((await byte()) !== 0) throw new NotRfb('what answers there speaks no VeNCrypt 0.2')

  const subtypes = await readBytes(stream, 4 * (await byte()), signal)
  const offered = Array.from({ length: subtypes.length / 4 }, (_, at) => subtypes.readUInt32BE(4 * at))
  if (!offered.includes(X509_VNC)) throw new NotRfb('what answers there has no certificate')
  const choice = Buffer.alloc(4)
  choice.writeUInt32BE(X509_VNC)
  stream.write(choice)
  if ((await byte()) !== 1) throw new Refused('it does not begin TLS')
}

/** A text of the server's with its length before it, cut to what can be shown. */
async function reasonOfRefusal(stream: Duplex, signal: AbortSignal): Promise<string> {
  const length = (await readBytes(stream, 4, signal)).readUInt32BE()
  const text = await readBytes(stream, Math.min(length, longestReason), signal)
  return text
    .toString('utf8')
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
}

function overTls(stream: Duplex, certificate: string, signal: AbortSignal): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    // Who it is, is seen below: no authority knows it, and it has no name.
    const socket = connectTls({ socket: stream, rejectUnauthorized: false, minVersion: 'TLSv1.2' })
    const settle = (act: () => void): void => {
      signal.removeEventListener('abort', abort)
      socket.off('close', ended)
      act()
    }
    const fail = (error: Error): void => {
      settle(() => reject(error))
      socket.destroy()
    }
    const abort = (): void => fail(reasonOf(signal))
    const ended = (): void => fail(stream.errored ?? new EndedEarly('it was closed before TLS'))
    signal.addEventListener('abort', abort, { once: true })
    socket.once('close', ended)
    // Stays: an error later is followed by a close, which is what counts.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const { code = '' } = error
      if (code.startsWith('ERR_SSL_') || code === 'EPROTO') fail(new NotRfb(error.message))
      else ended()
    })
    stream.once('close', () => socket.destroy())
    socket.once('close', () => stream.destroy())
    socket.once('secureConnect', () => {
      const { raw } = socket.getPeerCertificate() as { raw?: Buffer }
      const found = raw === undefined ? '' : createHash('sha256').update(raw).digest('hex')
      if (found !== certificate) return fail(new NotRfb('what answers there has another certificate than the session'))
      settle(() => resolve(socket))
    })
  })
}
