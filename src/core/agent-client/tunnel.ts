import { Agent, request as httpRequest, type ClientRequestArgs } from 'node:http'
import type { Duplex } from 'node:stream'
import { answerBy } from '../kit/node-callback.ts'
import { keptSockets, type Transport } from './transport.ts'

/**
 * A site's agent at the end of streams that somebody else opens, such as channels of an SSH session. Nothing listens on this
 * machine. `open` is given up after `connectMs` milliseconds.
 */
export function tunnelTransport(open: (signal: AbortSignal) => Promise<Duplex>, connectMs: number): Transport {
  const agent = new TunnelAgent(open, connectMs)
  return {
    // The name only goes into `Host`: the agent at the end of a tunnel has no other.
    url: 'http://agent.headway',
    agent,
    agents: { http: agent },
    request: (url, options) => httpRequest(url, { ...options, agent }),
    close: () => agent.destroy(),
  }
}

class TunnelAgent extends Agent {
  readonly #open: (signal: AbortSignal) => Promise<Duplex>
  readonly #connectMs: number

  constructor(open: (signal: AbortSignal) => Promise<Duplex>, connectMs: number) {
    super(keptSockets)
    this.#open = open
    this.#connectMs = connectMs
  }

  override createConnection(
    _options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const opening = this.#open(AbortSignal.timeout(this.#connectMs)).then(asSocket, (error: unknown) => {
      // To whoever asks it is one and the same that the agent is out of reach now: they wait. Why is the site's to tell.
      throw new Error(error instanceof Error ? error.message : 'the tunnel is closed')
    })
    void answerBy(opening, (error, stream) => callback?.(error, stream as Duplex))
    // Node takes undefined for "later, by the callback".
    return undefined
  }
}

/**
 * What HTTP expects of a socket beyond a stream. Its time-out counts only while nothing waits to be sent: whether what waits
 * still moves is watched below, where the link is known.
 */
function asSocket(stream: Duplex): Duplex {
  let idleMs = 0
  let timer: NodeJS.Timeout | undefined
  let touchedAt = 0
  const check = (): void => {
    const left = touchedAt + idleMs - performance.now()
    if (left <= 0 && stream.writableLength === 0) return void stream.emit('timeout')
    timer = setTimeout(check, Math.max(left, 100))
    timer.unref()
  }
  const touch = (): void => void (touchedAt = performance.now())
  const push = stream.push.bind(stream)
  stream.push = (...chunk) => {
    touch()
    return push(...chunk)
  }
  const write = stream.write.bind(stream) as (...chunk: unknown[]) => boolean
  stream.write = (...chunk: unknown[]) => {
    touch()
    return write(...chunk)
  }
  stream.once('close', () => clearTimeout(timer))
  // A kept connection that the other side has ended must not be taken for the next request: nobody would answer it.
  stream.once('end', () => stream.end())
  // Each request over a kept connection listens for itself.
  stream.setMaxListeners(0)
  const socket = {
    setTimeout(ms: number, listener?: () => void) {
      idleMs = ms
      // As with a socket: a listener comes with a time, and goes with none.
      if (listener !== undefined && ms > 0) stream.once('timeout', listener)
      if (listener !== undefined && ms === 0) stream.off('timeout', listener)
      clearTimeout(timer)
      touch()
      if (ms > 0) check()
      return stream
    },
    setNoDelay: () => stream,
    setKeepAlive: () => stream,
    ref: () => stream,
    unref: () => stream,
  }
  return Object.assign(stream, socket)
}
