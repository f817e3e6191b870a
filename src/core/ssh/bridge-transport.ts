import { Duplex } from 'node:stream'

/**
 * Bytes that may wait for the carrier. A peer that keeps to HTTP/2 never lets more than its connection's window and a few
 * small frames wait; this is the limit for one that does not.
 */
const MAX_WAITING = 16 * 2 ** 20

/**
 * What HTTP/2 runs on, over a byte stream of which `first` has been read already. Node's HTTP/2 session reads nothing while a
 * write of its own is pending (`Http2Session::MaybeStopReading`); two peers that both send more than the carrier holds would
 * then wait for each other for ever. So a write counts as done as soon as it is queued here: HTTP/2's flow control bounds the
 * queue, and reading never stops. Small writes are joined, since ssh2 makes a packet of each. `agent/src/bridge/transport.ts`
 * is its other end.
 */
export function createTransport(carrier: Duplex, first: Buffer): Duplex {
  // Not at once: were the answer to come before this returns, Node's session would end the process (an assertion of its own).
  const send = (bytes: Buffer, done: () => void): void =>
    process.nextTick(() => {
      carrier.write(bytes)
      if (carrier.writableLength <= MAX_WAITING) done()
      else carrier.once('drain', done)
    })
  const transport = new Duplex({
    read: () => void carrier.resume(),
    write: (bytes: Buffer, _encoding, done) => send(bytes, done),
    writev: (pieces, done) => send(Buffer.concat(pieces.map(({ chunk }) => chunk as Buffer)), done),
    final(done) {
      carrier.end()
      done()
    },
    destroy(error, done) {
      carrier.destroy()
      done(error)
    },
  })
  if (first.length > 0) transport.push(first)
  let ended = false
  carrier.on('data', (bytes: Buffer) => void (transport.push(bytes) || carrier.pause()))
  carrier.once('end', () => {
    ended = true
    transport.push(null)
  })
  // ssh2's channels tell of their end by `close` alone where the connection was lost.
  carrier.once('close', () => void (ended || transport.destroy()))
  carrier.on('error', () => transport.destroy())
  transport.on('error', () => undefined)
  return transport
}
