import { solverNumber } from './numbers.ts'
import { type ConvergenceParser, increments, usual, type Values } from './point.ts'

/**
 * Abaqus `.sta`. Standard: STEP INC ATT SEVERE-DISCON-ITERS EQUIL-ITERS TOTAL-ITERS TOTAL-TIME STEP-TIME INC-OF-TIME [MONITOR
 * RIKS]; `ATT` ends with `U` where the attempt did not converge. Explicit: INCREMENT STEP-TIME TOTAL-TIME CPU-TIME
 * STABLE-INCREMENT CRITICAL-ELEMENT KINETIC-ENERGY TOTAL-ENERGY.
 */
export function abaqusSta(memory: { failed: number; total: number } = { failed: 0, total: 0 }): ConvergenceParser {
  /** `columns` as words; undefined where the line is none of the table. */
  function standard(columns: readonly string[]): { x: number; values: Values } | undefined {
    const attempt = /^(\d+)(U?)$/.exec(columns[2] ?? '')
    if (columns.length < 9 || columns.length > 11 || attempt === null) return undefined
    const numbers = [...columns.slice(0, 2), ...columns.slice(3, 9)].map(solverNumber)
    if (numbers.includes(undefined)) return undefined
    const [, , discontinuities = NaN, equilibrium = NaN, , total = NaN, , size = NaN] = numbers
    const failed = attempt[2] === 'U'
    memory.failed = failed ? memory.failed + 1 : 0
    if (!failed) memory.total = total
    return {
      x: memory.total,
      values: {
        'increment/increment size': size,
        'iterations/severe discontinuity': discontinuities,
        'iterations/equilibrium': equilibrium,
        'attempts/failed attempts': memory.failed,
      },
    }
  }

  return {
    ...usual,
    counted: increments,
    meta: {
      parser: 'abaqus-sta',
      xLabel: { en: 'Total time', ko: '전체 시간' },
      groups: [
        { key: 'increment', label: { en: 'Increment size', ko: '증분 크기' }, scale: 'log', expect: 'holds' },
        { key: 'iterations', label: { en: 'Iterations', ko: '반복 횟수' }, scale: 'linear' },
        {
          key: 'attempts',
          label: { en: 'Failed attempts in a row', ko: '연속 실패 횟수' },
          scale: 'linear',
          expect: 'rare',
        },
        { key: 'energy', label: { en: 'Energies', ko: '에너지' }, scale: 'linear' },
      ],
    },
    read(lines, emit) {
      for (const line of lines) {
        const columns = line.trim().split(/\s+/)
        const point = standard(columns) ?? explicit(columns)
        if (point !== undefined && Number.isFinite(point.x)) emit(point.x, point.values)
      }
    },
    memory,
  }
}

/** The same for Explicit's table, which has no attempts. */
function explicit(columns: readonly string[]): { x: number; values: Values } | undefined {
  if (columns.length < 8 || !/^\d+$/.test(columns[0] ?? '') || !/^\d+:\d+:\d+$/.test(columns[3] ?? '')) return undefined
  const [total, stable, , kinetic, whole] = [columns[2], ...columns.slice(4, 8)].map((word) => solverNumber(word ?? ''))
  if (total === undefined || stable === undefined) return undefined
  const values: Values = { 'increment/stable increment': stable }
  if (kinetic !== undefined) values['energy/kinetic'] = kinetic
  if (whole !== undefined) values['energy/total'] = whole
  return { x: total, values }
}
