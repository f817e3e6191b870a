import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { createWebSocketStream, WebSocket } from 'ws'
import { reasonOf } from '../kit/wait.ts'
import type { Transport } from './transport.ts'

/** A byte stream that is asked for; signed in with `token`. */
export interface UpgradeRequest {
  path: string
  token: string
  /** The first one is what is spoken; what else stands there never gets into a log, as an address would. */
  protocols: readonly string[]
  /** Ends the asking; no effect later. */
  signal: AbortSignal
}

/** The answer before the stream begins, where there is no stream. */
export interface Refused {
  status: number
  headers: IncomingMessage['headers']
  body: IncomingMessage
}

const maxFrame = 16 * 1024 * 1024
/** Milliseconds between signs of life that are asked for, and without any until the way is dead: as in an SSH session. */
const aliveEveryMs = 4000
const deadAfterMs = 12_000

/**
 * Opens a WebSocket (RFC 6455) and gives it as a stream of its messages' bytes, with back-pressure both ways. Rejects with the
 * system's error, or the signal's reason; `connectMs` bounds it. `refused` reads an answer that is no upgrade.
 */
export function openUpgrade<T>(
  transport: Transport,
  { path, token, protocols, signal }: UpgradeRequest,
  { connectMs, refused }: { connectMs: number; refused: (answer: Refused) => Promise<T> },
): Promise<Duplex | T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(reasonOf(signal))
    const socket = new WebSocket(`${transport.url.replace(/^http/, 'ws')}${path}`, [...protocols], {
      headers: { authorization: `Bearer ${token}` },
      agent: transport.agent,
      handshakeTimeout: connectMs,
      maxPayload: maxFrame,
      perMessageDeflate: false,
      followRedirects: false,
    })
    const settle = (act: () => void): void => {
      signal.removeEventListener('abort', abort)
      act()
    }
    const abort = (): void => {
      settle(() => reject(reasonOf(signal)))
      socket.terminate()
    }
    signal.addEventListener('abort', abort, { once: true })
    socket.once('open', () => settle(() => resolve(streamOf(socket))))
    async function read(answer: Refused): Promise<void> {
      try {
        const said = await refused(answer)
        settle(() => resolve(said))
      } catch (error) {
        settle(() => reject(error))
      } finally {
        socket.terminate()
      }
    }
    socket.once('unexpected-response', (_request, incoming) => {
      void read({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: incoming })
    })
    // Stays: a socket that is terminated before it was open says so by an error.
    socket.on('error', (error) => settle(() => reject(error)))
  })
}

function streamOf(socket: WebSocket): Duplex {
  const stream = createWebSocketStream(socket)
  // Whoever uses it listens for themselves; one that nobody listens to any more must not end the process.
  stream.on('error', () => undefined)
  // A WebSocket has no half that stays open.
  stream.once('end', () => stream.destroy())
  let heardAt = performance.now()
  const heard = (): void => void (heardAt = performance.now())
  socket.on('message', heard).on('pong', heard)
  const timer = setInterval(() => {
    // Nobody reads now, so no answer can be heard.
    if (socket.isPaused) return heard()
    if (performance.now() - heardAt > deadAfterMs) socket.terminate()
    else if (socket.readyState === WebSocket.OPEN) socket.ping()
  }, aliveEveryMs)
  timer.unref()
  socket.once('close', () => clearInterval(timer))
  return stream
}
