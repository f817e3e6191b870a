import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { LogMatches, LogQuery, SearchDirection } from '../../../../contract/logs.ts'
import { RpcError, type RpcClient } from '../../../rpc/types.ts'
import { errorValue } from '../../app/errors.ts'

/** Found places that are kept; beyond them nobody counts on. */
const mostMatches = 10_000
const perLeg = 1000

export interface SearchState {
  readonly query?: LogQuery
  /** Places found so far, from the file's start to `reached`. */
  readonly places: readonly number[]
  readonly reached: number
  /** The whole file has been looked through, as far as it reached then. */
  readonly done: boolean
  /** There are more than are kept. */
  readonly capped: boolean
  /** The place that was gone to last, the line there, and whether another is looked for now. */
  readonly current?: number
  readonly looking: boolean
  /** There was none in the direction that was asked for. */
  readonly none?: SearchDirection
  readonly error?: AppErrorValue
}

/**
 * A search through a file of any size. The places are counted from its start on, leg by leg, while the next or previous one
 * from where the reader stands is looked for on its own: near ones are found at once in a log of 10 GB.
 */
export interface LogSearch {
  readonly state: SearchState
  subscribe: (changed: () => void) => () => void
  start(query: LogQuery | undefined): void
  /** The next place behind `from`, or the previous one before it. */
  go(direction: SearchDirection, from: number): Promise<number | undefined>
  /** The file has grown: what is new is looked through as well. */
  grown(size: number): void
  close(): void
}

const nothing: SearchState = { places: [], reached: 0, done: false, capped: false, looking: false }

export function createSearch(client: RpcClient, of: { site: string; id: string; file?: string }): LogSearch {
  const listeners = new Set<() => void>()
  let state = nothing
  let counting: AbortController | undefined
  let going: AbortController | undefined

  function set(next: SearchState): void {
    state = next
    for (const listener of listeners) listener()
  }

  async function leg(
    query: LogQuery,
    from: number,
    direction: SearchDirection,
    limit: number,
    signal: AbortSignal,
  ): Promise<LogMatches> {
    for (;;) {
      try {
        return await client.call('logs', 'search', { ...of, query, from, direction, limit }, { signal })
      } catch (error) {
        if (!(error instanceof RpcError) || error.value.code !== 'RATE_LIMITED' || signal.aborted) throw error
        await pause(error.value.data.retryAfter * 1000, signal)
      }
    }
  }

  async function count(query: LogQuery): Promise<void> {
    counting?.abort()
    const mine = new AbortController()
    counting = mine
    try {
      while (!mine.signal.aborted && !state.done && !state.capped) {
        const found = await leg(query, state.reached, 'forward', perLeg, mine.signal)
        if (mine.signal.aborted) return
        const places = [...state.places, ...found.matches.map(({ at }) => at)]
        const capped = places.length >= mostMatches
        set({ ...state, places: places.slice(0, mostMatches), reached: found.next, done: found.done, capped })
      }
    } catch (error) {
      if (!mine.signal.aborted) set({ ...state, error: errorValue(error) })
    } finally {
      if (counting === mine) counting = undefined
    }
  }

  return {
    get state() {
      return state
    },
    subscribe(changed) {
      listeners.add(changed)
      return () => listeners.delete(changed)
    },
    start(query) {
      counting?.abort()
      going?.abort()
      set(query === undefined ? nothing : { ...nothing, query })
      if (query !== undefined) void count(query)
    },
    async go(direction, from) {
      const { query } = state
      if (query === undefined) return undefined
      going?.abort()
      const mine = new AbortController()
      going = mine
      const { none: _none, error: _error, ...rest } = state
      set({ ...rest, looking: true })
      try {
        for (let next = from; ;) {
          const found = await leg(query, next, direction, 1, mine.signal)
          if (mine.signal.aborted) return undefined
          const [match] = found.matches
          if (match !== undefined) {
            set({ ...state, looking: false, current: match.at })
            return match.at
          }
          if (found.done) {
            set({ ...state, looking: false, none: direction })
            return undefined
          }
          next = found.next
        }
      } catch (error) {
        if (!mine.signal.aborted) set({ ...state, looking: false, error: errorValue(error) })
        return undefined
      } finally {
        if (going === mine) going = undefined
      }
    },
    grown(size) {
      const { query, done, reached } = state
      if (query === undefined || !done || counting !== undefined || size <= reached) return
      set({ ...state, done: false })
      void count(query)
    },
    close() {
      counting?.abort()
      going?.abort()
    },
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
}

/** The number of a place among those that were counted, from 1 on. */
export function numberOf(places: readonly number[], at: number): number | undefined {
  const index = places.indexOf(at)
  return index === -1 ? undefined : index + 1
}

/** A line in parts, every second of which is a match of a plain text. */
export function splitMatches(line: string, query: Pick<LogQuery, 'text' | 'caseSensitive'>): string[] {
  const fold = (text: string) => (query.caseSensitive ? text : text.toLowerCase())
  const wanted = fold(query.text)
  const folded = fold(line)
  // In a few languages a letter changes its length with its case: places found so would not fit.
  if (wanted === '' || folded.length !== line.length) return [line]
  const parts: string[] = []
  let from = 0
  for (let at = folded.indexOf(wanted); at !== -1; at = folded.indexOf(wanted, from)) {
    parts.push(line.slice(from, at), line.slice(at, at + wanted.length))
    from = at + wanted.length
  }
  parts.push(line.slice(from))
  return parts
}
