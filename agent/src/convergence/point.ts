import type { ConvergenceMeta, ConvergencePoint } from '../../../contract/convergence.ts'

/** Turns the lines of a solver's log into points, as they come. Keeps what it must remember between lines. */
export interface ConvergenceParser {
  readonly meta: ConvergenceMeta
  /** The points these further lines make. */
  read(lines: readonly string[]): ConvergencePoint[]
}

/** A point, or none where no value can be shown (a logarithm has no place for zero). */
export function point(x: number, values: Record<string, number>, logScale: boolean): ConvergencePoint[] {
  const shown = Object.entries(values).filter(([, value]) => Number.isFinite(value) && (!logScale || value > 0))
  return Number.isFinite(x) && shown.length > 0 ? [{ x, values: Object.fromEntries(shown) }] : []
}
