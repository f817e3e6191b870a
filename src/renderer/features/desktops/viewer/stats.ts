/** What the line and the screen do, over the last seconds. */
export interface Figures {
  /** Updates that were drawn per second. */
  frames: number
  /** Bytes that came in per second. */
  rate: number
  /** Milliseconds: the median of the last round trips; undefined before the first. */
  roundTrip: number | undefined
  /** Milliseconds from the last key or click to the next picture: includes what the program there took to answer. */
  response: number | undefined
}

export interface Stats {
  frame(): void
  received(bytes: number): void
  input(): void
  roundTrip(milliseconds: number): void
  /** The last ones, the newest last. */
  readonly roundTrips: readonly number[]
  figures(): Figures
  /** Begins anew, as with another connection. */
  reset(): void
}

/** Milliseconds over which frames and bytes are counted. */
const span = 2000
const keptRoundTrips = 7
/** Milliseconds after which a picture is not an answer to what was typed. */
const longestResponse = 2000

/** `now`: milliseconds, as performance.now gives them. */
export function createStats(now: () => number): Stats {
  let events: { at: number; frames: number; bytes: number }[] = []
  let roundTrips: number[] = []
  let inputAt: number | undefined
  let response: number | undefined
  const count = (frames: number, bytes: number): void => {
    const at = now()
    const last = events.at(-1)
    // A tenth of a second is fine enough, and few.
    if (last !== undefined && at - last.at < 100) {
      last.frames += frames
      last.bytes += bytes
    } else events.push({ at, frames, bytes })
    while (events[0] !== undefined && at - events[0].at > span) events.shift()
  }
  return {
    frame() {
      count(1, 0)
      if (inputAt === undefined) return
      const took = now() - inputAt
      if (took < longestResponse) response = took
      inputAt = undefined
    },
    received: (bytes) => count(0, bytes),
    input: () => void (inputAt ??= now()),
    roundTrip(milliseconds) {
      roundTrips = [...roundTrips.slice(1 - keptRoundTrips), milliseconds]
    },
    get roundTrips() {
      return roundTrips
    },
    figures() {
      const at = now()
      const recent = events.filter((event) => at - event.at <= span)
      const sum = (of: 'frames' | 'bytes') => recent.reduce((total, event) => total + event[of], 0)
      const sorted = [...roundTrips].sort((a, b) => a - b)
      return {
        frames: (sum('frames') * 1000) / span,
        rate: (sum('bytes') * 1000) / span,
        roundTrip: sorted[sorted.length >> 1],
        response,
      }
    },
    reset() {
      events = []
      roundTrips = []
      inputAt = undefined
      response = undefined
    },
  }
}
