import { setImmediate as free } from 'node:timers/promises'
import type { LogMatch, LogMatches, LogQuery, SearchDirection } from '../../../contract/logs.ts'
import { Failure } from '../kit/failure.ts'
import { boundedPattern, PatternTooSlow } from '../templates/index.ts'
import type { FileReader } from '../user-files/index.ts'
import { decodeText, encodeText } from './encoding.ts'

/** One leg reads no more than this and takes no longer; the next begins where it ended. */
const LEG_BYTES = 128 * 1024 * 1024
const LEG_MS = 1000
/** Read and looked through at a time, the event loop being free in between: a few milliseconds of work each. */
const PLAIN_BLOCK = 1024 * 1024
const REGEX_BLOCK = 256 * 1024
/** A line that does not end is taken in pieces of so many bytes. */
const LONGEST_LINE = 64 * 1024
/** Bytes shown before and behind the beginning of a match. */
const BEFORE = 120
const BEHIND = 280
const NEWLINE = 0x0a
const PARTS = 16

export interface SearchLeg {
  file: FileReader
  query: LogQuery
  from: number
  direction: SearchDirection
  /** Most matches. */
  limit: number
  signal: AbortSignal
}

/** A block of a file that is looked through. */
interface Place {
  start: number
  /** The file begins, or ends, with it. */
  isFirst: boolean
  isLast: boolean
  /** Most matches. */
  limit: number
}
/** What was found, in the order of the direction, and how far the search has come. */
interface Looked {
  found: number[]
  next: number
}
type Look = (block: Buffer, place: Place) => Looked | Promise<Looked>

/**
 * One leg of a search through a file of any size: bounded in bytes, matches and time, ended by `signal`. Failure
 * PARAMETER_INVALID where the regular expression is none, or takes too long.
 */
export async function searchLeg(leg: SearchLeg): Promise<LogMatches> {
  const { file, from, limit, signal } = leg
  const { size } = await file.stat()
  const began = performance.now()
  const forward = leg.direction === 'forward'
  const { look, blockSize, overlap } = lookerOf(leg)
  const matches: LogMatch[] = []
  const end = (next: number, done: boolean): LogMatches => ({ matches, next, done, size })
  let next = Math.min(from, size)
  for (let read = 0; forward ? next < size : next > 0; read += blockSize) {
    if (read >= LEG_BYTES || performance.now() - began > LEG_MS || signal.aborted) return end(next, false)
    const start = forward ? next : Math.max(0, next - blockSize)
    const stop = Math.min(size, forward ? next + blockSize : next + overlap)
    const block = await readBlock(file, start, stop)
    // The file has been cut short meanwhile.
    if (block.length < stop - start) return end(next, true)
    const looked = await look(block, {
      start,
      isFirst: start === 0,
      isLast: stop === size,
      limit: limit - matches.length,
    })
    for (const at of looked.found) matches.push({ at, text: await excerpt(file, at, leg.query) })
    next = looked.next
    if (matches.length >= limit) return end(next, false)
  }
  return end(next, true)
}

async function readBlock(file: FileReader, start: number, stop: number): Promise<Buffer> {
  const block = Buffer.allocUnsafe(stop - start)
  let filled = 0
  while (filled < block.length) {
    const { bytesRead } = await file.read(block, filled, block.length - filled, start + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return block.subarray(0, filled)
}

/** The line around a match, cut where it is long. */
async function excerpt(file: FileReader, at: number, { encoding }: LogQuery): Promise<string> {
  const start = Math.max(0, at - BEFORE)
  const bytes = await readBlock(file, start, at + BEHIND)
  const middle = at - start
  const newline = middle === 0 ? -1 : bytes.lastIndexOf(NEWLINE, middle - 1)
  const stop = bytes.indexOf(NEWLINE, middle)
  const line = decodeText(bytes.subarray(newline + 1, stop === -1 ? bytes.length : stop), encoding)
  // A character cut at either end is left away.
  return line.replace(/^\ufffd+|\ufffd+$|\r$/g, '')
}

/** How blocks are looked through: their size, and the bytes that two of them share. */
function lookerOf({ query, direction }: SearchLeg): { look: Look; blockSize: number; overlap: number } {
  const forward = direction === 'forward'
  if (query.regex) {
    const matches = lineMatcher(query)
    return { look: forward ? linesForward(matches) : linesBackward(matches), blockSize: REGEX_BLOCK, overlap: 0 }
  }
  const needle = encodeText(query.text, query.encoding)
  if (needle === undefined) {
    const nothing: Look = (block, { start }) => ({ found: [], next: forward ? start + block.length : start })
    return { look: nothing, blockSize: PLAIN_BLOCK, overlap: 0 }
  }
  const find = finder(needle, query.caseSensitive)
  const look = forward ? plainForward(needle.length, find) : plainBackward(needle.length, find)
  return { look, blockSize: PLAIN_BLOCK, overlap: needle.length - 1 }
}

type Finder = (block: Buffer) => { next: (from: number) => number; previous: (before: number) => number }

const lower = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte)

/**
 * Finds bytes in a block. Without case the block is compared as Latin-1 in lower case, which is fast and of equal length;
 * it takes some other bytes of two-byte characters for equal too, so what it finds is looked at byte by byte.
 */
function finder(needle: Buffer, caseSensitive: boolean): Finder {
  if (caseSensitive) {
    return (block) => ({
      next: (from) => block.indexOf(needle, from),
      previous: (before) => (before <= 0 ? -1 : block.lastIndexOf(needle, before - 1)),
    })
  }
  const wanted = needle.toString('latin1').toLowerCase()
  return (block) => {
    const text = block.toString('latin1').toLowerCase()
    const isHere = (at: number) => needle.every((byte, index) => lower(byte) === lower(block[at + index] ?? -1))
    return {
      next(from) {
        let at = text.indexOf(wanted, from)
        while (at !== -1 && !isHere(at)) at = text.indexOf(wanted, at + 1)
        return at
      },
      previous(before) {
        let at = before <= 0 ? -1 : text.lastIndexOf(wanted, before - 1)
        while (at !== -1 && !isHere(at)) at = at === 0 ? -1 : text.lastIndexOf(wanted, at - 1)
        return at
      },
    }
  }
}

function plainForward(length: number, find: Finder): Look {
  return (block, { start, isLast, limit }) => {
    const search = find(block)
    const found: number[] = []
    let from = 0
    for (let at = search.next(0); at !== -1 && found.length < limit; at = search.next(from)) {
      const newline = block.indexOf(NEWLINE, at)
      // Its line goes on in the next block: that one begins here, and sees the whole of it.
      if (newline === -1 && !isLast && at > 0 && block.length - at < LONGEST_LINE) return { found, next: start + at }
      found.push(start + at)
      // A line longer than any block counts once more where it matches again.
      from = Math.max(newline === -1 ? Math.min(block.length, at + LONGEST_LINE) : newline + 1, at + length)
    }
    if (found.length >= limit) return { found, next: start + from }
    // What may begin in the last bytes and end in the next block is left to that.
    return { found, next: start + (isLast ? block.length : Math.max(from, block.length - length + 1)) }
  }
}

/** Its block reaches `length - 1` bytes beyond where the search began: what begins before that may end there. */
function plainBackward(length: number, find: Finder): Look {
  return (block, { start, limit }) => {
    const search = find(block)
    const found: number[] = []
    let before = block.length
    for (let at = search.previous(before); at !== -1 && found.length < limit; at = search.previous(before)) {
      const cut = start > 0 && block.lastIndexOf(NEWLINE, at) === -1
      // Its line began in the block before: that one ends behind it, and sees the whole of it.
      if (cut && at < LONGEST_LINE && block.length > 2 * LONGEST_LINE) return { found, next: start + at + 1 }
      found.push(start + at)
      before = Math.max(block.lastIndexOf(NEWLINE, at) + 1, at - LONGEST_LINE, 0)
      if (before > at) before = at
    }
    return { found, next: start + (found.length === 0 ? 0 : found.length >= limit ? before : 0) }
  }
}

/** Whether each line of a block matches; `lines` are its places in it. */
type LineMatcher = (block: Buffer, lines: readonly Line[]) => Promise<boolean[]>
interface Line {
  from: number
  to: number
}

/**
 * A pattern's time is measured by the clock, and a busy machine may well stop in the middle of it. What took too long is
 * tried again in smaller parts, the event loop being free in between; only a part that is too slow twice is the pattern's.
 */
function lineMatcher({ text, caseSensitive, encoding }: LogQuery): LineMatcher {
  const pattern = compiled(text, caseSensitive)
  const attempt = (texts: readonly string[]): boolean[] | undefined => {
    try {
      return pattern.exec(texts).map((match) => match !== null)
    } catch (error) {
      if (error instanceof PatternTooSlow) return undefined
      throw error
    }
  }
  return async (block, lines) => {
    const texts = lines.map(({ from, to }) => decodeText(block.subarray(from, to), encoding).replace(/\r?\n$/, ''))
    const all = attempt(texts)
    if (all !== undefined) return all
    const matched: boolean[] = []
    const size = Math.ceil(texts.length / PARTS)
    for (let from = 0; from < texts.length; from += size) {
      const part = texts.slice(from, from + size)
      await free()
      const first = attempt(part)
      if (first === undefined) await free()
      const found = first ?? attempt(part)
      if (found === undefined) throw invalid('it takes too long; make it simpler.')
      matched.push(...found)
    }
    return matched
  }
}

const invalid = (reason: string) =>
  new Failure('PARAMETER_INVALID', `The regular expression cannot be used: ${reason}`, {
    details: { parameter: 'text', reason },
  })

function compiled(text: string, caseSensitive: boolean) {
  try {
    return boundedPattern(text, caseSensitive ? 'u' : 'iu')
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw invalid(`${error.message.replace(/^.*\/[a-z]*: /s, '')}.`)
  }
}

/** The lines of a block; one without an end is taken in pieces, its last one only where `rest` is to be taken too. */
function linesOf(block: Buffer, begin: number, rest: boolean): Line[] {
  const lines: Line[] = []
  let from = begin
  while (from < block.length) {
    const newline = block.indexOf(NEWLINE, from)
    const to = newline === -1 ? block.length : newline + 1
    if (to - from > LONGEST_LINE) lines.push({ from, to: from + LONGEST_LINE })
    else if (newline === -1 && !rest) break
    else lines.push({ from, to })
    from = lines.at(-1)?.to ?? to
  }
  return lines
}

function linesForward(matches: LineMatcher): Look {
  return async (block, { start, isLast, limit }) => {
    const lines = linesOf(block, 0, isLast)
    const matched = await matches(block, lines)
    const hits = lines.filter((_, index) => matched[index] === true).slice(0, limit)
    const next = hits.length >= limit ? hits.at(-1)?.to : lines.at(-1)?.to
    return { found: hits.map(({ from }) => start + from), next: start + (next ?? block.length) }
  }
}

function linesBackward(matches: LineMatcher): Look {
  return async (block, { start, isFirst, limit }) => {
    // The first line may have begun before this block, and is left to the one before it; one without end is not.
    const first = block.indexOf(NEWLINE) + 1
    const lines = linesOf(block, isFirst || first === block.length ? 0 : first, true)
    const matched = await matches(block, lines)
    const hits = lines
      .filter((_, index) => matched[index] === true)
      .toReversed()
      .slice(0, limit)
    const next = hits.length >= limit ? hits.at(-1)?.from : lines[0]?.from
    return { found: hits.map(({ from }) => start + from), next: start + (next ?? 0) }
  }
}
