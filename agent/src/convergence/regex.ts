import type { ConvergencePoint } from '../../../contract/convergence.ts'
import type { ConvergenceSpec } from '../../../contract/convergence.ts'
import { boundedPattern } from '../templates/index.ts'
import { type ConvergenceParser, point } from './point.ts'

/** A template's own pattern: the group `x` is the abscissa, every other named group a series. Throws PatternTooSlow. */
export function regex(spec: Extract<ConvergenceSpec, { parser: 'regex' }>): ConvergenceParser {
  const pattern = boundedPattern(spec.pattern)
  const logScale = spec.logScale ?? false
  const pointOf = (match: RegExpExecArray | null): ConvergencePoint[] => {
    if (match?.groups === undefined) return []
    const { x, ...series } = match.groups
    const values = Object.entries(series).flatMap(([name, text]) => (text === undefined ? [] : [[name, Number(text)]]))
    return point(Number(x), Object.fromEntries(values) as Record<string, number>, logScale)
  }
  return {
    meta: { xLabel: spec.xLabel ?? { en: 'x' }, yLabel: { en: 'Value', ko: '값' }, logScale },
    read: (lines) => pattern.exec(lines).flatMap(pointOf),
  }
}
