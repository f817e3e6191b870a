import type { LogQuery } from '../../../../contract/logs.ts'
import { plainPen, type Pen } from './ansi.ts'
import type { LogLine } from './log-window.ts'
import { splitMatches } from './search.ts'

/** Part of a row in one look. */
export interface Piece {
  readonly text: string
  readonly pen: Pen
  readonly isMatch: boolean
}

/** More matches of one line are not marked. */
const mostMarks = 200

interface Range<T> {
  to: number
  value: T
}

/** The characters `from` to `to` of a line, in pieces by look and by what a plain search finds there. */
export function piecesOf(
  line: LogLine,
  from: number,
  to: number,
  query: Pick<LogQuery, 'text' | 'caseSensitive'> | undefined,
): Piece[] {
  const looks = ranges(
    (line.spans ?? []).map(({ text, pen }) => ({ text, value: pen })),
    line.text.length,
    plainPen,
  )
  const parts = query === undefined ? [] : splitMatches(line.text, query).slice(0, mostMarks * 2)
  const marks = ranges(
    parts.map((text, index) => ({ text, value: index % 2 === 1 })),
    line.text.length,
    false,
  )
  const pieces: Piece[] = []
  let look = 0
  let mark = 0
  for (let at = 0; at < to;) {
    while ((looks[look]?.to ?? to) <= at && look < looks.length) look += 1
    while ((marks[mark]?.to ?? to) <= at && mark < marks.length) mark += 1
    const stop = Math.min(to, looks[look]?.to ?? to, marks[mark]?.to ?? to)
    if (stop <= at) break
    const text = line.text.slice(Math.max(at, from), stop)
    if (stop > from && text !== '')
      pieces.push({ text, pen: looks[look]?.value ?? plainPen, isMatch: marks[mark]?.value ?? false })
    at = stop
  }
  return pieces
}

function ranges<T>(parts: readonly { text: string; value: T }[], length: number, rest: T): Range<T>[] {
  let to = 0
  const made = parts.map(({ text, value }) => ({ to: (to += text.length), value }))
  return to < length ? [...made, { to: length, value: rest }] : made
}
