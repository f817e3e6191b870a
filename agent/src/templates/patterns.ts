import { createContext, Script } from 'node:vm'

/** For one `exec` over a batch of lines. */
const BUDGET_MS = 100

/** A pattern took longer than its budget: catastrophic backtracking, by accident or on purpose. */
export class PatternTooSlow extends Error {
  constructor(pattern: string) {
    super(`The pattern "${pattern}" takes too long; make it simpler.`)
    this.name = 'PatternTooSlow'
  }
}

export interface BoundedPattern {
  /** The match of each line, in order; throws PatternTooSlow. */
  exec(lines: readonly string[]): (RegExpExecArray | null)[]
}

const search = new Script('lines.map((line) => pattern.exec(line))')

/**
 * A regular expression that somebody else wrote, made harmless: the whole batch has a time budget, kept by V8 itself (the
 * time-out of a `vm` script interrupts a regular expression that is backtracking, too). Throws SyntaxError.
 */
export function boundedPattern(source: string, flags: 'u' | 'iu' = 'u'): BoundedPattern {
  const context = createContext({ pattern: new RegExp(source, flags), lines: [] })
  return {
    exec(lines) {
      context['lines'] = lines
      try {
        return search.runInContext(context, { timeout: BUDGET_MS }) as (RegExpExecArray | null)[]
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw new PatternTooSlow(source)
        throw error
      }
    },
  }
}

/** Whether the whole value matches; a pattern over its time budget does not. */
export function matchesWhole(pattern: string, value: string): boolean {
  try {
    return boundedPattern(`^(?:${pattern})$`).exec([value])[0] !== null
  } catch (error) {
    if (error instanceof PatternTooSlow) return false
    throw error
  }
}
