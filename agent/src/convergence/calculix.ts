import type { ConvergenceGroup } from '../../../contract/convergence.ts'
import { solverNumber } from './numbers.ts'
import { type ConvergenceParser, increments, iteration, usual, type Values } from './point.ts'

const attempts: ConvergenceGroup = {
  key: 'attempts',
  label: { en: 'Failed attempts in a row', ko: '연속 실패 횟수' },
  scale: 'linear',
  expect: 'rare',
}
const FAILED = 'attempts/failed attempts'

/** The numbers of a table's line; undefined where a word is among them. A `U` behind a count is its own affair. */
function columnsOf(line: string): number[] | undefined {
  const words = line.trim().split(/\s+/)
  const numbers: number[] = []
  for (const word of words) {
    const number = solverNumber(word)
    if (number === undefined) return undefined
    numbers.push(number)
  }
  return numbers
}

/**
 * CalculiX `.sta`, one line per increment: STEP INC ATT ITRS TOT-TIME STEP-TIME INC-TIME. `ATT` ends with `U` where the
 * increment did not converge and is tried again smaller: that one only counts as a failed attempt.
 */
export function calculixSta(memory: { failed: number; total: number } = { failed: 0, total: 0 }): ConvergenceParser {
  const groups: ConvergenceGroup[] = [
    {
      key: 'increment',
      label: { en: 'Increment size', ko: '증분 크기' },
      scale: 'log',
      expect: 'holds',
    },
    { key: 'iterations', label: { en: 'Iterations', ko: '반복 횟수' }, scale: 'linear' },
    attempts,
  ]
  return {
    ...usual,
    counted: increments,
    meta: { parser: 'calculix-sta', xLabel: { en: 'Total time', ko: '전체 시간' }, groups },
    read(lines, emit) {
      for (const line of lines) {
        const failed = /^\s*\d+\s+\d+\s+\d+U\s/.test(line)
        const columns = columnsOf(failed ? line.replace('U', ' ') : line)
        if (columns?.length !== 7) continue
        const [, , , count = NaN, total = NaN, , size = NaN] = columns
        memory.failed = failed ? memory.failed + 1 : 0
        if (!failed) memory.total = total
        const values: Values = { [FAILED]: memory.failed, 'increment/increment size': size }
        if (!failed) values['iterations/iterations'] = count
        emit(memory.total, values)
      }
    },
    memory,
  }
}

const residualGroups = (unit: string | undefined): ConvergenceGroup[] => [
  {
    key: 'residual',
    label: { en: 'Residuals and corrections', ko: '잔차와 보정' },
    scale: 'log',
    ...(unit === undefined ? {} : { unit }),
  },
  attempts,
]

/** CalculiX `.cvg`, one line per iteration: STEP INC ATT ITER CONT.EL RESID.FORCE% CORR.DISP% RESID.FLUX% CORR.TEMP%. */
export function calculixCvg(memory: { count: number } = { count: 0 }): ConvergenceParser {
  return {
    ...usual,
    meta: { parser: 'calculix-cvg', xLabel: iteration, groups: residualGroups('%') },
    read(lines, emit) {
      for (const line of lines) {
        const columns = columnsOf(line)
        if (columns?.length !== 9) continue
        const [, , attempt = 1, , , force = NaN, displacement = NaN, flux = NaN, temperature = NaN] = columns
        memory.count += 1
        const values: Values = {
          'residual/residual force': force,
          'residual/displacement correction': displacement,
          [FAILED]: attempt - 1,
        }
        // Purely mechanical runs write zeros here.
        if (flux !== 0) values['residual/residual flux'] = flux
        if (temperature !== 0) values['residual/temperature correction'] = temperature
        emit(memory.count, values)
      }
    },
    memory,
  }
}

const LARGEST = /^\s*largest (residual force|correction to disp)\s*=\s*(\S+)/
const ATTEMPT = /^\s*increment\s+\d+\s+attempt\s+(\d+)/

/** CalculiX standard output: `largest residual force=` and `largest correction to disp=` once per iteration. */
export function calculixStdout(
  memory: { count: number; failed: number; force?: number } = { count: 0, failed: 0 },
): ConvergenceParser {
  return {
    ...usual,
    meta: { parser: 'calculix-stdout', xLabel: iteration, groups: residualGroups(undefined) },
    read(lines, emit) {
      for (const line of lines) {
        const attempt = line.includes('attempt') ? ATTEMPT.exec(line) : null
        if (attempt !== null) memory.failed = Number(attempt[1]) - 1
        const match = line.includes('largest ') ? LARGEST.exec(line) : null
        const value = match === null ? undefined : solverNumber(match[2] ?? '')
        if (value === undefined) continue
        if (match?.[1] === 'residual force') {
          memory.force = value
          continue
        }
        memory.count += 1
        const values: Values = { 'residual/correction': value, [FAILED]: memory.failed }
        if (memory.force !== undefined) values['residual/residual force'] = memory.force
        delete memory.force
        emit(memory.count, values)
      }
    },
    memory,
  }
}
