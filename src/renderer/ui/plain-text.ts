/** What a server says in a question, at most this many characters. */
const longest = 4000

const esc = '\u001b'
/** Whole escape sequences, so that no half of one stays behind as letters: CSI, then OSC and its kin, then short ones. */
const escapes = new RegExp(
  [
    `(?:${esc}\\[|\u009b)[0-?]*[ -/]*[@-~]`,
    `(?:${esc}[\\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007${esc}\u009c]*(?:\u0007|${esc}\\\\|\u009c|$)`,
    `${esc}[ -/]*[0-~]`,
  ].join('|'),
  'g',
)

/**
 * A server's words as they may be shown: lines and tabs stay; escape sequences, control characters and the marks that hide or
 * reorder text are taken out; cut at `limit` characters.
 */
export function plainText(text: string, limit = longest): string {
  const clean = text
    // Nothing of a huge text is looked at that would be cut anyway.
    .slice(0, limit * 4)
    .replaceAll(escapes, '')
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[^\P{Cc}\n\t]|\p{Cf}|\p{Zl}|\p{Zp}/gu, '')
    .trim()
  return clean.length > limit ? `${clean.slice(0, limit)}…` : clean
}

/** The same in one line, for labels. */
export const plainLine = (text: string, limit = 300): string => plainText(text, limit).replaceAll(/\s+/g, ' ')
