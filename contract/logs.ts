import { Type, type Static } from 'typebox'
import { Time } from './text.ts'

/** A text file in a job's folder. `path` is relative to it, with `/`. */
export const LogFile = Type.Object({
  path: Type.String(),
  /** Bytes. */
  size: Type.Integer({ minimum: 0 }),
  modifiedAt: Time,
  /** What the job itself prints (its standard output). */
  main: Type.Boolean(),
})
export type LogFile = Static<typeof LogFile>

/** How a file's bytes become text, by the names of the WHATWG encoding standard; `euc-kr` there is Windows' code page 949. */
export const LogEncoding = Type.Union([Type.Literal('utf-8'), Type.Literal('euc-kr'), Type.Literal('latin1')])
export type LogEncoding = Static<typeof LogEncoding>

/** What is looked for. A line counts once, however often it matches. */
export const LogQuery = Type.Object(
  {
    text: Type.String({ minLength: 1, maxLength: 500 }),
    /** `text` is a regular expression (JavaScript's, with Unicode), tried on each line; else it stands for itself. */
    regex: Type.Boolean(),
    /** Without it the case of ASCII letters does not matter, in a regular expression that of all letters. */
    caseSensitive: Type.Boolean(),
    encoding: LogEncoding,
  },
  { additionalProperties: false },
)
export type LogQuery = Static<typeof LogQuery>

/** Forward finds what begins at `from` or behind it, backward what begins before it, the nearest first. */
export const SearchDirection = Type.Union([Type.Literal('forward'), Type.Literal('backward')])
export type SearchDirection = Static<typeof SearchDirection>

export const LogMatch = Type.Object({
  /** The byte of the file where the match begins; for a regular expression where its line does. */
  at: Type.Integer({ minimum: 0 }),
  /** The line, or what of it surrounds the match. */
  text: Type.String(),
})
export type LogMatch = Static<typeof LogMatch>

/** One leg of a search: it ends after a number of bytes, of matches or of milliseconds, and goes on from `next`. */
export const LogMatches = Type.Object({
  matches: Type.Array(LogMatch),
  /** Everything between the byte asked for and this one has been looked at. */
  next: Type.Integer({ minimum: 0 }),
  /** There is nothing more in that direction; a growing file may have more later. */
  done: Type.Boolean(),
  /** Bytes of the file now. */
  size: Type.Integer({ minimum: 0 }),
})
export type LogMatches = Static<typeof LogMatches>

/** Most bytes of one `read`. */
export const longestRead = 256 * 1024
