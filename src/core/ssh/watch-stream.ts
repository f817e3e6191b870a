import type { Duplex } from 'node:stream'

/**
 * Tells when nothing has moved for `deadAfterMs`: no byte came, and of what waits to go none was taken. Whoever uses it sees
 * to it that an answer is asked for more often than that; on a slow link behind a full queue the other side's window
 * adjustments (RFC 4254, section 5.2) come long before that answer. Returns what ends the watch; the stream's end does, too.
 */
export function watchStream(stream: Duplex, times: { deadAfterMs: number }, dead: () => void): () => void {
  let movedAt = performance.now()
  let waiting = stream.writableLength
  const moved = (): void => void (movedAt = performance.now())
  stream.on('data', moved)
  const timer = setInterval(
    () => {
      // Less waits than before although more may have been added: the other side takes bytes.
      if (stream.writableLength < waiting) moved()
      waiting = stream.writableLength
      if (performance.now() - movedAt < times.deadAfterMs) return
      end()
      dead()
    },
    Math.max(50, times.deadAfterMs / 12),
  )
  timer.unref()
  const end = (): void => {
    clearInterval(timer)
    stream.off('data', moved)
  }
  stream.once('close', end)
  return end
}
