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
    const point: Stretch = { n0: n, x0: x, n1: n, x1: x, first: [...cells], second: [...cells] }
    if (this.#open === undefined) {
      if (this.stretches.length === MOST) this.#halve()
      this.stretches.push(point)
      this.#open = point
    } else join(this.#open, point)
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
  const count = Math.max(stretch.first.length, other.first.length)
  for (let series = 0; series < count; series++) {
    const [first, second] = extremes([
      stretch.first[series] ?? null,
      stretch.second[series] ?? null,
      other.first[series] ?? null,
      other.second[series] ?? null,
    ])
    stretch.first[series] = first
    stretch.second[series] = second
  }
}

/** The least and the greatest in the order in which they come; a value that is no finite number comes before both. */
function extremes(cells: readonly Cell[]): [Cell, Cell] {
  let low: number | undefined
  let high: number | undefined
  let lowFirst = true
  let odd: number | undefined
  for (const cell of cells) {
    if (cell === null) continue
    if (!Number.isFinite(cell)) odd = cell
    else {
      if (low === undefined || cell < low) {
        low = cell
        lowFirst = false
      }
      if (high === undefined || cell > high) {
        high = cell
        lowFirst = true
      }
    }
  }
  if (odd !== undefined) return [high ?? odd, odd]
  if (low === undefined || high === undefined) return [null, null]
  return lowFirst ? [low, high] : [high, low]
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
