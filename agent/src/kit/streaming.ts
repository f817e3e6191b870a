import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'

/** Answers with a stream that may stay open for long. */
export function sendStream(reply: FastifyReply, type: string, source: AsyncGenerator<Buffer, void>): void {
  async function* opened() {
    // Pulled once the answer's headers stand: the client learns at once that it is connected, before the first byte.
    reply.raw.flushHeaders()
    yield* source
  }
  reply
    .header('Content-Type', type)
    .header('X-Content-Type-Options', 'nosniff')
    .header('Cache-Control', 'no-store')
    // Proxies of the nginx kind would hold a stream back until it ends.
    .header('X-Accel-Buffering', 'no')
    .send(Readable.from(opened(), { objectMode: false, highWaterMark: 65_536 }))
}

/** Aborted when the client of this answer has gone away; at once where it has gone already. */
export function whileConnected(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  if (reply.raw.destroyed) gone.abort()
  else reply.raw.once('close', () => gone.abort())
  return gone.signal
}

/** The same, and aborted when the one it answers may not ask any more: for answers that stay open. */
export const whileAllowed = (reply: FastifyReply): AbortSignal =>
  AbortSignal.any([whileConnected(reply), reply.whileAllowed()])

/** A flag of a query: `1` or `true`. */
export const isOn = (flag: string | undefined): boolean => flag === '1' || flag === 'true'
