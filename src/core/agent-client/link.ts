import { Value } from 'typebox/value'
import { WebSocket } from 'ws'
import { AgentEvent, AgentRefusal, type Topic } from '../../../contract/agent/events.ts'
import type { AppErrorValue } from '../../../contract/errors.ts'
import { backOff, type BackOffLimits } from '../kit/back-off.ts'
import { createEmitter } from '../kit/emitter.ts'
import type { Logger } from '../platform.ts'
import type { ConnectionEvent } from './connection.ts'
import { wayFailure } from './https/failure.ts'
import type { AgentLink } from './interfaces.ts'
import type { Session } from './session.ts'
import type { Transport } from './transport.ts'

export interface LinkTimes {
  /** Between pings, and how long an answer to one may take. */
  pingEveryMs: number
  pongWithinMs: number
  connectMs: number
  backOff: BackOffLimits
}

export interface Link extends AgentLink {
  /** Connects while the session is signed in; called again after it changed. */
  follow(): void
  /** Tries at once where it waits; asks for a sign of life where it stands. */
  check(): void
  close(): void
}

/** What this side wants to hear; its own uploads it knows best itself. */
const topics: readonly Topic[] = ['jobs', 'nodes', 'notifications', 'templates', 'desktops']
const SECOND_PING_MS = 250
const maxFrame = 16 * 1024 * 1024

/**
 * The connection by which the agent tells things (`/ws`). It is ready once the agent has answered a ping: a refusal comes
 * as a frame after the connection was opened. Lost, it tries again with full jitter and subscribes anew.
 */
export function createLink(
  parts: { transport: Transport; session: Session; site: string; log: Logger; times: LinkTimes },
  tell: (event: ConnectionEvent) => void,
): Link {
  const { transport, session, site, log, times } = parts
  const { host } = new URL(transport.url)
  const events = createEmitter<[AgentEvent]>()
  const readiness = createEmitter<[boolean]>()
  let ready = false
  let heardAt: number | undefined
  let leastRoundTripMs: number | undefined
  let closed = false
  let attempt = 0
  let refusals = 0
  let current: { end: () => void; ping: () => void } | undefined
  let timer: NodeJS.Timeout | undefined

  function setReady(next: boolean): void {
    if (ready === next) return
    ready = next
    readiness.emit(next)
  }
  function later(lostConnection: boolean, error?: AppErrorValue): void {
    if (lostConnection) attempt = 0
    attempt += 1
    const delay = backOff(attempt, times.backOff)
    tell({ type: 'failed', attempt: attempt - 1, nextAttemptAt: Date.now() + delay, error })
    clearTimeout(timer)
    timer = setTimeout(() => void connect(), delay)
  }

  async function connect(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    if (closed || current !== undefined) return
    if (!session.signedIn) return tell({ type: 'signed-out' })
    tell({ type: 'trying' })
    const placeholder = { end: () => undefined, ping: () => undefined }
    current = placeholder
    let token: string
    try {
      token = await session.token()
    } catch {
      if (current !== placeholder) return
      current = undefined
      // SIGNED_OUT has been told by the session itself.
      if (!closed && session.signedIn) later(false)
      return
    }
    if (current !== placeholder) return
    current = open(token)
  }

  function open(token: string): { end: () => void; ping: () => void } {
    const socket = new WebSocket(`${transport.url.replace(/^http/, 'ws')}/ws`, {
      headers: { authorization: `Bearer ${token}` },
      agent: transport.agent,
      handshakeTimeout: times.connectMs,
      maxPayload: maxFrame,
      perMessageDeflate: false,
      followRedirects: false,
    })
    let pinged: number | undefined
    let beat: NodeJS.Timeout | undefined
    let mine = true
    let refused = false
    /** Where it is the certificate's or the proxy's matter. */
    let wrong: AppErrorValue | undefined

    const ping = (): void => {
      if (pinged !== undefined || socket.readyState !== WebSocket.OPEN) return
      pinged = performance.now()
      clearTimeout(beat)
      beat = setTimeout(() => socket.terminate(), times.pongWithinMs)
      socket.ping()
    }
    const gone = (): void => {
      if (!mine) return
      mine = false
      current = undefined
      clearTimeout(beat)
      const stood = ready
      setReady(false)
      if (closed) return
      if (!refused) return later(stood, wrong)
      refusals += 1
      // A new token may help once; refused again with it, the fault is elsewhere.
      if (refusals > 1) return later(stood)
      session.renew(token).then(
        () => void connect(),
        () => {
          if (!closed && session.signedIn) later(stood)
        },
      )
    }
    socket.on('open', () => {
      for (const topic of topics) socket.send(JSON.stringify({ action: 'subscribe', topic }))
      ping()
    })
    socket.on('pong', () => {
      if (pinged === undefined || !mine) return
      heardAt = Date.now()
      const roundTripMs = Math.max(1, Math.round(performance.now() - pinged))
      leastRoundTripMs = Math.min(roundTripMs, ready ? (leastRoundTripMs ?? Infinity) : Infinity)
      pinged = undefined
      clearTimeout(beat)
      // The first one was measured while much else began.
      beat = setTimeout(ping, ready ? times.pingEveryMs : Math.min(SECOND_PING_MS, times.pingEveryMs))
      if (ready) return tell({ type: 'measured', roundTripMs })
      attempt = 0
      refusals = 0
      tell({ type: 'ready', roundTripMs })
      setReady(true)
    })
    socket.on('message', (data, binary) => {
      heardAt = Date.now()
      const frame = binary || !Buffer.isBuffer(data) ? undefined : parse(data.toString('utf8'))
      if (Value.Check(AgentRefusal, frame)) {
        refused = true
        socket.close()
      } else if (Value.Check(AgentEvent, frame)) events.emit(frame)
      else log.debug('a frame of the agent was not understood', { site })
    })
    socket.on('unexpected-response', (_request, response) => {
      refused = response.statusCode === 401
      response.resume()
      socket.terminate()
      gone()
    })
    // A close follows.
    socket.on('error', (error) => {
      wrong = wayFailure(error, host)?.value
      log.debug('the event connection failed', { site, reason: error.message })
    })
    socket.on('close', gone)
    return {
      ping,
      end() {
        mine = false
        clearTimeout(beat)
        socket.terminate()
      },
    }
  }

  function drop(): void {
    clearTimeout(timer)
    timer = undefined
    current?.end()
    current = undefined
    setReady(false)
  }
  return {
    get ready() {
      return ready
    },
    get heardAt() {
      return heardAt
    },
    get roundTripMs() {
      return leastRoundTripMs
    },
    onEvent: (listener) => events.on(listener),
    onReady: (listener) => readiness.on(listener),
    follow() {
      if (closed) return
      drop()
      attempt = 0
      refusals = 0
      void connect()
    },
    check() {
      if (closed) return
      if (current === undefined) void connect()
      else current.ping()
    },
    close() {
      closed = true
      drop()
    },
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
