import type { LogLine } from './log-window.ts'

/**
 * Rows of the page: each line is one, or, wrapped, as many as it fills. All are equally high, so which are in view follows
 * from the scroll position alone; a wrapped line is broken here and not by the browser, which would not tell where.
 */
export interface Rows {
  readonly count: number
  /** The line a row belongs to, and which of its rows it is. */
  lineOf(row: number): { index: number; part: number }
  /** The first row of a line. */
  rowOf(index: number): number
}

/** Scripts whose characters take two columns of a terminal (Hangul, kana, Chinese, full-width forms). */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/

/** Where a line is broken: the beginnings of its rows after the first one. */
export function breaksOf(text: string, columns: number): readonly number[] {
  const breaks: number[] = []
  if (!wide.test(text)) {
    for (let at = columns; at < text.length; at += columns) breaks.push(at)
    return breaks
  }
  let column = 0
  for (let at = 0; at < text.length; at += 1) {
    const width = wide.test(text[at] ?? '') ? 2 : 1
    if (column + width > columns) {
      breaks.push(at)
      column = 0
    }
    column += width
  }
  return breaks
}

const known = new WeakMap<LogLine, { columns: number; rows: number }>()

function rowsOf(line: LogLine, columns: number): number {
  if (line.text.length * 2 <= columns) return 1
  const before = known.get(line)
  if (before?.columns === columns) return before.rows
  const rows = breaksOf(line.text, columns).length + 1
  known.set(line, { columns, rows })
  return rows
}

/** `columns`: characters of a row; undefined: lines are not wrapped. */
export function layRows(lines: readonly LogLine[], columns: number | undefined): Rows {
  if (columns === undefined) {
    return { count: lines.length, lineOf: (row) => ({ index: row, part: 0 }), rowOf: (index) => index }
  }
  const ends = new Float64Array(lines.length)
  let count = 0
  for (const [index, line] of lines.entries()) {
    count += rowsOf(line, columns)
    ends[index] = count
  }
  const rowOf = (index: number) => (index <= 0 ? 0 : (ends[index - 1] ?? count))
  return {
    count,
    rowOf,
    lineOf(row) {
      let low = 0
      let high = lines.length - 1
      while (low < high) {
        const middle = (low + high) >> 1
        if ((ends[middle] ?? Infinity) <= row) low = middle + 1
        else high = middle
      }
      return { index: low, part: row - rowOf(low) }
    },
  }
}
