import type { StreamSink } from '../../rpc/types.ts'
import { AppError, appError } from '../kit/app-error.ts'
import { backOff } from '../kit/back-off.ts'
import { createEmitter } from '../kit/emitter.ts'
import type { KnownList } from '../kit/last-known.ts'
import type { AgentLink } from './interfaces.ts'

/** Something of an agent's that windows watch: known from the last run, loaded anew each time the agent becomes reachable. */
export interface Live<S, E> {
  /**
   * A source for a stream; returns what ends it. `atOnce`: the window shows another user's until it is told something, so
   * it is told what is known, or that nothing is.
   */
  subscribe(sink: StreamSink<S, E>, atOnce?: boolean): () => void
  /** Loads it anew now. */
  refresh(): Promise<void>
  /** Tells all who watch. */
  tell(event: E): void
  close(): void
}

/** The link of an agent that may be known to be out of reach: then nothing is waited for. */
export type LiveLink = AgentLink & { readonly down?: boolean }

export interface LiveParts<S, E> {
  link: LiveLink
  /** Fetches, keeps what came, and gives what to tell those who watch already; undefined where nothing changed. */
  load: (signal: AbortSignal) => Promise<E | undefined>
  /** What is known now; undefined where that is nothing. */
  known: () => S | undefined
  /** Where what is told says how old it is (`asOf`). */
  dated?: {
    /** Says nothing but its age. */
    unchanged: () => E | undefined
    /** Where the age is kept over a restart. */
    age?: Pick<KnownList, 'asOf' | 'confirm'>
  }
  /** What a user sees of whom nothing is known yet. */
  blank?: () => S
}

/** A new window waits this long for fresh data before it gets what was known last. */
const patienceMs = 1500
/** So often the age of what is fresh is kept: a process that is killed must not make it older than this. */
const keepAgeEveryMs = 30_000
/** After failures that are not the connection's own. */
const retries = { baseMs: 2000, maxMs: 60_000 }

const isoNow = (): string => new Date().toISOString()

export function createLive<S extends object, E extends object>(parts: LiveParts<S, E>): Live<S, E> {
  const { link, load, known, dated, blank } = parts
  /** Without an event: what is known was loaded, and nothing of it is new. */
  const changes = createEmitter<[E | undefined]>()
  const abort = new AbortController()
  let loading: Promise<void> | undefined
  let again = false
  /** What is known is what the agent has: loaded since it became reachable, and told of every change since. */
  let fresh = false
  /** When it was, where it is not now. */
  let asOf = dated?.age?.asOf
  let watchers = 0
  let failures = 0
  let timer: NodeJS.Timeout | undefined

  function withAge<T extends object>(value: T): T {
    if (dated === undefined || fresh) return value
    const at = asOf ?? dated.age?.asOf
    return at === undefined ? value : { ...value, asOf: at }
  }
  function confirm(at: string): void {
    asOf = at
    dated?.age?.confirm(at)
  }
  /** It is true as long as the agent was heard of: a machine that slept notices late that the link is lost. */
  function confirmHeard(): void {
    if (fresh) confirm(link.heardAt === undefined ? isoNow() : new Date(link.heardAt).toISOString())
  }
  const keepingAge = dated?.age === undefined ? undefined : setInterval(confirmHeard, keepAgeEveryMs).unref()

  async function loadUntilCurrent(): Promise<void> {
    do {
      again = false
      const began = isoNow()
      const event = await load(abort.signal)
      abort.signal.throwIfAborted()
      const wasFresh = fresh
      fresh = link.ready
      failures = 0
      confirm(began)
      changes.emit(event ?? (wasFresh && fresh ? undefined : dated?.unchanged()))
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
    const wasFresh = fresh
    confirmHeard()
    fresh = false
    const event = wasFresh ? dated?.unchanged() : undefined
    if (event !== undefined) changes.emit(event)
    if (ready && watchers > 0) quietly()
  })

  return {
    refresh,
    tell: (event) => changes.emit(event),
    subscribe(sink, atOnce = false) {
      let given = false
      const give = (): void => {
        if (given || abort.signal.aborted) return
        const state = known()
        if (state === undefined) return
        given = true
        sink.snapshot(withAge(state))
      }
      if (atOnce && known() === undefined && blank !== undefined) sink.snapshot(blank())
      watchers += 1
      const end = changes.on((event) => {
        if (!given) give()
        else if (event !== undefined) sink.event(withAge(event))
      })
      let patience: NodeJS.Timeout | undefined
      if (atOnce || link.down === true || (fresh && loading === undefined)) give()
      if (!given || !fresh || loading !== undefined) {
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
      confirmHeard()
      fresh = false
      abort.abort()
      clearTimeout(timer)
      clearInterval(keepingAge)
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
    subscribe(sink, atOnce) {
      const stop = live.subscribe(sink, atOnce)
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
