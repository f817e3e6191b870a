import { performServerHandshake } from 'node:http2'
import type { Duplex } from 'node:stream'
import { BRIDGE_GREETING } from '../../../contract/agent/start.ts'
import { createTransport } from './transport.ts'
import { serveTunnel } from './tunnel.ts'

/**
 * Bytes on the way to one tunnel's target. An SSH channel of OpenSSH or ssh2 has a window of 2 MiB, so more cannot be under
 * way at once; twice that, because HTTP/2 renews a window only when half of it is used. It is also what a target that does not
 * read can make us hold.
 */
const STREAM_WINDOW = 4 * 2 ** 20
/**
 * The same for all tunnels together; Node renews it as bytes arrive, so a slow tunnel does not use it up. What is under way
 * stands before whatever comes next: beside an upload over 50 Mbit/s and 50 ms, a round trip took 570 ms with 4 MiB and 260 ms
 * with 2 MiB (`ssh -L`: 340 ms), and the upload was no slower at 200 Mbit/s.
 */
const CONNECTION_WINDOW = 2 * 2 ** 20
const MAX_TUNNELS = 256
/** sshd does not notice a client whose machine has gone, and would keep us for ever. */
const PING_EVERY_MS = 60_000
const MAX_UNANSWERED = 3

/**
 * Serves tunnels (`contract/agent/start.ts`) over a byte stream, without the greeting; resolves when the peer is gone, or has
 * left three pings unanswered.
 */
export const serveBridge = (duplex: Duplex, pingEveryMs = PING_EVERY_MS): Promise<void> =>
  serve(createTransport(duplex, duplex), pingEveryMs)

/** `headway-agent bridge`: the same over standard input and output, until the input ends. Nothing else may write there. */
export async function runBridge(): Promise<void> {
  const { stdin, stdout } = process
  stdout.write(BRIDGE_GREETING)
  await serve(createTransport(stdin, stdout), PING_EVERY_MS)
}

function serve(transport: Duplex, pingEveryMs: number): Promise<void> {
  return new Promise((resolve) => {
    const session = performServerHandshake(transport, {
      settings: { initialWindowSize: STREAM_WINDOW, maxConcurrentStreams: MAX_TUNNELS, enablePush: false },
      // MB of frames and headers that wait; new tunnels are refused beyond it.
      maxSessionMemory: 64,
      // Web pages open and drop many at once, and the peer is the user's own: no defence against resets is needed.
      streamResetBurst: 10_000,
      streamResetRate: 1_000,
    })
    session.setLocalWindowSize(CONNECTION_WINDOW)
    session.on('stream', serveTunnel)
    // What is no HTTP/2, and a carrier that broke, end the session; that is all there is to say about it.
    session.on('error', () => undefined)
    let unanswered = 0
    const timer = setInterval(() => {
      if (unanswered >= MAX_UNANSWERED) transport.destroy()
      if (transport.destroyed || session.closed) return
      unanswered += 1
      session.ping(() => (unanswered = 0))
    }, pingEveryMs)
    session.once('close', () => {
      clearInterval(timer)
      transport.destroy()
      resolve()
    })
    // Not by the session's own `destroy`, whose last frame nobody waits for and during which Node must not get bytes.
    transport.once('end', () => transport.destroy())
  })
}
