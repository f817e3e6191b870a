import type { ConvergencePoint } from '../../../../contract/convergence.ts'

/** Convergence points as columns, the way the plot takes them: one abscissa, one column per series, gaps as null. */
export interface Columns {
  x: number[]
  series: { name: string; values: (number | null)[] }[]
}

/**
 * Points as columns; series in the order they first appear, so that colours stay while the plot grows.
 * On a logarithmic scale a value of zero or less has no place and is a gap.
 */
export function columnsOf(points: readonly ConvergencePoint[], logScale: boolean): Columns {
  const names = [...new Set(points.flatMap((point) => Object.keys(point.values)))]
  const drawable = (value: number | undefined): number | null =>
    value === undefined || !Number.isFinite(value) || (logScale && value <= 0) ? null : value
  return {
    x: points.map((point) => point.x),
    series: names.map((name) => ({ name, values: points.map((point) => drawable(point.values[name])) })),
  }
}

/** The last value of each series, for the legend and for those who cannot see the plot. */
export function latestValues(points: readonly ConvergencePoint[]): { name: string; value: number }[] {
  const latest = new Map<string, number>()
  for (const { values } of points) for (const [name, value] of Object.entries(values)) latest.set(name, value)
  return [...latest].map(([name, value]) => ({ name, value }))
}

/** A residual as engineers read it: `2.4e-6`, `0.031`, `125`. */
export function formatResidual(value: number): string {
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size < 1e-3 || size >= 1e5) return value.toExponential(2).replace('e+', 'e')
  return String(Number(value.toPrecision(3)))
}

/** A number beside an axis: as short as it is exact. */
export function formatTick(value: number): string {
  const rounded = Number(value.toPrecision(3))
  const size = Math.abs(rounded)
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? rounded.toExponential().replace('e+', 'e') : String(rounded)
}

/** The powers of ten from `low` to `high`, at most nine of them. */
export function decades(low: number, high: number): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9)
  const last = Math.floor(Math.log10(high) + 1e-9)
  const step = Math.max(1, Math.ceil((last - first) / 8))
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => 10 ** (first + index * step))
}
