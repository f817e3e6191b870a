/** How far this machine's clock is ahead of an agent's, as it is followed from answer to answer. */
export interface Skew {
  /** What the last answers told, in milliseconds; the newest comes last. */
  told: readonly number[]
  /** What is worth saying; negative: behind. */
  seconds: number | undefined
}
export const noSkew: Skew = { told: [], seconds: undefined }

/** As far apart as this, times shown beside each other mislead. */
const worthSaying = 120
/** Said for as long as it is at least this, so that clocks near the border are not spoken of again and again. */
const stillWorthSaying = 90
/** A smaller difference to what was said last is not. */
const worthCorrecting = 30
/** So many answers are asked for their opinion: a single one may come out of a cache, or have waited in a queue. */
const asked = 3
/** An answer that took longer says too little. */
const longestMs = 10_000

/**
 * How far this machine is ahead of whoever wrote that `Date` header, half of the round trip taken off; undefined where the
 * answer cannot tell. A machine that slept meanwhile, or whose clock was set, shows by an impossible round trip.
 */
export function aheadOf(date: string | undefined, askedAt: number, answeredAt: number): number | undefined {
  const theirs = Date.parse(date ?? '')
  const took = answeredAt - askedAt
  if (Number.isNaN(theirs) || took < 0 || took > longestMs) return undefined
  // The header knows whole seconds: on the average half of one is cut off.
  return answeredAt - took / 2 - (theirs + 500)
}

/** The skew after one more answer: what the middle one of the last three says. */
export function nextSkew({ told: before, seconds: said }: Skew, aheadMs: number): Skew {
  const told = [...before, aheadMs].slice(-asked)
  if (told.length < asked) return { told, seconds: said }
  const middle = Math.round((told.toSorted((a, b) => a - b)[1] ?? 0) / 1000)
  if (Math.abs(middle) < (said === undefined ? worthSaying : stillWorthSaying)) return { told, seconds: undefined }
  if (said !== undefined && Math.abs(middle - said) < worthCorrecting) return { told, seconds: said }
  return { told, seconds: middle }
}
