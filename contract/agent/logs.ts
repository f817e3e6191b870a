import { Type, type Static } from 'typebox'
import { LogEncoding, LogFile, SearchDirection } from '../logs.ts'

/** `GET /api/v2/jobs/:id/logs`: the text files of the job's folder; `more`: there are others that are not listed. */
export const LogFileList = Type.Object({ files: Type.Array(LogFile), more: Type.Boolean() })
export type LogFileList = Static<typeof LogFileList>

/** A flag of a query. */
const Flag = Type.Union([Type.Literal('1'), Type.Literal('true'), Type.Literal('0'), Type.Literal('false')])
/** Relative to the job's folder, with `/`; absent: the job's own log. */
const File = Type.Optional(Type.String({ minLength: 1, maxLength: 4096 }))

/**
 * `GET /api/v2/jobs/:id/log`: `text/plain`, the bytes as they are from `offset` on (negative: counted from the end), at most
 * `length` of them. With `follow` the answer stays open until the job has ended; it waits for a file that is not there
 * yet. It ends early where the file is cut short or replaced.
 *
 * Headers: `X-Log-Start` the byte it begins at (less than was asked: the file is shorter), `X-Log-Size` bytes of the file
 * now, `X-Log-Complete` `1` where nothing more will come, `X-Log-Version` a word that changes when the file is started
 * over. Who comes back gives it as `version`: where it is another one, the answer begins at byte 0.
 */
export const LogRange = Type.Object({
  file: File,
  offset: Type.Optional(Type.Integer({ default: 0 })),
  length: Type.Optional(Type.Integer({ minimum: 0 })),
  follow: Type.Optional(Flag),
  version: Type.Optional(Type.String({ maxLength: 64 })),
})
export type LogRange = Static<typeof LogRange>

/** `GET /api/v2/jobs/:id/log/search` → `LogMatches`; 400 PARAMETER_INVALID for a regular expression that is none, or takes too long. */
export const LogSearch = Type.Object({
  file: File,
  text: Type.String({ minLength: 1, maxLength: 500 }),
  regex: Type.Optional(Flag),
  case_sensitive: Type.Optional(Flag),
  encoding: Type.Optional(LogEncoding),
  from: Type.Integer({ minimum: 0 }),
  direction: Type.Optional(SearchDirection),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 200 })),
})
export type LogSearch = Static<typeof LogSearch>
