import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from 'node:http2'
import type { Duplex } from 'node:stream'
import { BRIDGE_ERROR_HEADER, BRIDGE_SOCKET_HEADER } from '../../../contract/agent/start.ts'
import type { AppError } from '../kit/app-error.ts'
import { reasonOf } from '../kit/wait.ts'
import { untilGreeting } from './bridge-greeting.ts'
import { cancel, createBridgeStream } from './bridge-stream.ts'
import { createTransport } from './bridge-transport.ts'
import { sshFailure } from './failure.ts'
import type { StreamTarget } from './types.ts'

/** Bytes under way, as in `agent/src/bridge/index.ts`, whose reasons hold for this direction too. */
const STREAM_WINDOW = 4 * 2 ** 20
const CONNECTION_WINDOW = 2 * 2 ** 20
/** MB of frames and headers that wait. */
const MAX_SESSION_MEMORY = 64
const GREETING_TIMEOUT_MS = 15_000

/** Many streams over one: `headway-agent bridge` at the other end. */
export interface Bridge {
  /**
   * Opens a stream to a place as the head node sees it, with half-close and back-pressure. Rejects with SSH_FAILED (`refused`,
   * `unreachable` with the system's code as the detail, `closed`) or the signal's reason. A stream that is cut later fails with
   * SSH_FAILED `closed`; destroying it resets the connection at its target.
   */
  stream(target: StreamTarget, signal?: AbortSignal): Promise<Duplex>
  /** The round trip in milliseconds. Rejects with SSH_FAILED `closed`. */
  ping(): Promise<number>
  /** Resolves when the other end is gone, however that came about. */
  readonly closed: Promise<void>
  /** Ends all streams and the stream underneath. */
  close(): void
}

interface BridgeOptions {
  /** Names the hop in errors. */
  host?: string
  /** Gives up waiting for the greeting; no effect later. */
  signal?: AbortSignal
  /** Milliseconds until the bridge must have greeted. */
  greetingTimeoutMs?: number
}

/**
 * Speaks to a bridge over its standard input and output, after whatever a noisy shell printed first (`contract/agent/start.ts`).
 * Takes the stream over: it is ended with the bridge, and where this rejects. Rejects with SSH_FAILED `closed` (the detail is
 * the last line that came instead of the greeting), or the signal's reason.
 */
export async function openBridge(duplex: Duplex, options: BridgeOptions = {}): Promise<Bridge> {
  const { host = '', signal, greetingTimeoutMs = GREETING_TIMEOUT_MS } = options
  const first = await untilGreeting(duplex, { host, timeoutMs: greetingTimeoutMs, signal })
  const transport = createTransport(duplex, first)
  const session = connect('http://bridge', {
    createConnection: () => transport,
    settings: { initialWindowSize: STREAM_WINDOW, enablePush: false },
    maxSessionMemory: MAX_SESSION_MEMORY,
  })
  session.setLocalWindowSize(CONNECTION_WINDOW)
  session.on('error', () => undefined)
  const closed = new Promise<void>((resolve) => {
    session.once('close', () => {
      transport.destroy()
      resolve()
    })
  })
  transport.once('end', () => transport.destroy())
  const lost = (): AppError => sshFailure(host, 'closed', 'the connection through the bridge was cut')
  const isGone = (): boolean => transport.destroyed || session.closed
  return {
    async stream(target, streamSignal) {
      if (isGone()) throw lost()
      return openStream(session, target, { host, lost, signal: streamSignal })
    },
    ping: () =>
      new Promise((resolve, reject) => {
        if (isGone()) return reject(lost())
        session.ping((error, duration) => (error === null ? resolve(duration) : reject(lost())))
      }),
    closed,
    // Not by the session's own `destroy`, during which Node must not get bytes.
    close: () => void transport.destroy(),
  }
}

interface Opening {
  host: string
  lost: () => AppError
  signal: AbortSignal | undefined
}

function openStream(session: ClientHttp2Session, target: StreamTarget, opening: Opening): Promise<Duplex> {
  const { host, lost, signal } = opening
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(reasonOf(signal))
    const headers = headersFor(target)
    if (headers === undefined) return reject(sshFailure(host, 'unreachable', `${nameOf(target)}: no such name`))
    const http2 = session.request(headers, { endStream: false })
    const settle = (): void => {
      signal?.removeEventListener('abort', onAbort)
      http2.off('close', onLost).off('error', onLost)
    }
    const onLost = (): void => {
      settle()
      http2.on('error', () => undefined)
      reject(lost())
    }
    const onAbort = (): void => {
      settle()
      cancel(http2)
      reject(signal === undefined ? lost() : reasonOf(signal))
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    http2.once('close', onLost)
    http2.on('error', onLost)
    http2.once('response', (answer) => {
      if (signal?.aborted === true) return
      settle()
      if (answer[':status'] === 200) return resolve(createBridgeStream(http2, lost))
      cancel(http2)
      const code = String(answer[BRIDGE_ERROR_HEADER] ?? `status ${answer[':status']}`)
      reject(sshFailure(host, code === 'ECONNREFUSED' ? 'refused' : 'unreachable', `${nameOf(target)}: ${code}`))
    })
  })
}

/** Undefined for names that no header can carry; a host has none of them either. */
function headersFor(target: StreamTarget): OutgoingHttpHeaders | undefined {
  const base = { ':method': 'CONNECT' }
  // HTTP/2 carries header values as octets, which Node takes as Latin-1; a path is UTF-8.
  if ('socketPath' in target) {
    if (/\p{Cc}|^ | $/u.test(target.socketPath)) return undefined
    const octets = Buffer.from(target.socketPath, 'utf8').toString('latin1')
    return { ...base, ':authority': 'socket', [BRIDGE_SOCKET_HEADER]: octets }
  }
  const { host, port } = target
  if (!/^[\w.:%-]+$/.test(host)) return undefined
  return { ...base, ':authority': host.includes(':') ? `[${host}]:${port}` : `${host}:${port}` }
}

const nameOf = (target: StreamTarget): string =>
  'socketPath' in target ? target.socketPath : `${target.host}:${target.port}`
