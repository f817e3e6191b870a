import type { ConvergenceParserName, ConvergenceSpec } from '../../../contract/convergence.ts'
import { abaqusSta } from './abaqus.ts'
import { calculixCvg, calculixSta, calculixStdout } from './calculix.ts'
import { fluent } from './fluent.ts'
import { headwayHeat } from './heat.ts'
import { lsDynaCycles, lsDynaGlstat } from './lsdyna.ts'
import { openFoam } from './openfoam.ts'
import { patterns, regex } from './patterns.ts'
import type { ConvergenceParser } from './point.ts'

type Memory<F extends (memory?: never) => ConvergenceParser> = Parameters<F>[0]

/** Makes the parser; `memory` is that of another parser of the same name. */
const made: Record<ConvergenceParserName, (memory?: unknown) => ConvergenceParser> = {
  openfoam: (memory) => openFoam(memory as Memory<typeof openFoam>),
  'calculix-sta': (memory) => calculixSta(memory as Memory<typeof calculixSta>),
  'calculix-cvg': (memory) => calculixCvg(memory as Memory<typeof calculixCvg>),
  'calculix-stdout': (memory) => calculixStdout(memory as Memory<typeof calculixStdout>),
  'lsdyna-glstat': (memory) => lsDynaGlstat(memory as Memory<typeof lsDynaGlstat>),
  'lsdyna-d3hsp': () => lsDynaCycles(),
  'abaqus-sta': (memory) => abaqusSta(memory as Memory<typeof abaqusSta>),
  fluent: (memory) => fluent(memory as Memory<typeof fluent>),
  'headway-heat': () => headwayHeat(),
}

/**
 * The parser that a template names; with the `memory` of a former one (as it was after its last line) it goes on where that
 * was. Throws SyntaxError for a pattern that is none.
 */
export function convergenceParser(spec: ConvergenceSpec, memory?: object): ConvergenceParser {
  if (spec.parser === 'regex') return regex(spec)
  if (spec.parser === 'patterns') return patterns(spec, memory as Parameters<typeof patterns>[1])
  return made[spec.parser](memory)
}

/**
 * What the beginning of a log is recognised by, the surest first. Blanks are named one by one: `\s` goes over the ends of
 * lines, and a text of nothing else would be searched for seconds.
 */
const signs: readonly [ConvergenceParserName, RegExp][] = [
  ['openfoam', /OpenFOAM|OPENFOAM/],
  ['lsdyna-glstat', /^[ \t]*(?:total energy \/ initial energy|kinetic energy)\.{3,}/m],
  ['lsdyna-d3hsp', /LS-DYNA|^[ \t]{0,20}\d{1,12} t[ \t]{1,20}\S{1,40}[ \t]{1,20}dt[ \t]/m],
  ['calculix-cvg', /^SUMMARY OF C[0O]NVERGENCE INFORMATION/m],
  ['calculix-sta', /^[ \t]*STEP[ \t]+INC[ \t]+ATT[ \t]+ITRS[ \t]+TOT TIME/m],
  ['abaqus-sta', /^[ \t]*Abaqus\/(?:Standard|Explicit)|^[ \t]*STEP[ \t]+INC[ \t]+ATT[ \t]+SEVERE/m],
  ['calculix-stdout', /CalculiX Version/],
  ['fluent', /^[ \t]*iter[ \t]+continuity[ \t]/m],
  ['headway-heat', /^iteration \d{1,12} residual \S{1,40}$/m],
]

/** The parser for a log that begins like this; undefined where none is known. */
export function recognised(beginning: string): ConvergenceParserName | undefined {
  return signs.find(([, sign]) => sign.test(beginning))?.[0]
}
