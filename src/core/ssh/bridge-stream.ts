import { constants, type ClientHttp2Stream } from 'node:http2'
import { Duplex } from 'node:stream'

/**
 * Resets a stream. Node's own `close` sends END_STREAM before its reset, and the target would take a part for the whole; an
 * error makes it send the reset alone (as INTERNAL_ERROR).
 */
export function cancel(http2: ClientHttp2Stream): void {
  http2.on('error', () => undefined)
  http2.destroy(http2.closed ? undefined : new Error('cancelled'))
}

/** Bytes that wait on either side of a stream before it pushes back. */
const HIGH_WATER_MARK = 256 * 2 ** 10

/**
 * A CONNECT that was answered, as a plain Duplex: `end` is a half-close, `destroy` a reset that the target does not take for an
 * end, and a stream that was cut fails with `lost()` and never ends quietly (Node's own HTTP/2 streams do on both counts).
 */
export function createBridgeStream(http2: ClientHttp2Stream, lost: () => Error): Duplex {
  let ended = false
  const send = (bytes: Buffer, done: (error?: Error | null) => void): void =>
    void http2.write(bytes, (error) => done(error ? lost() : null))
  const stream: Duplex = new Duplex({
    highWaterMark: HIGH_WATER_MARK,
    read: () => void http2.resume(),
    write: (bytes: Buffer, _encoding, done) => send(bytes, done),
    writev: (pieces, done) => send(Buffer.concat(pieces.map(({ chunk }) => chunk as Buffer)), done),
    final: (done) => void http2.end((error?: Error | null) => done(error ? lost() : null)),
    destroy(error, done) {
      // After two ends there may still be bytes on their way to the target: nothing is reset then.
      if (!ended || !stream.writableFinished) cancel(http2)
      done(error)
    },
  })
  http2.on('data', (bytes: Buffer) => void (stream.push(bytes) || http2.pause()))
  http2.once('end', () => {
    if (http2.aborted || http2.rstCode !== constants.NGHTTP2_NO_ERROR) return
    ended = true
    stream.push(null)
  })
  http2.once('close', () => {
    const isWhole = ended && stream.writableEnded && http2.rstCode === constants.NGHTTP2_NO_ERROR
    if (!isWhole) stream.destroy(lost())
  })
  http2.on('error', () => void stream.destroy(lost()))
  return stream
}
