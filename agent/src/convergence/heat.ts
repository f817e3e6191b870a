import { solverNumber } from './numbers.ts'
import { type ConvergenceParser, iteration, usual } from './point.ts'

const LINE = /^iteration (\d+) residual (\S+)$/

/** Our heat solver: `iteration 12 residual 3.4e-05`, relative residual of the conjugate gradient. */
export function headwayHeat(): ConvergenceParser {
  return {
    ...usual,
    meta: {
      parser: 'headway-heat',
      xLabel: iteration,
      groups: [{ key: 'residual', label: { en: 'Relative residual', ko: '상대 잔차' }, scale: 'log', expect: 'falls' }],
    },
    read(lines, emit) {
      for (const line of lines) {
        const match = line.startsWith('iteration ') ? LINE.exec(line) : null
        const residual = match === null ? undefined : solverNumber(match[2] ?? '')
        if (residual !== undefined) emit(Number(match?.[1]), { 'residual/residual': residual })
      }
    },
    memory: {},
  }
}
