import type { ConvergenceSpec } from '../../../contract/convergence.ts'
import { calculixCvg, calculixSta, calculixStdout } from './calculix.ts'
import { headwayHeat } from './heat.ts'
import type { ConvergenceParser } from './point.ts'
import { regex } from './regex.ts'

/** The parser a template names. */
export function convergenceParser(spec: ConvergenceSpec): ConvergenceParser {
  switch (spec.parser) {
    case 'calculix-sta':
      return calculixSta()
    case 'calculix-cvg':
      return calculixCvg()
    case 'calculix-stdout':
      return calculixStdout()
    case 'headway-heat':
      return headwayHeat()
    default:
      return regex(spec)
  }
}
