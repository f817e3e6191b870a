import { createHash, X509Certificate } from 'node:crypto'
import { Duplex, duplexPair, PassThrough, Transform } from 'node:stream'
import { TLSSocket } from 'node:tls'
import type { ServerKey } from '../../../helpers/certificates.ts'

/** SHA-256 of the DER, in hex, as a session writes it. */
export const fingerprint = ({ cert }: ServerKey): string =>
  createHash('sha256').update(new X509Certificate(cert).raw).digest('hex')

export const bytes = (...parts: readonly (string | readonly number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))))

/** All that a server says before TLS, where it need not wait for anything. */
export const prelude = bytes('RFB 003.008\n', [2, 2, 19], [0, 2], [0], [2], [0, 0, 1, 2], [0, 0, 1, 5], [1])
/** What a client says to that. */
export const answers = bytes('RFB 003.008\n', [19], [0, 2], [0, 0, 1, 5])

/** A stream cut into pieces of these sizes, again and again; none: as it comes. */
function cut(sizes: readonly number[]): Transform {
  let at = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      for (let from = 0; from < chunk.length;) {
        const size = sizes.length === 0 ? chunk.length : Math.max(1, sizes[at++ % sizes.length] ?? 1)
        this.push(chunk.subarray(from, from + size))
        from += size
      }
      done()
    },
  })
}

/** A client's stream and the server's, between which what the server says is cut. */
export function wire(sizes: readonly number[] = []): { client: Duplex; server: Duplex } {
  const [near, middle] = duplexPair()
  const said = new PassThrough()
  const server = Duplex.from({ readable: middle.pipe(new PassThrough()), writable: said })
  said.pipe(cut(sizes)).pipe(middle)
  for (const stream of [near, middle, server, said]) stream.on('error', () => undefined)
  near.once('close', () => {
    middle.destroy()
    server.destroy()
  })
  server.once('close', () => middle.destroy())
  return { client: near, server }
}

/** Says all of it at once, hears the answers, and goes on in TLS. Rejects where the answers are others. */
export async function serveSecured(server: Duplex, { key, cert }: ServerKey, said = prelude): Promise<TLSSocket> {
  server.write(said)
  const heard: Buffer[] = []
  let length = 0
  while (length < answers.length) {
    const chunk = server.read(answers.length - length) as Buffer | null
    if (chunk === null) await new Promise((resolve) => server.once('readable', resolve))
    else {
      heard.push(chunk)
      length += chunk.length
    }
  }
  if (!Buffer.concat(heard).equals(answers)) throw new Error(`heard ${Buffer.concat(heard).toString('hex')}`)
  const secure = new TLSSocket(server, { isServer: true, key, cert })
  secure.on('error', () => undefined)
  return secure
}
