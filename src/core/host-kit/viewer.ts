import type { Duplex } from 'node:stream'
import type { BytesListener, BytesPort } from '../../rpc/bytes-port.ts'
import { AppError } from '../kit/app-error.ts'
import type { Logger } from '../platform.ts'

/** What was written last (keys let go, for example) gets this long to leave before the stream is cut, in ms. */
const graceMs = 2_000

/**
 * Joins a page's way for bytes with the stream that its ticket stands for, until either ends; then both do. Neither is
 * read faster than the other one takes it. Never rejects: the page hears `unknown` of a ticket that is none, `failed` of
 * a stream that broke.
 */
export async function serveViewer(
  connect: (listener: BytesListener) => BytesPort,
  take: () => Promise<Duplex>,
  log: Logger,
): Promise<void> {
  const joined: { stream?: Duplex } = {}
  let over = false
  const port = connect({
    data: (bytes) =>
      void joined.stream?.write(bytes, (error) => {
        if (error === null || error === undefined) port.consumed(bytes.length)
      }),
    drained: () => void joined.stream?.resume(),
    ended() {
      over = true
      if (joined.stream !== undefined) letGo(joined.stream)
    },
  })
  let stream: Duplex
  try {
    stream = await take()
  } catch (error) {
    const unknown = error instanceof AppError && error.value.code === 'NOT_FOUND'
    if (!unknown) log.warn('a desktop could not be shown', { reason: reasonOf(error) })
    port.end(unknown ? 'unknown' : 'failed')
    return
  }
  joined.stream = stream
  const end = (how: 'ended' | 'failed'): void => {
    if (over) return
    over = true
    port.end(how)
    letGo(stream)
  }
  stream.on('error', (error) => {
    if (!over) log.warn('the way to a desktop broke', { reason: reasonOf(error) })
    end('failed')
  })
  // The page went while we waited.
  if (over) return letGo(stream)
  stream.on('data', (chunk: Uint8Array) => {
    if (!port.send(chunk)) stream.pause()
  })
  stream.on('end', () => end('ended'))
  // Without an end before it.
  stream.on('close', () => end('failed'))
  port.accept()
}

function letGo(stream: Duplex): void {
  if (stream.destroyed) return
  const timer = setTimeout(() => stream.destroy(), graceMs)
  stream.once('close', () => clearTimeout(timer))
  stream.end(() => stream.destroy())
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
