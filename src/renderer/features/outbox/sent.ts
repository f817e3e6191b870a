import type { OutboxStatus } from '../../../../contract/outbox.ts'
import { sayIn, type Language } from '../../ui/text.ts'
import { shellMessages } from './shell-messages.ts'

export type Sent = NonNullable<OutboxStatus['sent']>

/** What is older was news once: it is in the list. Milliseconds. */
const newsMs = 24 * 60 * 60 * 1000

/** What became of all that had waited, in one line: `Outbox: 12 sent, 1 needs you`. */
export function sentText({ done, needsYou, failed }: Sent, language: Language): string {
  const say = sayIn(shellMessages, language)
  const parts = [
    ...(done === 0 ? [] : [say('sent.done', { count: done })]),
    ...(needsYou === 0 ? [] : [say('sent.needsYou', { count: needsYou })]),
    ...(failed === 0 ? [] : [say('sent.failed', { count: failed })]),
  ]
  return say('sent.title', { parts: parts.join(', ') })
}

export const isNews = ({ at, done, needsYou, failed }: Sent, now: number): boolean =>
  done + needsYou + failed > 0 && now - Date.parse(at) < newsMs
