import type { Duplex } from 'node:stream'
import { reasonOf } from '../kit/wait.ts'

/** The other side ended before it said what it had to. */
export class EndedEarly extends Error {}

/**
 * Exactly so many bytes; what follows them stays in the stream. Reads one after the other only, of a stream that nobody else reads.
 * Rejects with EndedEarly, the stream's error, or the signal's reason.
 */
export async function readBytes(stream: Duplex, length: number, signal: AbortSignal): Promise<Buffer> {
  const parts: Buffer[] = []
  for (let left = length; left > 0;) {
    signal.throwIfAborted()
    // Never less than there is: a stream is `readable` again and again as long as something is left in it.
    const part = stream.read(Math.min(left, stream.readableLength)) as Buffer | null
    if (part !== null) {
      parts.push(part)
      left -= part.length
    } else if (stream.readableEnded || stream.destroyed) throw stream.errored ?? new EndedEarly('it was closed')
    else await moved(stream, signal)
  }
  return Buffer.concat(parts)
}

/** Resolves when there may be more to read, or nothing more will come. */
function moved(stream: Duplex, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      signal.removeEventListener('abort', abort)
      for (const event of events) stream.off(event, done)
    }
    const done = (): void => {
      stop()
      resolve()
    }
    const abort = (): void => {
      stop()
      reject(reasonOf(signal))
    }
    const events = ['readable', 'end', 'error', 'close'] as const
    for (const event of events) stream.on(event, done)
    signal.addEventListener('abort', abort, { once: true })
  })
}

/** Milliseconds for the last bytes to a side that does not end by itself. */
const lingerMs = 2000

/** Puts two streams together, both ways, with back-pressure; either one's end or error ends both. */
export function join(one: Duplex, other: Duplex): void {
  if (one.destroyed || other.destroyed) {
    one.destroy()
    other.destroy()
    return
  }
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on('error', () => undefined)
    from.once('close', () => {
      // In good order what was read is still to be written.
      if (from.readableEnded) {
        to.end()
        setTimeout(() => to.destroy(), lingerMs).unref()
      } else to.destroy()
    })
    from.pipe(to)
  }
}
