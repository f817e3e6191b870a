import { solverNumber } from './numbers.ts'
import { type ConvergenceParser, iteration, usual, type Values } from './point.ts'

/** Columns that are no residuals: the clock, and the iterations that are left. */
const CLOCK = /^\d+:\d{2}:\d{2}$/

/**
 * Ansys Fluent's console: a head `iter continuity x-velocity … time/iter`, repeated now and then, and below it a line per
 * iteration: its number, a residual for each column, the clock and the iterations left. The head says what the columns are.
 */
export function fluent(
  memory: { columns: string[]; converged: boolean } = { columns: [], converged: false },
): ConvergenceParser {
  function head(words: readonly string[]): boolean {
    const [first, ...rest] = words
    if (first !== 'iter' || rest.length === 0 || rest.length > 40) return false
    memory.columns = rest.filter((word) => word !== 'time/iter').map((word) => word.slice(0, 60))
    return true
  }
  return {
    ...usual,
    meta: {
      parser: 'fluent',
      xLabel: iteration,
      groups: [{ key: 'residual', label: { en: 'Residuals', ko: '잔차' }, scale: 'log', expect: 'falls' }],
    },
    get converged() {
      return memory.converged
    },
    read(lines, emit) {
      for (const line of lines) {
        if (line.includes('solution is converged')) memory.converged = true
        // `!  57 solution is converged` and the like stand between the lines of the table.
        const words = line.trim().split(/\s+/)
        if (head(words) || memory.columns.length === 0 || !/^\d+$/.test(words[0] ?? '')) continue
        const values: Values = {}
        memory.columns.forEach((name, index) => {
          const word = words[index + 1] ?? ''
          const value = CLOCK.test(word) ? undefined : solverNumber(word)
          if (value !== undefined) values[`residual/${name}`] = value
        })
        // A line of another table has fewer numbers.
        if (Object.keys(values).length === memory.columns.length) {
          memory.converged = false
          emit(Number(words[0]), values)
        }
      }
    },
    memory,
  }
}
