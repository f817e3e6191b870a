const esc = '\u001b'
/** Whole ones, so that no half of one stays behind as letters. */
const escapes = new RegExp(`${esc}\\[[0-?]*[ -/]*[@-~]|${esc}[ -/]*[0-~]`, 'g')

/**
 * Text from the clipboard as a shell may get it: without control characters, so that nothing hidden in it ends a bracketed
 * paste or presses a key; line ends and tabs stay.
 */
export const pasted = (text: string): string =>
  text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(escapes, '')
    .replaceAll(/[^\P{Cc}\n\t]/gu, '')

/** Lines that would run as they arrive; a single one with its line end is meant so no less than two. */
export const pastedLines = (text: string): number => pasted(text).split('\n').length

/** An address of the web that a click may open, in its normal form. */
export function webAddress(text: string): string | undefined {
  if (text.length > 2000 || !/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined
  const url = new URL(text)
  // `https://known.example@evil.example` looks like another place than it is.
  return url.username === '' && url.password === '' ? url.href : undefined
}
