import type { Say } from '../../ui/text.ts'
import type { uploadsMessages } from './messages.ts'

/** What the security check of the agent says of a file it took all the same, in the window's language; anything new as it is. */
export function warningText(warning: string, say: Say<typeof uploadsMessages.entries>): string {
  const looks = /^The content looks like (.+), not like (.+)\.$/.exec(warning)
  if (looks !== null) return say('warning.looks', { content: looks[1] ?? '', extension: looks[2] ?? '' })
  if (warning === 'The archive holds a zip file that is too large to be looked into.') return say('warning.large')
  if (warning === 'The archive holds entries that cannot be looked into.') return say('warning.closed')
  if (warning === 'The archive is damaged or not complete.') return say('warning.damaged')
  return warning
}
