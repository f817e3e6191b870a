import type { Duplex } from 'node:stream'
import type { AppErrorValue } from '../../../contract/errors.ts'
import type { TerminalSize } from '../../../contract/terminals.ts'
import { AppError, appError } from '../kit/app-error.ts'
import { backOff, type BackOffLimits } from '../kit/back-off.ts'
import { createEmitter } from '../kit/emitter.ts'
import { reasonOf } from '../kit/wait.ts'
import type { Logger } from '../platform.ts'
import type { SshConnection } from './connection.ts'
import { isPassing, sshFailure } from './failure.ts'
import { ClosedWhileAsking, NeedsUser } from './hop.ts'
import { createPool } from './pool.ts'
import type { Ask } from './questions.ts'
import type { RemoteShell, SshAccess, StreamTarget } from './types.ts'

/** How a session stands. `idle`: it was not asked to connect, or was ended by the user. Times in milliseconds since 1970. */
export type SshState =
  | { state: 'idle' | 'connecting' | 'connected' }
  /** `offline`: it was not there before, or for many tries now. */
  | { state: 'reconnecting' | 'offline'; attempt: number; nextAttemptAt: number; error: AppErrorValue }
  | { state: 'needs-you'; error: AppErrorValue }

export interface SshSession extends SshAccess {
  readonly state: SshState
  onState(listener: () => void): () => void
  /** Connects by itself where nothing must be asked; else it `needs-you`. */
  start(): void
  /** Connects now, asking what must be asked. Rejects with why not; CANCELLED where the user refused. */
  connect(): Promise<void>
  /** Ends it, and stays away until `connect` or `start`. */
  disconnect(): void
  /** Where it waits for its next try, that comes now: somebody needs it, or the network is another. Asks nothing. */
  tryNow(): void
  /** The connection in use, for what leads on from it; awaited as by `stream`. */
  connection(signal?: AbortSignal): Promise<SshConnection>
  /** From now on streams go through `headway-agent bridge`, run by this command line; undefined: straight again. */
  useBridge(command: string | undefined): void
  /** There where one channel is all there is: the bridge has been started in this one, and carries the streams from now on. */
  readonly adoptBridge: ((channel: Duplex) => Promise<void>) | undefined
  /** Goes on through the connection at hand to another host, which takes its place until it is lost. It may ask where the try that opened it might. */
  goOn(
    open: (through: SshConnection, ask: Ask | undefined, signal: AbortSignal) => Promise<SshConnection>,
  ): Promise<void>
}

export interface SessionParts {
  /** As errors name the site's head node. */
  label: string
  open: (ask: Ask | undefined, signal: AbortSignal) => Promise<SshConnection>
  ask: Ask
  /** Connections that streams may use together. */
  connections: number
  backOff: BackOffLimits
  log: Logger
}

/** From this failed try on a session that stood is called offline. */
const offlineAfter = 3
/** A server that closes while the user looks for their phone: how often it is tried again in one go. */
const maxClosed = 5

export function createSshSession(parts: SessionParts): SshSession {
  const { label, open, ask, log } = parts
  const states = createEmitter<[]>()
  let state: SshState = { state: 'idle' }
  /** The connection that was opened, and the one in use: another where `goOn` led further. */
  let first: SshConnection | undefined
  let current: SshConnection | undefined
  /** Of the try that opened it: what follows may ask no more than that might. */
  let asker: Ask | undefined
  /** Replaced when a try is given up: what belongs to an earlier one is not heard any more. */
  let trying: { abort: AbortController; asks: boolean; done: Promise<void> } | undefined
  let timer: NodeJS.Timeout | undefined
  let attempt = 0
  let stood = false
  let bridge: string | undefined
  const pool = createPool({ limit: parts.connections, open: (signal) => open(undefined, signal), log })

  function enter(next: SshState): void {
    state = next
    states.emit()
  }
  const cancelled = (): AppError => appError('CANCELLED', {}, `The connection to ${label} was ended.`)

  function accept(connection: SshConnection): void {
    first = connection
    current = connection
    attempt = 0
    stood = true
    if (bridge !== undefined) connection.useBridge(bridge)
    pool.begin(connection)
    connection.onClosed(() => {
      // `goOn` may have put another in its place, which ends with it.
      if (current === undefined || first !== connection) return
      current = undefined
      first = undefined
      pool.end()
      log.info('the SSH connection was lost', { host: label })
      retryLater(sshFailure(label, 'closed').value, 0)
    })
    enter({ state: 'connected' })
  }

  /** The first try after a loss comes at once: most cuts are short. */
  function retryLater(error: AppErrorValue, delay = backOff(attempt, parts.backOff)): void {
    attempt += 1
    const lost = stood && attempt <= offlineAfter
    enter({ state: lost ? 'reconnecting' : 'offline', attempt, nextAttemptAt: Date.now() + delay, error })
    clearTimeout(timer)
    timer = setTimeout(tryQuietly, delay)
  }

  const tryQuietly = (): void => void run(undefined).catch(() => undefined)

  /** One try at a time; a try that may ask takes the place of one that may not. */
  function run(mayAsk: Ask | undefined): Promise<void> {
    if (current !== undefined) return Promise.resolve()
    if (trying !== undefined && (trying.asks || mayAsk === undefined)) return trying.done
    trying?.abort.abort(cancelled())
    clearTimeout(timer)
    const abort = new AbortController()
    const done = attemptOnce(mayAsk, abort.signal).finally(() => {
      if (trying?.abort === abort) trying = undefined
    })
    trying = { abort, asks: mayAsk !== undefined, done }
    // Failures are told by the state, too.
    done.catch(() => undefined)
    return done
  }

  async function attemptOnce(mayAsk: Ask | undefined, signal: AbortSignal): Promise<void> {
    // A silent try changes nothing to the eye while the site is known to be out of reach.
    if (mayAsk !== undefined || state.state === 'idle' || state.state === 'needs-you') enter({ state: 'connecting' })
    for (let closed = 0; ; closed += 1) {
      try {
        const connection = await open(mayAsk, signal)
        if (signal.aborted) {
          connection.close()
          throw reasonOf(signal)
        }
        asker = mayAsk
        return accept(connection)
      } catch (error) {
        if (error instanceof ClosedWhileAsking && closed < maxClosed && !signal.aborted) continue
        if (signal.aborted) throw reasonOf(signal)
        return refuse(error)
      }
    }
  }
  function refuse(error: unknown): never {
    if (error instanceof NeedsUser) {
      enter({ state: 'needs-you', error: error.why.value })
      throw error.why
    }
    const failure = error instanceof AppError ? error : sshFailure(label, 'closed', String(error))
    if (!(error instanceof AppError)) log.warn('an SSH connection failed', { host: label, reason: String(error) })
    if (isPassing(failure)) retryLater(failure.value)
    else enter({ state: 'needs-you', error: failure.value })
    throw failure
  }

  /** The connection, awaited while one is on its way; where only the user can bring it back, that is said at once. */
  async function connected(signal?: AbortSignal): Promise<SshConnection> {
    for (;;) {
      if (current !== undefined) return current
      if (state.state === 'needs-you') throw new AppError(state.error)
      if (state.state === 'idle') throw cancelled()
      await changed(signal)
    }
  }
  const changed = (signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(reasonOf(signal))
      const stop = (): void => {
        off()
        signal?.removeEventListener('abort', abort)
      }
      const abort = (): void => {
        stop()
        if (signal !== undefined) reject(reasonOf(signal))
      }
      const off = states.on(() => {
        stop()
        resolve()
      })
      signal?.addEventListener('abort', abort, { once: true })
    })

  /** Where the server allows no further session on this connection: one more connection, which ends with its shell. */
  async function shellOfItsOwn(size: TerminalSize, signal = new AbortController().signal): Promise<RemoteShell> {
    const connection = await open(undefined, signal)
    try {
      const shell = await connection.shell(size, signal)
      shell.once('close', () => connection.close())
      return shell
    } catch (error) {
      connection.close()
      throw error
    }
  }

  function leave(): void {
    clearTimeout(timer)
    trying?.abort.abort(cancelled())
    trying = undefined
    const last = first
    first = undefined
    current = undefined
    pool.end()
    last?.close()
    stood = false
    attempt = 0
  }
  return {
    get state() {
      return state
    },
    onState: (listener) => states.on(listener),
    start() {
      if (state.state === 'idle') tryQuietly()
    },
    connect: () => run(ask),
    disconnect() {
      leave()
      if (state.state !== 'idle') enter({ state: 'idle' })
    },
    tryNow() {
      if (current === undefined && trying === undefined && 'nextAttemptAt' in state) tryQuietly()
    },
    connection: (signal) => connected(signal),
    useBridge(command) {
      bridge = command
      pool.useBridge(command)
    },
    get adoptBridge() {
      return current?.adoptBridge?.bind(current)
    },
    async goOn(openNext) {
      const through = await connected()
      const abort = new AbortController()
      through.onClosed(() => abort.abort(sshFailure(label, 'closed')))
      const next = await openNext(through, asker, abort.signal).catch((error: unknown) => {
        throw error instanceof NeedsUser ? error.why : error
      })
      // They live and end together; a reconnection begins at the first one again.
      next.onClosed(() => through.close())
      through.onClosed(() => next.close())
      current = next
      // Further connections would lead to the first host, where the agent is not.
      pool.begin(next, 1)
    },
    async stream(target: StreamTarget, signal?: AbortSignal): Promise<Duplex> {
      await connected(signal)
      const connection = await pool.pick(signal)
      return (connection ?? (await connected(signal))).stream(target, signal)
    },
    exec: async (command, signal) => (await connected(signal)).exec(command, signal),
    async shell(size, signal) {
      const connection = await connected(signal)
      try {
        return await connection.shell(size, signal)
      } catch (error) {
        const isFull =
          error instanceof AppError && error.value.code === 'SSH_FAILED' && error.value.data.reason === 'one-session'
        if (!isFull || !connection.repeatable) throw error
        return shellOfItsOwn(size, signal)
      }
    },
  }
}
