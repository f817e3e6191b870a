/** Between two looks at the queue, while something has just changed or is young, and at most. */
export const SHORTEST_MS = 2000
export const LONGEST_MS = 30_000
/** So long a change counts as fresh. */
const YOUNG_MS = 20_000
const WORKING_MS = 10_000

/**
 * How long until the next look: 2 s while something is young; then growing with the time in which nothing has changed, up to
 * 10 s while jobs are followed and 30 s where there are none. Never more than a tenth of the time goes into asking.
 */
export function nextLook(at: { idleMs: number; alive: number; tookMs: number }): number {
  const longest = at.alive === 0 ? LONGEST_MS : WORKING_MS
  const calm = at.idleMs < YOUNG_MS ? SHORTEST_MS : Math.min(longest, at.idleMs / 10)
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, calm, at.tookMs * 10))
}
