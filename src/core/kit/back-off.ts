export interface BackOffLimits {
  /** Milliseconds: the ceiling of the first wait, doubled with each attempt. */
  baseMs: number
  /** Milliseconds: no ceiling is higher. */
  maxMs: number
}

/**
 * Milliseconds before the `attempt`-th try again (from 1), with full jitter: anything up to a ceiling that doubles, so
 * that clients which lost the same agent do not come back together.
 */
export function backOff(attempt: number, { baseMs, maxMs }: BackOffLimits, random: () => number = Math.random): number {
  return Math.round(random() * Math.min(maxMs, baseMs * 2 ** Math.min(attempt - 1, 30)))
}

/** `Retry-After` (RFC 9110: seconds, or a date) in seconds; undefined where there is none to read. */
export function retryAfterSeconds(header: string | undefined, now: number): number | undefined {
  if (header === undefined || header.trim() === '') return undefined
  if (/^\d+$/.test(header.trim())) return Number(header)
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000))
}
