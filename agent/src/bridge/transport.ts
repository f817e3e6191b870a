import { Duplex, type Readable, type Writable } from 'node:stream'

/**
 * Bytes that may wait for the carrier. A peer that keeps to HTTP/2 never lets more than CONNECTION_WINDOW and a few small
 * frames wait; this is the limit for one that does not.
 */
const MAX_WAITING = 16 * 2 ** 20

/**
 * What HTTP/2 runs on, over two one-way streams. Node's HTTP/2 session reads nothing while a write of its own is pending
 * (`Http2Session::MaybeStopReading`); two peers that both send more than the carrier holds would then wait for each other for
 * ever. So a write counts as done as soon as it is queued here: HTTP/2's flow control bounds the queue, and reading never stops.
 * Small writes are joined, since an SSH channel makes a packet of each. `src/core/ssh/bridge-transport.ts` is its other end.
 */
export function createTransport(input: Readable, output: Writable): Duplex {
  // Not at once: were the answer to come before this returns, Node's session would end the process (an assertion of its own).
  const send = (bytes: Buffer, done: () => void): void =>
    process.nextTick(() => {
      output.write(bytes)
      if (output.writableLength <= MAX_WAITING) done()
      else output.once('drain', done)
    })
  const transport = new Duplex({
    read: () => void input.resume(),
    write: (bytes: Buffer, _encoding, done) => send(bytes, done),
    writev: (pieces, done) => send(Buffer.concat(pieces.map(({ chunk }) => chunk as Buffer)), done),
    final(done) {
      output.end()
      done()
    },
    destroy(error, done) {
      input.destroy()
      output.destroy()
      done(error)
    },
  })
  let ended = false
  const onGone = (): void => void (ended || transport.destroy())
  input.on('data', (bytes: Buffer) => void (transport.push(bytes) || input.pause()))
  input.once('end', () => {
    ended = true
    transport.push(null)
  })
  input.once('close', onGone)
  // A broken carrier is the end of the session, whichever way it broke; nobody else listens here.
  input.on('error', () => transport.destroy())
  output.on('error', () => transport.destroy())
  output.once('close', onGone)
  transport.on('error', () => undefined)
  return transport
}
