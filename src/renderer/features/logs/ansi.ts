/**
 * A log is what somebody's program printed, and may be hostile. Of its control sequences only those for the look of text
 * (SGR) are understood; cursor movements, titles, hyperlinks, clipboard writes, bells and all else are taken out, never
 * interpreted. A carriage return begins its line again, so that a progress bar shows its last state.
 */

/** How text looks. Colours are the 16 of a terminal by number, others as `#rrggbb`. */
export interface Pen {
  readonly colour?: number | string
  readonly ground?: number | string
  readonly bold?: true
  readonly dim?: true
  readonly italic?: true
  readonly underline?: true
  readonly inverse?: true
}

/** Part of a line in one look. */
export interface Span {
  readonly text: string
  readonly pen: Pen
}

export interface ReadLine {
  readonly text: string
  /** Only where some of it has a look of its own. */
  readonly spans?: readonly Span[]
  /** The look that the next line begins with. */
  readonly pen: Pen
}

/** Characters of a line that are drawn. */
export const longestLine = 8000
const tabWidth = 8

export const plainPen: Pen = {}

// No part of the pattern can match where another begins, so that a hostile line costs no more than its length.
const esc = '\u001b'
const escapes = new RegExp(
  [
    // CSI, as `ESC[…m`: looks, cursor movements, clearing.
    `(?:${esc}\\[|\u009b)([0-?]*)[ -/]*([@-~])`,
    // OSC, DCS, SOS, PM, APC up to their end: titles, hyperlinks, clipboard writes.
    `(?:${esc}[\\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007${esc}\u0090\u0098\u009c-\u009f]*(?:\u0007|${esc}\\\\|\u009c|$)`,
    // Two- and three-character escapes.
    `${esc}[ -/]*[0-~]`,
  ].join('|'),
  'g',
)
const sgr = new RegExp(`${esc}\\[[0-9;]*m`, 'g')
/** What is left of controls, and the marks that reorder text or hide it (bidirectional overrides, zero width). */
const invisible = /[\p{Cc}\p{Cf}]/gu
const needsCare = /[\p{Cc}\p{Cf}]/u

/** A line of a log as it may be shown. */
export function readLine(raw: string, pen: Pen = plainPen): ReadLine {
  if (pen === plainPen && !needsCare.test(raw)) return { text: shortened(raw), pen }
  const parts: Span[] = []
  let look = pen
  const line = afterReturns(raw)
  let from = 0
  for (const match of line.matchAll(escapes)) {
    parts.push({ text: line.slice(from, match.index), pen: look })
    from = match.index + match[0].length
    if (match[2] === 'm') look = penAfter(look, match[1] ?? '')
  }
  parts.push({ text: line.slice(from), pen: look })
  return put(parts, look)
}

/** The same without its look. */
export const cleanLine = (raw: string): string => readLine(raw).text

/** What stands after the last carriage return that something follows, with the looks that were set before it. */
function afterReturns(raw: string): string {
  const plain = raw.replace(/\r+$/, '')
  const start = plain.lastIndexOf('\r') + 1
  if (start === 0) return plain
  const looks = plain.slice(0, start).match(sgr) ?? []
  // An escape cut by the return is none any more; a few looks are enough to know the last one.
  return looks.slice(-16).join('') + plain.slice(start)
}

/** Joins the parts: tabs reach their stops, what cannot be seen goes, an endless line is cut. */
function put(parts: readonly Span[], pen: Pen): ReadLine {
  const spans: Span[] = []
  let length = 0
  for (const part of parts) {
    const text = stretched(part.text, length).replace(invisible, '')
    if (text === '') continue
    if (length + text.length > longestLine) {
      spans.push({ text: `${text.slice(0, longestLine - length)}…`, pen: part.pen })
      break
    }
    length += text.length
    spans.push({ text, pen: part.pen })
  }
  const text = spans.map((span) => span.text).join('')
  return spans.some((span) => span.pen !== plainPen) ? { text, spans, pen } : { text, pen }
}

function stretched(text: string, column: number): string {
  if (!text.includes('\t')) return text
  let out = ''
  for (const part of text.split(/(\t)/)) {
    out += part === '\t' ? ' '.repeat(tabWidth - ((column + out.length) % tabWidth)) : part
    if (out.length > longestLine) break
  }
  return out
}

const shortened = (text: string) => (text.length > longestLine ? `${text.slice(0, longestLine)}…` : text)

/** ECMA-48 SGR, with the 8-bit and direct colours of ISO 8613-6. */
function penAfter(pen: Pen, parameters: string): Pen {
  const codes = parameters.replaceAll(':', ';').split(';').slice(0, 32).map(Number)
  let next: Pen = pen
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0
    if (code === 38 || code === 48) {
      const { colour, used } = extended(codes.slice(at + 1))
      at += used
      if (colour !== undefined) next = { ...next, [code === 38 ? 'colour' : 'ground']: colour }
    } else next = changed(next, code)
  }
  return Object.keys(next).length === 0 ? plainPen : next
}

function changed(pen: Pen, code: number): Pen {
  if (code === 0) return plainPen
  if (code >= 30 && code <= 37) return { ...pen, colour: code - 30 }
  if (code >= 90 && code <= 97) return { ...pen, colour: code - 82 }
  if (code >= 40 && code <= 47) return { ...pen, ground: code - 40 }
  if (code >= 100 && code <= 107) return { ...pen, ground: code - 92 }
  const added = looks[code]
  if (added !== undefined) return { ...pen, [added]: true }
  const removed = ends[code] ?? []
  return Object.fromEntries(Object.entries(pen).filter(([name]) => !removed.includes(name)))
}

const looks: Readonly<Record<number, keyof Pen>> = { 1: 'bold', 2: 'dim', 3: 'italic', 4: 'underline', 7: 'inverse' }
const ends: Readonly<Record<number, readonly string[]>> = {
  22: ['bold', 'dim'],
  23: ['italic'],
  24: ['underline'],
  27: ['inverse'],
  39: ['colour'],
  49: ['ground'],
}

const isByte = (value: number | undefined): value is number => value !== undefined && value >= 0 && value <= 255

/** `5;n` or `2;r;g;b`, what follows 38 and 48, and how many numbers it took. */
function extended([kind, ...rest]: readonly number[]): { colour?: number | string; used: number } {
  if (kind === 5) {
    const [index] = rest
    return isByte(index) ? { colour: indexed(index), used: 2 } : { used: 2 }
  }
  if (kind !== 2) return { used: 0 }
  const [red, green, blue] = rest
  return isByte(red) && isByte(green) && isByte(blue) ? { colour: hex(red, green, blue), used: 4 } : { used: 4 }
}

const hex = (...channels: number[]): string =>
  `#${channels.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`

/** A channel in the cube. */
const level = (value: number): number => (value === 0 ? 0 : 55 + value * 40)

/** The 256 colours of xterm: 16 named ones, a cube of 6 × 6 × 6, 24 greys. */
function indexed(index: number): number | string {
  if (index < 16) return index
  if (index >= 232) return hex(...[0, 0, 0].map(() => 8 + (index - 232) * 10))
  const cube = index - 16
  return hex(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6))
}
