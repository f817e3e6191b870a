import { Readable, type Writable } from 'node:stream'

/** Bytes written at once: one more than an SSH packet holds is cut by the channel anyway. */
const pieceBytes = 64 * 1024

/**
 * Writes exactly `size` bytes of `source`, waiting where the reader is slower. Stops quietly when `over` is aborted (nobody reads any
 * more). Rejects when the source fails, or holds more or fewer bytes.
 */
export async function pump(
  source: Readable | Uint8Array,
  size: number,
  into: Writable,
  over: AbortSignal,
  onSent?: (bytes: number) => void,
): Promise<void> {
  let sent = 0
  const stop = (): void => void (source instanceof Readable && source.destroy())
  over.addEventListener('abort', stop, { once: true })
  try {
    for await (const piece of pieces(source)) {
      if (over.aborted || into.destroyed) return
      sent += piece.length
      if (sent > size) throw new RangeError(`the source holds more than ${size} bytes`)
      if (!into.write(piece)) await drained(into, over)
      onSent?.(sent)
    }
  } catch (error) {
    if (!over.aborted) throw error
  } finally {
    over.removeEventListener('abort', stop)
    stop()
  }
  if (sent < size && !over.aborted) throw new RangeError(`the source holds ${sent} bytes instead of ${size}`)
}

async function* pieces(source: Readable | Uint8Array): AsyncGenerator<Uint8Array> {
  if (!(source instanceof Readable)) {
    for (let at = 0; at < source.length; at += pieceBytes) yield source.subarray(at, at + pieceBytes)
    return
  }
  for await (const chunk of source as AsyncIterable<Buffer>) yield chunk
}

function drained(into: Writable, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      into.off('drain', done).off('close', done)
      over.removeEventListener('abort', done)
      resolve()
    }
    into.on('drain', done).on('close', done)
    over.addEventListener('abort', done, { once: true })
    if (over.aborted || into.destroyed) done()
  })
}
