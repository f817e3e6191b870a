import type { LogEncoding } from '../../../../contract/logs.ts'
import { plainPen, readLine, type Pen, type Span } from './ansi.ts'
import { toneOf, type Tone } from './tone.ts'

/** Bytes and lines that are held of a file of any size. */
export const mostBytes = 4 * 1024 * 1024
export const mostLines = 60_000
/** A line that does not end is taken in pieces of so many bytes. */
const longestPiece = 64 * 1024
const newline = 0x0a

/** A line as it is shown, and where it stands in the file. */
export interface LogLine {
  /** The byte it begins at. */
  readonly at: number
  readonly text: string
  readonly spans?: readonly Span[]
  readonly tone?: Tone
}

/** A part of a file, as lines. */
export interface LogWindow {
  readonly lines: readonly LogLine[]
  /** The bytes it holds, from the first line's beginning. */
  readonly start: number
  readonly end: number
  /** The number of the first line in the file, where it is known. */
  readonly firstNumber?: number
  /** Of the last line, where its end has not come: its bytes, and the look it begins with. */
  readonly open: Uint8Array
  readonly pen: Pen
  /** Bytes were found that this encoding does not have. */
  readonly garbled: boolean
}

export function emptyWindow(at: number): LogWindow {
  return {
    lines: [],
    start: at,
    end: at,
    ...(at === 0 ? { firstNumber: 1 } : {}),
    open: new Uint8Array(),
    pen: plainPen,
    garbled: false,
  }
}

/** Bytes from the middle of a file begin in mid-line: where its first whole line does. A line without end has no other. */
export function firstWhole(bytes: Uint8Array, start: number): number {
  return start === 0 ? 0 : bytes.indexOf(newline) + 1
}

/** Adds the bytes behind the window. */
export function append(window: LogWindow, bytes: Uint8Array, encoding: LogEncoding): LogWindow {
  if (bytes.length === 0) return window
  const all = joined(window.open, bytes)
  const openAt = window.end - window.open.length
  const closed = window.open.length === 0 ? window.lines : window.lines.slice(0, -1)
  const cut = lastCut(all)
  const read = linesOf(all.subarray(0, cut), openAt, encoding, window.pen)
  const open = all.slice(cut)
  const last = open.length === 0 ? [] : linesOf(open, openAt + cut, encoding, read.pen).lines
  const lines = [...closed, ...read.lines, ...last]
  return {
    ...window,
    lines,
    end: window.end + bytes.length,
    open,
    pen: read.pen,
    garbled: window.garbled || read.garbled,
  }
}

/** Adds bytes before the window; they end where it begins. */
export function prepend(window: LogWindow, bytes: Uint8Array, encoding: LogEncoding): LogWindow {
  const offset = window.start - bytes.length
  const from = firstWhole(bytes.subarray(0, Math.max(0, bytes.length - 1)), offset)
  const start = offset + from
  const read = linesOf(bytes.subarray(from), start, encoding, plainPen)
  const { firstNumber, ...rest } = window
  const number = start === 0 ? 1 : firstNumber === undefined ? undefined : firstNumber - read.lines.length
  return {
    ...rest,
    ...(number === undefined ? {} : { firstNumber: number }),
    lines: [...read.lines, ...window.lines],
    start,
    garbled: window.garbled || read.garbled,
  }
}

/** Lets go of what is too much, at the front or at the end. */
export function trim(window: LogWindow, side: 'front' | 'end'): LogWindow {
  const { lines, start, end } = window
  if (end - start <= mostBytes && lines.length <= mostLines) return window
  if (side === 'front') {
    const kept = Math.max(0, lines.length - mostLines, firstFrom(lines, end - mostBytes))
    // The one that is open stays, however long.
    const first = Math.min(kept, lines.length - 1)
    const { firstNumber } = window
    return {
      ...window,
      lines: lines.slice(first),
      start: lines[first]?.at ?? end,
      ...(firstNumber === undefined ? {} : { firstNumber: firstNumber + first }),
    }
  }
  const kept = Math.max(1, Math.min(mostLines, firstFrom(lines, start + mostBytes)))
  const cut = lines[kept]
  if (cut === undefined) return window
  return { ...window, lines: lines.slice(0, kept), end: cut.at, open: new Uint8Array(), pen: plainPen }
}

/** The index of the first line that begins at a byte or behind it. */
export function firstFrom(lines: readonly LogLine[], at: number): number {
  let low = 0
  let high = lines.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((lines[middle]?.at ?? Infinity) < at) low = middle + 1
    else high = middle
  }
  return low
}

/** The index of the line that holds a byte. */
export const lineAt = (lines: readonly LogLine[], at: number): number => Math.max(0, firstFrom(lines, at + 1) - 1)

export function countLines(bytes: Uint8Array): number {
  let count = 0
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) count += 1
  return count
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second
  const all = new Uint8Array(first.length + second.length)
  all.set(first)
  all.set(second, first.length)
  return all
}

/** Where the last line that has not ended begins. */
function lastCut(bytes: Uint8Array): number {
  const last = bytes.lastIndexOf(newline) + 1
  const rest = bytes.length - last
  return last + Math.floor(rest / longestPiece) * longestPiece
}

/** The replacement character itself may well stand in a text. */
function isText(bytes: Uint8Array, encoding: LogEncoding): boolean {
  try {
    new TextDecoder(encoding, { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

/** Whole lines; the last one may lack its end. */
function linesOf(
  bytes: Uint8Array,
  start: number,
  encoding: LogEncoding,
  pen: Pen,
): { lines: LogLine[]; pen: Pen; garbled: boolean } {
  const lines: LogLine[] = []
  const decoder = new TextDecoder(encoding)
  let look = pen
  let garbled = false
  for (let from = 0; from < bytes.length;) {
    const found = bytes.indexOf(newline, from)
    const stop = found === -1 ? bytes.length : found
    const to = Math.min(stop, from + longestPiece)
    const raw = decoder.decode(bytes.subarray(from, to))
    // A piece may end within a character, and so may a line that has not ended.
    garbled ||=
      found !== -1 && to - from < longestPiece && raw.includes('\ufffd') && !isText(bytes.subarray(from, to), encoding)
    const { text, spans, pen: after } = readLine(raw, look)
    const tone = toneOf(text)
    lines.push({
      at: start + from,
      text,
      ...(spans === undefined ? {} : { spans }),
      ...(tone === undefined ? {} : { tone }),
    })
    look = after
    from = to === stop ? to + 1 : to
  }
  return { lines, pen: look, garbled }
}
