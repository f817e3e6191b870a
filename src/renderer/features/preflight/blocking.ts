import type { Check, CheckCode } from '../../../../contract/preflight.ts'
import type { Checks } from './use-preflight.ts'

/** What the form says itself, beside the field or among what is left to settle. */
const saidByForm: ReadonlySet<CheckCode> = new Set<CheckCode>(['slot', 'parameter', 'commands-missing'])

/** The checks that a form shows in its panel. */
export const shownChecks = (checks: readonly Check[]): Check[] => checks.filter(({ code }) => !saidByForm.has(code))

/** Whether the agent would refuse the submission for certain. Only a fresh answer blocks. */
export const blocks = (checks: Checks): boolean =>
  checks.state === 'checked' && shownChecks(checks.preflight.checks).some(({ level }) => level === 'error')

/** Whether something is worth reading before the click. */
export const hasNotes = (checks: Checks): boolean =>
  checks.state === 'checked' && shownChecks(checks.preflight.checks).some(({ level }) => level === 'warning')
