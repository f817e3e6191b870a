import type { QualityMode } from './types.ts'

/** What noVNC asks the server for: JPEG quality 0 … 9, compression 0 … 9. */
export interface Levels {
  quality: number
  compression: number
}

type Step = Exclude<QualityMode, 'automatic'>

/** From the fewest bytes to the best picture. A picture at rest is sent once more without loss by TigerVNC at any of them. */
const steps: readonly Step[] = ['sparing', 'fast', 'balanced', 'sharp']

const levels: Readonly<Record<Step, Levels>> = {
  sharp: { quality: 9, compression: 1 },
  balanced: { quality: 7, compression: 2 },
  fast: { quality: 5, compression: 3 },
  sparing: { quality: 2, compression: 7 },
}

/** What was measured over the last seconds. */
export interface Measured {
  /** Milliseconds since some fixed time. */
  now: number
  /** Milliseconds of the last round trips, which wait behind the pictures on their way; the newest last. */
  roundTrips: readonly number[]
  /** Bytes that came in per second. */
  rate: number
}

export interface Chooser {
  readonly step: Step
  readonly levels: Levels
  /** By hand: that step at once. `automatic` goes on from the present one. */
  setMode(mode: QualityMode): void
  /** Looks at the line; true where the step is another now. */
  look(measured: Measured): boolean
}

/** Below this the line carries next to nothing, and says nothing about what it could. Bytes per second. */
const idleRate = 20_000
/** Milliseconds that pictures may wait on their way before they are made smaller, and below which they may grow. */
const tooLong = 180
const short = 60
/** Milliseconds between two steps down, and for which all must be well before one up; the latter doubles after a relapse. */
const patienceDown = 2000
const patienceUp = 8000
const mostPatience = 120_000

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0

/**
 * Chooses how good pictures are. What counts is how long they wait on the line: the round trip under load less the shortest
 * one seen. A line that is merely far away keeps good pictures; one that fills up gets smaller ones.
 */
export function qualityChooser(mode: QualityMode): Chooser {
  let current = mode
  let index = steps.indexOf(mode === 'automatic' ? 'balanced' : mode)
  let shortest = Infinity
  let wellSince: number | undefined
  let changedAt = -Infinity
  let roseAt = -Infinity
  let patience = patienceUp
  const move = (by: -1 | 1, now: number): boolean => {
    const next = index + by
    if (next < 0 || next >= steps.length) return false
    index = next
    changedAt = now
    wellSince = undefined
    return true
  }
  return {
    get step() {
      return steps[index] ?? 'balanced'
    },
    get levels() {
      return levels[steps[index] ?? 'balanced']
    },
    setMode(next) {
      current = next
      wellSince = undefined
      if (next !== 'automatic') index = steps.indexOf(next)
    },
    look({ now, roundTrips, rate }) {
      if (current !== 'automatic' || roundTrips.length === 0) return false
      shortest = Math.min(shortest, ...roundTrips)
      const wait = median(roundTrips.slice(-3)) - shortest
      if (wait > tooLong) {
        wellSince = undefined
        if (now - changedAt < patienceDown) return false
        if (now - roseAt < 2 * patienceUp) patience = Math.min(mostPatience, patience * 2)
        return move(-1, now)
      }
      // A line at rest is no proof that it would carry more.
      if (wait > short || rate < idleRate) {
        if (wait > short) wellSince = undefined
        return false
      }
      wellSince ??= now
      if (now - wellSince < patience) return false
      roseAt = now
      return move(1, now)
    },
  }
}
