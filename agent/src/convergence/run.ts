import type { ConvergenceRow, ConvergenceRun } from '../../../contract/convergence.ts'
import { type Cell, cellsOf, History, rowOf, type Stretch } from './history.ts'

/** The latest points, kept one by one: the rule for the state looks at them, and so do people. */
const LATEST = 600

/** What is remembered of a series over its whole run. */
export interface SeriesStory {
  last: number
  /** The greatest and least finite value of either sign, by size. */
  largest: number
  /** The least value, and the point at which it was last improved by more than a tenth. */
  best: number
  bestAt: number
}

/** A run as it is stored, without its stretches. */
export interface RunRecord {
  run: number
  points: number
  stretch: number
  from?: number
  to?: number
  stories: (SeriesStory | null)[]
}

interface Point {
  n: number
  x: number
  cells: Cell[]
}
const asRow = ({ n, x, cells }: Point): ConvergenceRow => rowOf(n, x, cells)

/** A tenth better than the best so far is progress; less is noise. */
const PROGRESS = 0.9

/** One start of the solver: all its points in bounded room. */
export class Run {
  readonly history: History
  readonly record: RunRecord
  #latest: Point[]

  constructor(record: RunRecord, stretches: Stretch[] = [], latest: ConvergenceRow[] = []) {
    this.record = record
    this.history = new History(stretches, record.stretch)
    this.#latest = latest.map((row) => ({ n: Number(row[0]), x: Number(row[1]), cells: cellsOf(row) }))
  }

  static begin(run: number): Run {
    return new Run({ run, points: 0, stretch: 1, stories: [] })
  }

  /** `cells` in the order of the series. */
  add(x: number, cells: Cell[]): void {
    const { record } = this
    record.points += 1
    record.from ??= x
    record.to = x
    cells.forEach((cell, series) => {
      if (cell !== null) this.#tell(series, cell)
    })
    this.history.add(record.points, x, cells)
    record.stretch = this.history.length
    this.#latest.push({ n: record.points, x, cells })
    if (this.#latest.length >= 2 * LATEST) this.#latest = this.#latest.slice(-LATEST)
  }

  #tell(series: number, value: number): void {
    const { stories, points } = this.record
    const story = (stories[series] ??= { last: value, largest: 0, best: Infinity, bestAt: points })
    story.last = value
    if (!Number.isFinite(value)) return
    const size = Math.abs(value)
    story.largest = Math.max(story.largest, size)
    if (size < story.best * PROGRESS || story.best === Infinity) {
      story.best = size
      story.bestAt = points
    }
  }

  /** The last `count` values of a series, the oldest first; points without one are left out. */
  latest(series: number, count: number): number[] {
    const values: number[] = []
    for (let index = this.#latest.length - 1; index >= 0 && values.length < count; index--) {
      const value = this.#latest[index]?.cells[series] ?? null
      if (value !== null) values.push(value)
    }
    return values.toReversed()
  }

  /** Rows of points after number `after`: far back by stretches, the latest one by one. */
  rows(after: number): ConvergenceRow[] {
    const fresh = this.#latest.filter(({ n }) => n > after).map(asRow)
    const firstLatest = this.#latest[0]?.n ?? 1
    return after + 1 >= firstLatest ? fresh : [...this.history.rows(after, firstLatest), ...fresh]
  }

  /** The points that are kept one by one. */
  get tail(): ConvergenceRow[] {
    return this.#latest.slice(-LATEST).map(asRow)
  }

  get summary(): ConvergenceRun {
    const { run, points, stretch, from, to } = this.record
    return { run, points, stretch, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
  }
}

/** A point as it is stored. */
export const storedStretch = ({ n0, x0, n1, x1, first, second }: Stretch): [ConvergenceRow, ConvergenceRow] => [
  rowOf(n0, x0, first),
  rowOf(n1, x1, second),
]
export function stretchOf([one, other]: [ConvergenceRow, ConvergenceRow]): Stretch {
  const [n0, x0] = one
  const [n1, x1] = other
  return { n0: Number(n0), x0: Number(x0), n1: Number(n1), x1: Number(x1), first: cellsOf(one), second: cellsOf(other) }
}
