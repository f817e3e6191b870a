/** More columns than this are not shown. */
const MOST_COLUMNS = 200
const delimiters = [',', ';', '\t', '|'] as const

/** Rows of a text with a delimiter between its values (RFC 4180: quotes double inside quotes); at most `limit`. */
export function rowsOf(text: string, delimiter: string, limit: number): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let value = ''
  let quoted = false
  const endValue = () => {
    if (row.length < MOST_COLUMNS) row.push(value)
    value = ''
  }
  const endRow = () => {
    endValue()
    if (row.length > 1 || row[0] !== '') rows.push(row)
    row = []
  }
  for (let at = 0; at < text.length && rows.length < limit; at++) {
    const c = text[at] ?? ''
    if (quoted) {
      if (c !== '"') value += c
      else if (text[at + 1] === '"') {
        value += '"'
        at += 1
      } else quoted = false
    } else if (c === '"' && value.trim() === '') {
      value = ''
      quoted = true
    } else if (c === delimiter) endValue()
    else if (c === '\n') endRow()
    else if (c !== '\r') value += c
  }
  if (rows.length < limit && (value !== '' || row.length > 0)) endRow()
  return rows
}

/** The delimiter that splits the first lines into the most columns, alike in each; a comma where none does. */
export function delimiterOf(text: string): string {
  const sample = text.slice(0, 64 * 1024)
  let best = { delimiter: ',', score: 0 }
  for (const delimiter of delimiters) {
    const rows = rowsOf(sample, delimiter, 20)
    // The last one of a sample may be cut.
    const counted = rows.length > 2 ? rows.slice(0, -1) : rows
    const widths = counted.map((row) => row.length)
    const usual = widths.toSorted((a, b) => a - b)[Math.floor(widths.length / 2)] ?? 1
    const alike = widths.filter((width) => width === usual).length / Math.max(1, widths.length)
    const score = usual > 1 ? alike * Math.log2(usual + 1) : 0
    if (score > best.score) best = { delimiter, score }
  }
  return best.delimiter
}

const isNumber = (value: string) => value.trim() !== '' && Number.isFinite(Number(value))

/** Whether the first row names the columns: no number in it, and some below. */
export function hasHeader(rows: readonly string[][]): boolean {
  const [first, ...rest] = rows
  return first !== undefined && !first.some(isNumber) && (rest.length === 0 || rest.some((row) => row.some(isNumber)))
}
