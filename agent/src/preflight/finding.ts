import type { Check, CheckCode, CheckData, CheckLevel, Suggestion } from '../../../contract/preflight.ts'

/**
 * A check on its way to the answer. `refusable`: the scheduler may refuse the job for it, or take it and never start it;
 * which of the two only its own word says (estimates.ts).
 */
export interface Finding {
  check: Check
  refusable: boolean
}

function found<C extends CheckCode>(code: C, level: CheckLevel, data: CheckData[C], next: Suggestion[]): Check {
  return { code, level, data, next } as Check
}

export const good = <C extends CheckCode>(code: C, data: CheckData[C]): Finding => ({
  check: found(code, 'ok', data, []),
  refusable: false,
})

export const doubtful = <C extends CheckCode>(code: C, data: CheckData[C], next: Suggestion[] = []): Finding => ({
  check: found(code, 'warning', data, next),
  refusable: false,
})

/** Would be refused, or would wait for ever. */
export const impossible = <C extends CheckCode>(code: C, data: CheckData[C], next: Suggestion[] = []): Finding => ({
  check: found(code, 'warning', data, next),
  refusable: true,
})

/** Would be refused for certain. */
export const refused = <C extends CheckCode>(code: C, data: CheckData[C], next: Suggestion[] = []): Finding => ({
  check: found(code, 'error', data, next),
  refusable: false,
})
