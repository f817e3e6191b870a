import { findingOf } from '../../../contract/agent/security.ts'
import { sayIn, type Language } from '../ui/text.ts'
import { findingMessages } from './finding-messages.ts'

/** A sentence of the security check in the window's language; one that this version does not know as it is. */
export function findingText(sentence: string, language: Language): string {
  const finding = findingOf(sentence)
  if (finding === undefined) return sentence
  const say = sayIn(findingMessages, language) as (id: string, values: object) => string
  return say(finding.id, finding.values)
}
