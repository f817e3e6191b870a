export const megabyte = 1_000_000

/** Where the slider stops, in MB/s: evenly spread in their logarithm, as links are. Behind the last there is no limit. */
const stops: readonly number[] = [
  0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 1000,
]

/** The last position of the slider: no limit. */
export const unlimitedAt = stops.length

/** Bytes per second at a position of the slider; 0: no limit. */
export const limitAt = (position: number): number => Math.round((stops[position] ?? 0) * megabyte)

/** The position that is nearest to a limit in bytes per second. */
export function positionOf(limit: number): number {
  if (limit <= 0) return unlimitedAt
  const distance = (position: number) => Math.abs(Math.log(limit) - Math.log(limitAt(position)))
  return stops.reduce((best, _stop, position) => (distance(position) < distance(best) ? position : best), 0)
}

/** Limits that a menu offers, in bytes per second. */
export const plainLimits: readonly number[] = [1, 2, 5, 10, 20, 50, 100].map((stop) => stop * megabyte)

/** A limit as it was typed, in MB/s; undefined where it is none. */
export function readLimit(typed: string | number): number | undefined {
  const limit = Math.round(Number(typed) * megabyte)
  return typed !== '' && Number.isFinite(limit) && limit >= megabyte / 10 && limit <= 100_000 * megabyte
    ? limit
    : undefined
}
