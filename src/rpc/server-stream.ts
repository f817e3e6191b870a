import type { AppErrorValue } from '../../contract/errors.ts'
import { frameSize, type ServerFrame } from './frames.ts'
import type { StreamSink } from './types.ts'

/** Events a client may be behind before they are dropped and it gets a fresh snapshot instead. */
const window = { events: 256, characters: 4 * 1024 * 1024 }

/** One subscription of one port. */
export interface ServerStream {
  ack(n: number): void
  /** Drops what is under way and begins again with a snapshot. */
  restart(): void
  end(): void
}

/**
 * Runs a stream's source towards a port that may be slow: a port has no back-pressure of its own, so what the client has
 * not acknowledged is counted. Beyond the window events are dropped; once it has caught up, the source is started anew
 * and gives a fresh snapshot, so that neither side's memory grows.
 */
export function startStream(
  id: string,
  start: (sink: StreamSink<unknown, unknown>) => () => void,
  post: (frame: ServerFrame) => void,
  limit: number,
  onEnd: (error: AppErrorValue) => void,
): ServerStream {
  let n = 0
  /** Sizes of what was sent and not yet acknowledged; the last one is number `n`. */
  const unacknowledged: number[] = []
  let behind = 0
  let stale = false
  let stop: (() => void) | undefined
  /** Sinks of an earlier start are deaf. */
  let generation = 0
  let ended = false

  const send = (frame: ServerFrame, size: number): void => {
    unacknowledged.push(size)
    behind += size
    post(frame)
  }
  const finish = (error: AppErrorValue): void => {
    if (ended) return
    stream.end()
    post({ type: 'end', id, error })
    onEnd(error)
  }
  const tooLarge = (): void =>
    finish({ code: 'FRAME_TOO_LARGE', data: { limit }, message: `A stream's snapshot is larger than ${limit}.` })

  function begin(): void {
    const mine = ++generation
    const live = (): boolean => mine === generation && !ended
    stale = false
    const previous = stop
    stop = undefined
    previous?.()
    const started = start({
      snapshot(state) {
        if (!live()) return
        const size = frameSize(state, limit)
        if (size > limit) return tooLarge()
        n += 1
        send({ type: 'snapshot', id, n, state }, size)
      },
      event(event) {
        if (!live() || stale) return
        const size = frameSize(event, limit)
        const full = unacknowledged.length >= window.events || (behind > 0 && behind + size > window.characters)
        if (full || size > limit) return goStale()
        n += 1
        send({ type: 'event', id, n, event }, size)
      },
      fail: (error) => {
        if (live()) finish(error)
      },
    })
    if (live()) stop = started
    else started()
  }
  function goStale(): void {
    stale = true
    if (unacknowledged.length > 0) return
    // Nothing to wait for: one event was larger than a frame may be. Not from within the source's own call.
    queueMicrotask(() => {
      if (!ended && stale) begin()
    })
  }

  const stream: ServerStream = {
    ack(upTo) {
      const first = n - unacknowledged.length + 1
      for (let number = first; number <= Math.min(upTo, n); number += 1) behind -= unacknowledged.shift() ?? 0
      if (stale && unacknowledged.length <= window.events / 2 && behind <= window.characters / 2) begin()
    },
    restart: () => begin(),
    end() {
      ended = true
      generation += 1
      const last = stop
      stop = undefined
      last?.()
    },
  }
  begin()
  return stream
}
