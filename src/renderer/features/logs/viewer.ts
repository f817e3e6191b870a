import type { Snapshot, StreamEvent } from '../../../../contract/app.ts'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { LogEncoding } from '../../../../contract/logs.ts'
import type { RpcClient, StreamListener } from '../../../rpc/types.ts'
import { errorValue } from '../../app/errors.ts'
import { concat, fromBase64 } from './bytes.ts'
import { append, countLines, emptyWindow, firstWhole, prepend, trim, type LogWindow } from './log-window.ts'

/** Bytes of one look into a file, and of its end that are kept for going back to it at once. */
const pageBytes = 256 * 1024
/** Milliseconds between two drawings of a log that pours. */
const interval = 100

/** Where the page is to go: the line that holds a byte, or the end. Each is gone to once, by its number. */
export interface Target {
  readonly number: number
  readonly at: number | 'end'
}

export interface ViewerState {
  readonly window: LogWindow
  /** Absent until something was read: bytes of the file now. */
  readonly size?: number
  /** Nothing more will come. */
  readonly complete: boolean
  readonly following: boolean
  /** Lines that came since the end was left; `missed`: and others that nobody counted. */
  readonly unseen: number
  readonly missed: boolean
  /** Lines come faster than they can be read aloud. */
  readonly pouring: boolean
  readonly encoding: LogEncoding
  readonly target: Target
  /** The file began anew while it was looked at. */
  readonly startedOver: boolean
  readonly error: AppErrorValue | undefined
}

/** A part of a log of any size, moved through it: bounded memory, whatever is written and wherever one looks. */
export interface Viewer {
  readonly state: ViewerState
  /** Begins to follow; the function ends it. */
  open(): () => void
  subscribe: (changed: () => void) => () => void
  /** To the line that holds a byte. */
  jump(at: number): void
  toEnd(): void
  /** Reads on in one direction, where there is more. */
  more(direction: 'before' | 'behind'): void
  setFollowing(following: boolean): void
  setEncoding(encoding: LogEncoding): void
  /** Whether the window reaches the end of the file. */
  readonly isAtEnd: boolean
}

export function createViewer(client: RpcClient, of: { site: string; id: string; file?: string }): Viewer {
  const listeners = new Set<() => void>()
  let state: ViewerState = {
    window: emptyWindow(0),
    complete: false,
    following: true,
    unseen: 0,
    missed: false,
    pouring: false,
    encoding: 'utf-8',
    target: { number: 0, at: 'end' },
    startedOver: false,
    error: undefined,
  }
  /** The end of the file as it came: `pageBytes` of it or a little more. */
  let tail: Uint8Array[] = []
  let tailStart = 0
  let liveEnd = 0
  let arrived: Uint8Array[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  let reading: AbortController | undefined
  let isFirst = true

  function set(change: Partial<ViewerState>): void {
    state = { ...state, ...change }
    for (const listener of listeners) listener()
  }
  const target = (at: number | 'end'): Target => ({ number: state.target.number + 1, at })

  function windowOfTail(): LogWindow {
    const bytes = concat(tail)
    const from = firstWhole(bytes, tailStart)
    return append(emptyWindow(tailStart + from), bytes.subarray(from), state.encoding)
  }
  /** The window with what is behind it in memory already, as far as there is room. */
  function grown(window: LogWindow, bytes: Uint8Array): LogWindow {
    if (state.following) return trim(append(window, bytes, state.encoding), 'front')
    return trim(append(window, bytes, state.encoding), 'end')
  }

  const listener: StreamListener<Snapshot<'logs', 'follow'>, StreamEvent<'logs', 'follow'>> = {
    snapshot(snapshot) {
      const bytes = fromBase64(snapshot.bytes)
      const known = liveEnd
      tail = [bytes]
      tailStart = snapshot.start
      liveEnd = snapshot.end
      arrived = []
      const startedOver = !isFirst && snapshot.end < known
      isFirst = false
      const shown = state.following || startedOver ? { window: windowOfTail(), target: target('end') } : {}
      const behind = state.following || startedOver ? {} : behindOf(known)
      set({
        ...shown,
        ...behind,
        size: liveEnd,
        complete: snapshot.complete,
        startedOver: startedOver || state.startedOver,
        following: startedOver || state.following,
      })
    },
    event(event) {
      if (event.bytes !== '') arrived.push(fromBase64(event.bytes))
      if (event.complete) {
        flush()
        set({ complete: true, pouring: false })
      } else timer ??= setTimeout(flush, interval)
    },
    error: (error) => set({ error }),
  }

  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    if (arrived.length === 0) return
    const bytes = concat(arrived)
    arrived = []
    const wasAtEnd = state.window.end === liveEnd
    keep(bytes)
    const lines = countLines(bytes)
    const changes: Partial<ViewerState> = { size: liveEnd, pouring: lines > 30 }
    if (state.following && !wasAtEnd) set({ ...changes, window: windowOfTail() })
    else if (state.following && bytes.length > 2 * pageBytes)
      set({ ...changes, window: numbered(windowOfTail(), bytes) })
    else if (wasAtEnd) set({ ...changes, window: grown(state.window, bytes), unseen: unseenAfter(lines) })
    else set({ ...changes, unseen: unseenAfter(lines) })
  }
  /** What a new snapshot has that was not known before; what lies between was not counted. */
  function behindOf(known: number): Partial<ViewerState> {
    const lines = countLines(concat(tail).subarray(Math.max(0, known - tailStart)))
    return { unseen: state.unseen + lines, missed: state.missed || tailStart > known }
  }
  const unseenAfter = (lines: number) => (state.following ? 0 : state.unseen + lines)

  /** A window that skips much of what came keeps the numbers of its lines: those that were skipped are counted. */
  function numbered(window: LogWindow, bytes: Uint8Array): LogWindow {
    const { firstNumber, lines, open } = state.window
    const skipped = window.start - (liveEnd - bytes.length)
    if (firstNumber === undefined || skipped < 0) return window
    const next = firstNumber + lines.length - (open.length > 0 ? 1 : 0)
    return { ...window, firstNumber: next + countLines(bytes.subarray(0, skipped)) }
  }

  function keep(bytes: Uint8Array): void {
    tail.push(bytes)
    liveEnd += bytes.length
    let size = liveEnd - tailStart
    while (tail.length > 1 && size - (tail[0]?.length ?? 0) >= pageBytes) {
      const dropped = tail.shift()?.length ?? 0
      tailStart += dropped
      size -= dropped
    }
    const [only] = tail
    if (tail.length === 1 && only !== undefined && only.length > 2 * pageBytes) {
      tail = [only.slice(-pageBytes)]
      tailStart = liveEnd - pageBytes
    }
  }

  /** Reads bytes of the file; a newer reading takes the place of an older one. */
  async function read(offset: number, length: number, show: (bytes: Uint8Array, start: number) => void): Promise<void> {
    reading?.abort()
    const mine = new AbortController()
    reading = mine
    try {
      const answer = await client.call('logs', 'read', { ...of, offset, length }, { signal: mine.signal })
      if (mine.signal.aborted) return
      show(fromBase64(answer.bytes), answer.start)
    } catch (error) {
      if (!mine.signal.aborted) set({ error: errorValue(error) })
    } finally {
      if (reading === mine) reading = undefined
    }
  }

  function jump(at: number): void {
    const place = Math.max(0, Math.min(at, liveEnd))
    const { window } = state
    const isHere = place >= window.start && place < window.end
    if (isHere) return set({ following: false, target: target(place) })
    const offset = Math.max(0, place - pageBytes / 2)
    set({ following: false })
    // No further than is known: what follows there comes by the stream.
    const length = Math.min(pageBytes, liveEnd - offset)
    if (length <= 0) return
    void read(offset, length, (bytes, start) => {
      const from = firstWhole(bytes, start)
      const window = append(emptyWindow(start + from), bytes.subarray(from), state.encoding)
      set({ window, target: target(place), error: undefined })
    })
  }

  function toEnd(): void {
    reading?.abort()
    flush()
    const window = state.window.end === liveEnd ? state.window : windowOfTail()
    set({ window, following: true, unseen: 0, missed: false, target: target('end'), error: undefined })
  }

  function more(direction: 'before' | 'behind'): void {
    if (reading !== undefined) return
    const { window, encoding } = state
    if (direction === 'before') {
      if (window.start === 0) return
      const offset = Math.max(0, window.start - pageBytes)
      void read(offset, window.start - offset, (bytes, start) => {
        if (start !== offset || start + bytes.length !== window.start || state.window.start !== window.start) return
        set({ window: trim(prepend(state.window, bytes, encoding), 'end'), error: undefined })
      })
      return
    }
    if (window.end >= liveEnd) return
    if (window.end >= tailStart) {
      const bytes = concat(tail).subarray(window.end - tailStart)
      return set({ window: trim(append(window, bytes, encoding), 'front') })
    }
    const length = Math.min(pageBytes, liveEnd - window.end)
    void read(window.end, length, (bytes, start) => {
      if (start !== window.end || state.window.end !== window.end) return
      set({ window: trim(append(state.window, bytes, encoding), 'front'), error: undefined })
    })
  }

  return {
    get state() {
      return state
    },
    open() {
      const end = client.subscribe('logs', 'follow', of, listener)
      return () => {
        end()
        clearTimeout(timer)
        timer = undefined
        reading?.abort()
      }
    },
    subscribe(changed) {
      listeners.add(changed)
      return () => listeners.delete(changed)
    },
    jump,
    toEnd,
    more,
    setFollowing(following) {
      if (following === state.following) return
      if (following) toEnd()
      else set({ following: false, unseen: 0, missed: false })
    },
    setEncoding(encoding) {
      if (encoding === state.encoding) return
      set({ encoding })
      if (state.following) return set({ window: windowOfTail(), target: target('end') })
      const at = state.window.start
      set({ window: emptyWindow(at) })
      jump(at)
    },
    get isAtEnd() {
      return state.window.end >= liveEnd
    },
  }
}
