import type {
  ConvergenceGroup,
  ConvergenceMeta,
  ConvergenceRow,
  ConvergenceSeries,
  ConvergenceValue,
} from '../../../../contract/convergence.ts'

/** A line of a chart; `place` is its own among all series, and its place in a row. */
export interface Line {
  place: number
  name: string
  /** Its number in its group: its colour and pattern stay while others are hidden. */
  index: number
}

/** Points as columns, the way the plot takes them: one abscissa, one column per line, gaps as null. */
export interface Columns {
  x: number[]
  values: (number | null)[][]
}

/** Part of the abscissa that is looked at. */
export type Range = readonly [from: number, to: number]

/** Lines are told apart by six colours times six patterns. */
export const colours = 6
const dashes: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [10, 3, 2, 3], [4, 2], [12, 5]]
export const colourOf = (index: number): string => `--series-${index % colours}`
export const dashOf = (index: number): readonly number[] =>
  dashes[(index + Math.floor(index / colours)) % dashes.length] ?? []

export function linesOf(series: readonly ConvergenceSeries[], group: string): Line[] {
  const places = series.flatMap((each, place) => (each.group === group ? [{ place, name: each.name }] : []))
  return places.map((line, index) => ({ ...line, index }))
}

/** Groups that have lines, in the parser's order. */
export const groupsWith = (meta: ConvergenceMeta, series: readonly ConvergenceSeries[]): ConvergenceGroup[] =>
  meta.groups.filter(({ key }) => series.some(({ group }) => group === key))

/** Whether nothing but zeros came in a group: what it counts has not happened. */
export const isQuiet = (rows: readonly ConvergenceRow[], lines: readonly Line[]): boolean =>
  rows.every((row) => lines.every(({ place }) => (row[place + 2] ?? 0) === 0))

/** What is drawn at first: the first group, and one more of those that the state is judged by, where it has something to tell. */
export function shownAtFirst(
  groups: readonly ConvergenceGroup[],
  rows: readonly ConvergenceRow[],
  series: readonly ConvergenceSeries[],
): string[] {
  const [first, ...others] = groups
  const judged = others.find(({ key, expect }) => expect !== undefined && !isQuiet(rows, linesOf(series, key)))
  return [first, judged].flatMap((group) => group?.key ?? [])
}

/**
 * Rows as columns of these lines; rows in which none of them has a value are left out. What is no finite number is a gap.
 * For a logarithmic scale it is the decades (logarithms to base 10), where zero and less are gaps, too: the plot's own
 * logarithmic scale has no ticks beyond 10^17, and what diverges goes there.
 */
export function columnsOf(rows: readonly ConvergenceRow[], lines: readonly Line[], isLog: boolean): Columns {
  const x: number[] = []
  const values = lines.map((): (number | null)[] => [])
  for (const row of rows) {
    if (lines.every(({ place }) => (row[place + 2] ?? null) === null)) continue
    x.push(Number(row[1]))
    lines.forEach(({ place }, index) => values[index]?.push(drawable(row[place + 2], isLog)))
  }
  return { x, values }
}

function drawable(value: ConvergenceValue | undefined, isLog: boolean): number | null {
  if (typeof value !== 'number' || (isLog && value <= 0)) return null
  return isLog ? Math.log10(value) : value
}

/** Where a line first was no number. */
export function firstOdd(rows: readonly ConvergenceRow[], lines: readonly Line[]): number | undefined {
  const row = rows.find((each) => lines.some(({ place }) => typeof each[place + 2] === 'string'))
  return row === undefined ? undefined : Number(row[1])
}

/** The value at a row, or the latest there is where the row has none. */
export function valueAt(
  rows: readonly ConvergenceRow[],
  place: number,
  index = rows.length - 1,
): Exclude<ConvergenceValue, null> | undefined {
  for (let at = Math.min(index, rows.length - 1); at >= 0; at--) {
    const value = rows[at]?.[place + 2] ?? null
    if (value !== null) return value
  }
  return undefined
}

/** The row at an abscissa, or the one before it. */
export function rowAt(rows: readonly ConvergenceRow[], x: number): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (Number(rows[middle]?.[1]) <= x) low = middle + 1
    else high = middle
  }
  return Math.max(0, low - 1)
}

/** Least and greatest of a line's finite values. */
export function extentOf(rows: readonly ConvergenceRow[], place: number): [number, number] | undefined {
  let low = Infinity
  let high = -Infinity
  for (const row of rows) {
    const value = row[place + 2]
    if (typeof value !== 'number') continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return low > high ? undefined : [low, high]
}

/** `range` seen `factor` times as large, about `at`; undefined where all of `full` is seen. */
export function zoomed(range: Range | undefined, full: Range, factor: number, at?: number): Range | undefined {
  const [from, to] = range ?? full
  const about = at ?? (from + to) / 2
  const [low, high] = [about - (about - from) / factor, about + (to - about) / factor]
  return within([low, high], full)
}

/** `range` moved by a part of its own length. */
export function moved(range: Range | undefined, full: Range, part: number): Range | undefined {
  if (range === undefined) return undefined
  const length = range[1] - range[0]
  const by = Math.min(Math.max(part * length, full[0] - range[0]), full[1] - range[1])
  return [range[0] + by, range[1] + by]
}

function within([from, to]: Range, full: Range): Range | undefined {
  const low = Math.max(from, full[0])
  const high = Math.min(to, full[1])
  if (high - low >= (full[1] - full[0]) * 0.999) return undefined
  // Closer than a millionth there is nothing to see.
  return high - low < (full[1] - full[0]) * 1e-6 ? [from, to] : [low, high]
}

/** A value as engineers read it: `2.4e-6`, `0.031`, `125`. */
export function formatValue(value: ConvergenceValue | undefined): string {
  if (value === undefined || value === null) return '–'
  if (typeof value === 'string') return value.replace('Infinity', '∞')
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size < 1e-3 || size >= 1e5) return value.toExponential(2).replace('e+', 'e')
  return String(Number(value.toPrecision(3)))
}

/** A number beside an axis: as short as it is exact. */
export function formatTick(value: number): string {
  const rounded = Number(value.toPrecision(3))
  const size = Math.abs(rounded)
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? rounded.toExponential().replace('e+', 'e') : String(rounded)
}

/** Whole decades from `low` to `high`, at most nine of them. */
export function decades(low: number, high: number): number[] {
  const first = Math.ceil(low - 1e-9)
  const last = Math.floor(high + 1e-9)
  const step = Math.max(1, Math.ceil((last - first) / 8))
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => first + index * step)
}
