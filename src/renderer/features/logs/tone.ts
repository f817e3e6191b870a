export type Tone = 'error' | 'warning'

// Documented in docs/guide.md ("Reading a log").
const error =
  /\b(?:errors?|fatal|exception|traceback|abort(?:ed|ing)?|panic|segmentation fault|core dumped|killed|failed|diverg(?:ed|es|ing|ence))\b|(?:^|[\s=:,(+-])nan(?:$|[\s,;)])/i
const warning = /\bwarnings?\b/i
/** Lines that say there is none, and figures that are called an error: `0 errors`, `no warnings`, `error = 1e-5`. */
const harmless =
  /\b(?:no|0|zero|without)\s+(?:\w+\s+)?(?:errors?|warnings?)\b|\b(?:errors?|warnings?)(?:\s*\([^)]*\))?\s*[:=]\s*(?:none|[-+]?[.\d])|\b(?:relative|absolute|truncation|rounding|residual|global|local|cumulative|continuity)\s+error/i

/** What a line is, by its words. A mark that helps to find trouble, no verdict. */
export function toneOf(text: string): Tone | undefined {
  const isError = error.test(text)
  if (!isError && !warning.test(text)) return undefined
  if (harmless.test(text)) return undefined
  return isError ? 'error' : 'warning'
}
