import type { ConvergenceRow, ConvergenceValue } from '../../../contract/convergence.ts'

/** A value, or null where the solver wrote none; NaN and the infinities are values. */
export type Cell = number | null

/** The points of a stretch: where it begins and ends, and of each series the extremes in the order in which they came. */
export interface Stretch {
  n0: number
  x0: number
  n1: number
  x1: number
  first: Cell[]
  second: Cell[]
}

/** Stretches that are kept; twice as many rows are drawn from them. */
const MOST = 2048

/**
 * All points of a run in bounded room. At first every point is kept; when there is no more room, neighbours are joined two by
 * two, and from then on stretches are twice as long: n points never take more than 2048 stretches of the same length, the
 * smallest power of two that will do. A stretch keeps the least and the greatest value of each series (min-max thinning), so
 * that no peak and no NaN is lost at any length.
 */
export class History {
  /** Points in a stretch. */
  length: number
  readonly stretches: Stretch[]
  /** The lowest index changed since `saved`. */
  changedFrom = 0
  #open: Stretch | undefined

  constructor(stretches: Stretch[] = [], length = 1) {
    this.length = length
    this.stretches = stretches
    this.changedFrom = stretches.length
    // The last one may lack points.
    const last = stretches.at(-1)
    if (last !== undefined && last.n1 - last.n0 + 1 < length) this.#open = last
  }

  add(n: number, x: number, cells: readonly Cell[]): void {
    if (this.#open === undefined) {
      if (this.stretches.length === MOST) this.#halve()
      this.#open = { n0: n, x0: x, n1: n, x1: x, first: [...cells], second: [...cells] }
      this.stretches.push(this.#open)
    } else {
      this.#open.n1 = n
      this.#open.x1 = x
      for (let series = 0; series < cells.length; series++) take(this.#open, series, cells[series] ?? null)
    }
    this.changedFrom = Math.min(this.changedFrom, this.stretches.length - 1)
    if (n - this.#open.n0 + 1 >= this.length) this.#open = undefined
  }

  #halve(): void {
    const halves = this.stretches.splice(0)
    for (let index = 0; index < halves.length; index += 2) {
      const [one, other] = halves.slice(index, index + 2)
      if (one === undefined) continue
      if (other !== undefined) join(one, other)
      this.stretches.push(one)
    }
    this.length *= 2
    this.changedFrom = 0
  }

  /** Rows of points whose number lies between the two, without them. */
  rows(after: number, before: number): ConvergenceRow[] {
    const rows: ConvergenceRow[] = []
    for (const { n0, x0, n1, x1, first, second } of this.stretches) {
      if (n0 > after && n0 < before) rows.push(rowOf(n0, x0, first))
      if (n1 > n0 && n1 > after && n1 < before) rows.push(rowOf(n1, x1, second))
    }
    return rows
  }
}

/** Adds the points of `other`, which came later, to `stretch`. */
function join(stretch: Stretch, other: Stretch): void {
  stretch.n1 = other.n1
  stretch.x1 = other.x1
  for (let series = 0; series < other.first.length; series++) {
    take(stretch, series, other.first[series] ?? null)
    take(stretch, series, other.second[series] ?? null)
  }
}

/**
 * Widens the extremes of a series by a later value: the least and the greatest stay in the order in which they came. A value
 * that is no finite number takes the second place and keeps it; before it stands the greatest.
 */
function take({ first, second }: Stretch, series: number, cell: Cell): void {
  if (cell === null) return
  const one = first[series] ?? null
  const two = second[series] ?? null
  if (one === null || two === null) {
    first[series] = cell
    second[series] = cell
  } else if (!Number.isFinite(cell)) {
    first[series] = Number.isFinite(two) ? Math.max(one, two) : one
    second[series] = cell
  } else if (!Number.isFinite(two)) {
    if (!Number.isFinite(one) || cell > one) first[series] = cell
  } else if (cell < Math.min(one, two)) {
    first[series] = Math.max(one, two)
    second[series] = cell
  } else if (cell > Math.max(one, two)) {
    first[series] = Math.min(one, two)
    second[series] = cell
  }
}

const written = (cell: Cell): ConvergenceValue =>
  cell === null || Number.isFinite(cell) ? cell : (String(cell) as 'NaN' | 'Infinity' | '-Infinity')

/** A row as the contract has it; missing values at its end are left out. */
export function rowOf(n: number, x: number, cells: readonly Cell[]): ConvergenceRow {
  return [n, x, ...Array.from(cells, (cell) => written(cell ?? null))]
}

/** The cells of a row. */
export const cellsOf = (row: ConvergenceRow): Cell[] =>
  row.slice(2).map((value) => (typeof value === 'string' ? Number(value) : value))
