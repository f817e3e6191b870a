import { formatAgo, formatTime } from './format.ts'
import { uiMessages } from './messages.ts'
import { sayIn, type Language } from './text.ts'

/** A link that comes back at once makes nothing old. */
const unnoticedMs = 5000
/** So long "now" would be said of it, which it is not. */
const justMs = 45_000

/** `As of 14:32 (2 hr. ago)`; undefined where that is hardly past. */
export function asOfText(asOf: string, language: Language, now: number): string | undefined {
  const ms = now - Date.parse(asOf)
  if (ms < unnoticedMs) return undefined
  const say = sayIn(uiMessages, language)
  const time = formatTime(asOf, language, now)
  return ms < justMs ? say('asOf.just', { time }) : say('asOf.ago', { time, ago: formatAgo(asOf, language, now) })
}
