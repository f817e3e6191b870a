import { type ArrayElement, jobHasEnded } from '../../../../contract/jobs.ts'
import type { ScheduledJob } from '../scheduler.ts'
import { inPieces, turn } from './breathing.ts'
import { elementsOfRow, jobOfElements, jobOfRow } from './fold.ts'
import { parseRow, type QueueRow } from './queue-row.ts'

/** Slurm's clock and ours need not agree; an older job of the same number is older by far. */
const SKEW_MS = 600_000
/** The scheduler guesses anew every minute or so: less than this is no news. */
const START_MOVES_MS = 120_000

/** What is known beside Slurm's own word about a job that is followed. */
export interface Origin {
  /** Slurm's account; undefined where the agent is the user. */
  account: string | undefined
  /** When it was handed over; undefined for one that another database knew. */
  since: Date | undefined
  /** All elements of an array, as it was asked for. */
  elements: readonly number[] | undefined
  last: ScheduledJob | undefined
}

/** One job that is followed: what was last known, and what of it is still to be learnt. */
export class Track {
  readonly id: string
  readonly origin: Origin
  job: ScheduledJob | undefined
  readonly elements = new Map<number, ArrayElement>()
  /** Since when the queue has not known it (or some of its elements), though nobody saw it end. */
  missingSince: number | undefined
  /** Of ends by SIGKILL: what accounting says of them, by element; `undefined` is a job that is no array. */
  readonly verdicts = new Map<number | undefined, string | false>()
  /** Since when accounting has been asked for one in vain. */
  undecidedSince: number | undefined
  #lines: string[] = []
  #rows = new Map<string, QueueRow>()
  /** Elements that the last lines spoke of. */
  #inQueue = new Set<number>()

  constructor(id: string, origin: Origin) {
    this.id = id
    this.origin = origin
    this.job = origin.last
  }

  get isArray(): boolean {
    return this.origin.elements !== undefined || this.elements.size > 0
  }

  get hasEnded(): boolean {
    return this.job !== undefined && jobHasEnded(this.job.state) && this.unknown.length === 0
  }

  /** Elements that were asked for and never seen. */
  get unknown(): number[] {
    if (this.elements.size >= (this.origin.elements?.length ?? 0)) return []
    return (this.origin.elements ?? []).filter((index) => !this.elements.has(index))
  }

  /** Whether these are the very lines that were applied last. */
  isSame(lines: readonly string[]): boolean {
    return lines.length === this.#lines.length && lines.every((line, i) => line === this.#lines[i])
  }

  /** The queue's lines about this job; those that were there at the last look are not read again. */
  async read(lines: readonly string[]): Promise<QueueRow[]> {
    const rows = new Map<string, QueueRow>()
    await inPieces(lines, (line) => {
      const row = this.#rows.get(line) ?? parseRow(line)
      if (row !== undefined && this.#isOurs(row)) rows.set(line, row)
    })
    this.#rows = rows
    return [...rows.values()]
  }

  /** These lines need not be read again. */
  remember(lines: readonly string[], rows: readonly QueueRow[]): void {
    this.#lines = [...lines]
    this.#inQueue = new Set(rows.flatMap(({ elements }) => elements ?? []))
  }

  /** Whether the queue has nothing to say about something that nobody has seen to end. */
  isMissing(lines: readonly string[]): boolean {
    if (this.hasEnded) return false
    if (!this.isArray) return lines.length === 0
    const open = [...this.elements.values()].some(
      ({ index, state }) => !jobHasEnded(state) && !this.#inQueue.has(index),
    )
    return open || this.unknown.length > 0
  }

  /** Whether one of these ended by SIGKILL and it is not known who sent it: Slurm itself does for too much memory. */
  isUndecided(rows: readonly QueueRow[]): boolean {
    return rows.some(
      (row) => wasKilled(row) && (row.elements ?? [undefined]).some((index) => !this.verdicts.has(index)),
    )
  }

  /** Takes rows from any source; what has changed, undefined where nothing. Elements not spoken of stay as they are. */
  async learn(told: readonly QueueRow[]): Promise<ScheduledJob | undefined> {
    const rows = told.filter((row) => this.#isOurs(row)).map((row) => this.#judged(row))
    const [first] = rows
    if (first === undefined) return undefined
    const single = rows.find(({ elements }) => elements === undefined)
    if (single !== undefined && !this.isArray) return this.#settle(jobOfRow(single), [])
    const changed: ArrayElement[] = []
    await inPieces(rows, (row) => {
      for (const element of elementsOfRow(row)) {
        const before = this.elements.get(element.index)
        if (before !== undefined && isSameElement(before, element)) continue
        this.elements.set(element.index, element)
        changed.push(element)
      }
    })
    await turn()
    const lead = rows.find(({ state }) => state === 'pending') ?? first
    return this.#settle(jobOfElements(this.id, lead, [...this.elements.values()]), changed)
  }

  /**
   * Slurm keeps no record of an element that was cancelled before it began. `said`: all that controller and accounting say of
   * the array; what neither they nor the queue knows of it and what has not begun is such a one.
   */
  withdraw(said: readonly QueueRow[], now: Date): ScheduledJob | undefined {
    const told = new Set(said.flatMap(({ elements }) => elements ?? []))
    const waited = [...this.elements.values()].filter(({ state }) => state === 'pending').map(({ index }) => index)
    const gone = [...waited, ...this.unknown]
      .filter((index) => !told.has(index) && !this.#inQueue.has(index))
      .map((index): ArrayElement => ({ index, state: 'cancelled', endedAt: now.toISOString() }))
    if (gone.length === 0) return undefined
    for (const element of gone) this.elements.set(element.index, element)
    return this.#settle(jobOfElements(this.id, undefined, [...this.elements.values()]), gone)
  }

  /** Slurm has forgotten it: what was not seen to end is lost. */
  lose(reason: string, now: Date): ScheduledJob | undefined {
    if (!this.isArray) return this.#settle({ ...this.#bare(), state: 'lost', reason, endedAt: now }, [])
    const known = [...this.elements.values()].filter(({ state }) => !jobHasEnded(state))
    const lost = [...known.map(({ index }) => index), ...this.unknown].map((index): ArrayElement => ({
      index,
      state: 'lost',
      reason,
      endedAt: now.toISOString(),
    }))
    for (const element of lost) this.elements.set(element.index, element)
    return this.#settle(jobOfElements(this.id, undefined, [...this.elements.values()]), lost)
  }

  /** What of these had ended was put back into the queue: its end is to be seen once more. */
  reopen(elements: readonly number[] | undefined): void {
    for (const index of elements ?? [undefined, ...this.elements.keys()]) {
      this.verdicts.delete(index)
      const known = index === undefined ? undefined : this.elements.get(index)
      if (known !== undefined && jobHasEnded(known.state)) {
        this.elements.set(known.index, { index: known.index, state: 'pending' })
      }
    }
    this.missingSince = undefined
    if (this.job !== undefined && jobHasEnded(this.job.state)) this.job = { id: this.id, state: 'pending' }
  }

  /** The whole, all elements that are known. */
  snapshot(): ScheduledJob | undefined {
    if (this.job === undefined || this.elements.size === 0) return this.job
    return { ...this.job, elements: [...this.elements.values()].toSorted((a, b) => a.index - b.index) }
  }

  #bare(): ScheduledJob {
    const { startedAt, nodes } = this.job ?? {}
    return {
      id: this.id,
      state: 'lost',
      ...(startedAt === undefined ? {} : { startedAt }),
      ...(nodes === undefined ? {} : { nodes }),
    }
  }

  #judged(row: QueueRow): QueueRow {
    const verdict = wasKilled(row) ? this.verdicts.get(row.elements?.[0]) : undefined
    return typeof verdict === 'string'
      ? { ...row, state: 'out_of_memory', word: 'OUT_OF_MEMORY', reason: verdict }
      : row
  }

  /** A job of another user, or of another year: Slurm has given the number a second time. */
  #isOurs(row: QueueRow): boolean {
    const { account, since } = this.origin
    if (account !== undefined && row.user !== account) return false
    return since === undefined || row.submittedAt === undefined || row.submittedAt.getTime() > since.getTime() - SKEW_MS
  }

  #settle(job: ScheduledJob, changed: readonly ArrayElement[]): ScheduledJob | undefined {
    const before = this.job
    if (changed.length === 0 && before !== undefined && news(before) === news(job) && startsAlike(before, job)) {
      // The start that was told stays, else many small moves were never told.
      const { expectedStart } = before
      this.job = expectedStart === undefined ? job : { ...job, expectedStart }
      return undefined
    }
    this.job = job
    return changed.length === 0 ? job : { ...job, elements: changed }
  }
}

const SIGKILL = 9
const wasKilled = (row: QueueRow): boolean => row.state === 'failed' && row.signal === SIGKILL

const isSameElement = (a: ArrayElement, b: ArrayElement): boolean =>
  a.state === b.state &&
  a.reason === b.reason &&
  a.exitCode === b.exitCode &&
  a.signal === b.signal &&
  a.startedAt === b.startedAt &&
  a.endedAt === b.endedAt &&
  a.nodes === b.nodes &&
  a.restarts === b.restarts

/** All of it apart from what moves a little with every look: a priority, a guessed start. */
function news(job: ScheduledJob): string {
  const { id: _id, priority: _priority, elements: _elements, expectedStart: _expectedStart, ...rest } = job
  const entries = Object.entries(rest).filter(([, value]) => value !== undefined)
  return JSON.stringify(entries.toSorted(([x], [y]) => (x < y ? -1 : 1)))
}

const startsAlike = (a: ScheduledJob, b: ScheduledJob): boolean => {
  if (a.expectedStart === undefined || b.expectedStart === undefined) return a.expectedStart === b.expectedStart
  return Math.abs(a.expectedStart.getTime() - b.expectedStart.getTime()) < START_MOVES_MS
}
