/** Lines kept on the page; the file itself holds all. */
export const longestLog = 50_000
/** Characters of a line that are drawn. */
const longestLine = 4000

// A log is what somebody's program printed: control sequences are taken out, never interpreted. No part of the pattern can
// match where another begins, so that a hostile line costs no more than its length.
const esc = '\u001b'
const escapes = new RegExp(
  [
    // CSI, as `ESC[…m`: colours, cursor movements, clearing.
    `(?:${esc}\\[|\u009b)[0-?]*[ -/]*[@-~]`,
    // OSC, DCS, SOS, PM, APC up to their end: titles, hyperlinks, clipboard writes.
    `(?:${esc}[\\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007${esc}\u0090\u0098\u009c-\u009f]*(?:\u0007|${esc}\\\\|\u009c|$)`,
    // Two- and three-character escapes.
    `${esc}[ -/]*[0-~]`,
  ].join('|'),
  'g',
)
/** What is left of controls, and the marks that reorder text or hide it (bidirectional overrides, zero width). */
const invisible = /[\p{Cc}\p{Cf}]/gu

/** A line as it may be shown: escape sequences and controls gone, only what stands after the last carriage return kept. */
export function cleanLine(line: string): string {
  const plain = line.replace(escapes, '').replace(/\r+$/, '')
  const shown = plain.slice(plain.lastIndexOf('\r') + 1)
  const text = shown.replaceAll('\t', '        ').replace(invisible, '')
  return text.length > longestLine ? `${text.slice(0, longestLine)}…` : text
}

/** A log as lines. `first` is the number of lines that were dropped at the front; keys of lines count from it. */
export interface LogLines {
  lines: readonly string[]
  /** The last line, not ended yet, as it arrived. */
  open: string
  dropped: number
}

export const emptyLog: LogLines = { lines: [], open: '', dropped: 0 }

/** Adds text at the end; keeps the last `longestLog` lines. */
export function appendLog(log: LogLines, text: string): LogLines {
  if (text === '') return log
  const parts = (log.open + text).split('\n')
  // An endless line without a break must not grow without bound.
  const open = (parts.pop() ?? '').slice(-longestLine * 4)
  const lines = parts.length === 0 ? log.lines : [...log.lines, ...parts.map(cleanLine)]
  const surplus = Math.max(0, lines.length - longestLog)
  return { lines: surplus === 0 ? lines : lines.slice(surplus), open, dropped: log.dropped + surplus }
}

/** The text of the end of a file that begins in mid-line: the torn first line is left away. */
export function logFrom(text: string, start: number): LogLines {
  const whole = start === 0 ? text : text.slice(text.indexOf('\n') + 1)
  return appendLog(emptyLog, whole)
}

/** All lines to show, the unfinished last one included. */
export function shownLines(log: LogLines): readonly string[] {
  const last = cleanLine(log.open)
  return last === '' ? log.lines : [...log.lines, last]
}

/** The indexes of the lines that hold a text, whatever its case. */
export function findInLog(lines: readonly string[], text: string): number[] {
  const wanted = text.toLowerCase()
  if (wanted === '') return []
  return lines.flatMap((line, index) => (line.toLowerCase().includes(wanted) ? [index] : []))
}

/** A line in parts, every second of which is a match. */
export function splitMatches(line: string, text: string): string[] {
  const wanted = text.toLowerCase()
  if (wanted === '') return [line]
  const lower = line.toLowerCase()
  const parts: string[] = []
  let from = 0
  for (let at = lower.indexOf(wanted); at !== -1; at = lower.indexOf(wanted, from)) {
    parts.push(line.slice(from, at), line.slice(at, at + wanted.length))
    from = at + wanted.length
  }
  parts.push(line.slice(from))
  return parts
}
