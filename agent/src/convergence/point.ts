import type { ConvergenceMeta } from '../../../contract/convergence.ts'
import type { Text } from '../../../contract/text.ts'

/** Values of a point by `<group>/<series>`; NaN and the infinities as the solver wrote them. */
export type Values = Record<string, number>

/** Values that a point may have: what names more of them is no log of a solver. */
const MOST_VALUES = 256

/** Adds a value to a point that is being collected. */
export function put(values: Values, key: string, value: number): void {
  if (values[key] !== undefined || Object.keys(values).length < MOST_VALUES) values[key] = value
}

/** Takes a point; the abscissa is finite. */
export type Emit = (x: number, values: Values) => void

/**
 * Turns the lines of a solver's output into points, as they come. What it must remember between lines is in `memory`, which is
 * JSON: a parser made with the memory of another goes on where that one was.
 */
export interface ConvergenceParser {
  readonly meta: ConvergenceMeta
  /** What its points are, in the plural: "iterations". */
  readonly counted: Text
  /** The solver itself says that it has converged. */
  readonly converged: boolean
  /** The value at which a series counts as converged, where the log names one. */
  target(series: string): number | undefined
  read(lines: readonly string[], emit: Emit): void
  /** Nothing more comes: the point that was being collected is one too. */
  end(emit: Emit): void
  readonly memory: object
}

export const iteration = { en: 'Iteration', ko: '반복' }
export const iterations = { en: 'iterations', ko: '반복' }
export const increments = { en: 'increments', ko: '증분' }
export const timeSteps = { en: 'time steps', ko: '시간 단계' }

/** What most parsers have nothing special of. */
export const usual = {
  counted: iterations,
  converged: false,
  target: (): number | undefined => undefined,
  end: (): void => undefined,
}
