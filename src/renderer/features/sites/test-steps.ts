import type { SiteTestStep } from '../../../../contract/sites.ts'
import type { Explanation } from '../../app/errors.ts'
import type { AnyState } from '../../ui/states.ts'
import { plainLine } from '../../ui/plain-text.ts'
import type { Say } from '../../ui/text.ts'
import type { siteTestMessages } from './test-messages.ts'

/** Icon and colour of a step, of the window's own states. */
export const stepLook: Readonly<Record<SiteTestStep['state'], AnyState>> = {
  waiting: 'queued',
  running: 'running',
  ok: 'completed',
  failed: 'failed',
  skipped: 'blocked',
}

/** Whether nothing more is to come. */
export const isOver = (steps: readonly SiteTestStep[]): boolean =>
  steps.length > 0 && steps.every(({ state }) => state !== 'waiting' && state !== 'running')

const shownMs = (ms: number): number => Math.max(ms > 0 ? 1 : 0, Math.round(ms))

/** Time of a step in whole milliseconds, where it took any. */
export function stepTime({ ms }: SiteTestStep, say: SayTest): string | undefined {
  return ms === undefined ? undefined : say('ms', { ms: shownMs(ms) })
}

type SayTest = Say<typeof siteTestMessages.entries>

/** The list as plain text for the administrator: one line for each step, what failed below it. */
export function stepsAsText(
  url: string,
  steps: readonly SiteTestStep[],
  say: SayTest,
  explain: (error: NonNullable<SiteTestStep['error']>) => Explanation,
): string {
  const lines = steps.flatMap((step) => {
    const parts = [
      `${say(`step.${step.step}`)}: ${say(`state.${step.state}`)}`,
      stepTime(step, say),
      step.detail === undefined ? undefined : plainLine(step.detail),
    ].filter((part) => part !== undefined && part !== '')
    if (step.error === undefined) return [parts.join(' · ')]
    const { title, next, detail } = explain(step.error)
    const below = [`${title}${next === undefined ? '' : ` ${next}`}`, detail, step.error.message]
    return [parts.join(' · '), ...new Set(below.filter((line) => line !== undefined && line !== ''))].map(
      (line, index) => (index === 0 ? line : `    ${plainLine(line ?? '', 1000)}`),
    )
  })
  return [say('heading', { url }), ...lines, ''].join('\n')
}
