import { randomBytes } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { appError } from '../kit/app-error.ts'

/** Streams that wait for their viewer. */
export interface Tickets {
  /** Stands for the stream, once; it is closed when nobody comes for it in time. */
  give(stream: Duplex): string
  /** Throws NOT_FOUND for a ticket that was used, ran out or never was, and where the stream has ended meanwhile. */
  take(ticket: string): Duplex
  close(): void
}

const lifeMs = 30_000
/** Each holds a connection to an X server: beyond, the oldest is given up. */
const mostWaiting = 64

export function createTickets(options: { lifeMs?: number } = {}): Tickets {
  const waiting = new Map<string, { stream: Duplex; leave: () => void }>()

  function forget(ticket: string): Duplex | undefined {
    const known = waiting.get(ticket)
    waiting.delete(ticket)
    known?.leave()
    return known?.stream
  }
  return {
    give(stream) {
      const ticket = randomBytes(32).toString('base64url')
      const drop = (): void => void forget(ticket)?.destroy()
      const late = setTimeout(drop, options.lifeMs ?? lifeMs)
      late.unref()
      // Whoever takes it listens for themselves.
      stream.on('error', () => undefined)
      stream.once('close', drop)
      const leave = (): void => {
        clearTimeout(late)
        stream.off('close', drop)
      }
      waiting.set(ticket, { stream, leave })
      const [oldest] = waiting.keys()
      if (waiting.size > mostWaiting && oldest !== undefined) forget(oldest)?.destroy()
      return ticket
    },
    take(ticket) {
      const stream = forget(ticket)
      if (stream !== undefined && !stream.destroyed) return stream
      const message = 'This way to a desktop ran out or was taken already.'
      throw appError('NOT_FOUND', { what: 'desktop', id: 'ticket' }, message)
    },
    close() {
      for (const ticket of waiting.keys()) forget(ticket)?.destroy()
    },
  }
}
