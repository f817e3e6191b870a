import type { StreamSink } from '../../rpc/types.ts'
import { AppError, appError } from '../kit/app-error.ts'
import { backOff } from '../kit/back-off.ts'
import { createEmitter } from '../kit/emitter.ts'
import type { AgentLink } from './interfaces.ts'

/** Something of an agent's that windows watch: known from the last run, loaded anew each time the agent becomes reachable. */
export interface Live<S, E> {
  /** A source for a stream; returns what ends it. */
  subscribe(sink: StreamSink<S, E>): () => void
  /** Loads it anew now. */
  refresh(): Promise<void>
  /** Tells all who watch. */
  tell(event: E): void
  close(): void
}

export interface LiveParts<S, E> {
  link: AgentLink
  /** Fetches, keeps what came, and gives what to tell those who watch already; undefined where nothing changed. */
  load: (signal: AbortSignal) => Promise<E | undefined>
  /** What is known now; undefined where that is nothing. */
  known: () => S | undefined
}

/** A new window waits this long for fresh data before it gets what was known last. */
const patienceMs = 1500
/** After failures that are not the connection's own. */
const retries = { baseMs: 2000, maxMs: 60_000 }

export function createLive<S, E>({ link, load, known }: LiveParts<S, E>): Live<S, E> {
  /** Without an event: what is known was loaded, and nothing of it is new. */
  const changes = createEmitter<[E | undefined]>()
  const abort = new AbortController()
  let loading: Promise<void> | undefined
  let again = false
  /** What is known is what the agent has: loaded since it became reachable, and told of every change since. */
  let fresh = false
  let watchers = 0
  let failures = 0
  let timer: NodeJS.Timeout | undefined

  async function loadUntilCurrent(): Promise<void> {
    do {
      again = false
      const event = await load(abort.signal)
      fresh = link.ready
      failures = 0
      changes.emit(event)
    } while (again && !abort.signal.aborted)
  }
  function refresh(): Promise<void> {
    // What changed while an answer was on its way is not in it.
    again = true
    return current()
  }
  /** The load under way, or one begun now. */
  function current(): Promise<void> {
    if (abort.signal.aborted) return Promise.reject(appError('CANCELLED', {}, 'Headway was closed.'))
    loading ??= loadUntilCurrent()
      .catch((error: unknown) => {
        retryLater(error)
        throw error
      })
      .finally(() => (loading = undefined))
    return loading
  }
  /** OFFLINE and SIGNED_OUT mend themselves by `onReady`; others (too many requests, a fault over there) by time. */
  function retryLater(error: unknown): void {
    if (!(error instanceof AppError) || !isTemporary(error) || watchers === 0 || !link.ready) return
    failures += 1
    const seconds = error.value.retry?.afterSeconds
    clearTimeout(timer)
    timer = setTimeout(quietly, Math.max(backOff(failures, retries), (seconds ?? 1) * 1000))
  }
  const quietly = (): void => void refresh().catch(() => undefined)

  const endReady = link.onReady((ready) => {
    fresh = false
    if (ready && watchers > 0) quietly()
  })

  return {
    refresh,
    tell: (event) => changes.emit(event),
    subscribe(sink) {
      let given = false
      const give = (): void => {
        const state = known()
        if (given || state === undefined) return
        given = true
        sink.snapshot(state)
      }
      watchers += 1
      const end = changes.on((event) => {
        if (!given) give()
        else if (event !== undefined) sink.event(event)
      })
      let patience: NodeJS.Timeout | undefined
      if (fresh && loading === undefined) give()
      else {
        patience = setTimeout(give, patienceMs)
        current().then(give, (error: unknown) => {
          give()
          // With nothing to show and no way to get it, the stream waits for the agent, unless it is refused for good.
          if (!given && !abort.signal.aborted && error instanceof AppError && !isTemporary(error))
            sink.fail(error.value)
        })
      }
      return () => {
        watchers -= 1
        clearTimeout(patience)
        end()
      }
    },
    close() {
      abort.abort()
      clearTimeout(timer)
      endReady()
    },
  }
}

/** The same, loaded anew every so often while somebody watches. */
export function refreshedWhileWatched<S, E>(live: Live<S, E>, link: AgentLink, intervalMs: number): Live<S, E> {
  let watchers = 0
  let timer: NodeJS.Timeout | undefined
  return {
    ...live,
    subscribe(sink) {
      const stop = live.subscribe(sink)
      watchers += 1
      timer ??= setInterval(() => {
        if (link.ready) live.refresh().catch(() => undefined)
      }, intervalMs)
      return () => {
        stop()
        watchers -= 1
        if (watchers > 0) return
        clearInterval(timer)
        timer = undefined
      }
    },
    close() {
      clearInterval(timer)
      live.close()
    },
  }
}

const passing = new Set(['OFFLINE', 'SIGNED_OUT', 'RATE_LIMITED', 'CANCELLED'])

/** Whether the same request may succeed later without anybody doing something about it. */
export function isTemporary(error: AppError): boolean {
  return passing.has(error.value.code) || (error.value.code === 'AGENT' && error.value.data.status >= 500)
}
