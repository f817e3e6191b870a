import type {
  ConvergenceHead,
  ConvergenceRow,
  ConvergenceSeries,
  ConvergenceSpec,
  ConvergenceVerdict,
} from '../../../contract/convergence.ts'
import type { Text } from '../../../contract/text.ts'
import { PatternTooSlow } from '../templates/index.ts'
import type { FileReader } from '../user-files/index.ts'
import type { Cell } from './history.ts'
import { judge } from './judge.ts'
import { LineReader } from './lines.ts'
import { convergenceParser } from './parser.ts'
import type { ConvergenceParser, Values } from './point.ts'
import { Run } from './run.ts'
import { says } from './sentence.ts'
import type { Progress } from './store.ts'

const PIECE = 65_536
/** Bytes before the place that was reached: where they differ, the file is another. */
const BEFORE = 64
/** Of a job the latest runs are kept, and of a log the first series. */
const MOST_RUNS = 20
const MOST_SERIES = 64

/** A job's file as it is being read: its points, and where to go on. */
export class Reading {
  readonly spec: ConvergenceSpec
  readonly file: string
  readonly series: ConvergenceSeries[]
  readonly runs: Run[]
  verdict: ConvergenceVerdict
  complete: boolean
  problem: Text | undefined
  #parser: ConvergenceParser
  #lines: LineReader
  /** The byte to be read next, and the bytes before it. */
  #position: number
  #before: Buffer
  readonly #places: Map<string, number>
  /** The next point begins a run, whatever its abscissa. */
  #begins: boolean

  constructor(spec: ConvergenceSpec, file: string, stored?: { progress: Progress; runs: Run[] }) {
    this.spec = spec
    this.file = file
    this.series = stored?.progress.series ?? []
    this.runs = stored?.runs ?? []
    this.verdict = stored?.progress.verdict ?? { state: 'unknown', text: says.tooEarly(), at: 0 }
    this.complete = stored?.progress.complete ?? false
    this.problem = stored?.progress.problem
    this.#parser = convergenceParser(spec, stored?.progress.memory)
    this.#position = stored?.progress.offset ?? 0
    this.#before = Buffer.from(stored?.progress.before ?? '', 'hex')
    this.#lines = new LineReader(this.#position)
    this.#places = new Map(this.series.map(({ group, name }, index) => [`${group}/${name}`, index]))
    this.#begins = this.runs.length === 0
  }

  get latest(): Run | undefined {
    return this.runs.at(-1)
  }

  /** Bytes that have been read. */
  get position(): number {
    return this.#position
  }

  head(run: number | undefined): Omit<ConvergenceHead, 'alarm'> {
    return {
      meta: this.#parser.meta,
      series: [...this.series],
      runs: this.runs.map(({ summary }) => summary),
      run: this.#run(run)?.record.run ?? 1,
      verdict: this.verdict,
      file: this.file,
      read: this.#position,
      complete: this.complete,
      ...(this.problem === undefined ? {} : { problem: this.problem }),
    }
  }

  rows(run: number | undefined, after: number): ConvergenceRow[] {
    return this.#run(run)?.rows(after) ?? []
  }

  #run(number: number | undefined): Run | undefined {
    return this.runs.find(({ record }) => record.run === number) ?? this.latest
  }

  /**
   * Reads what is new in the file, piece by piece; `onPiece` after each. A file that is shorter than what was read of it, or
   * has other bytes there, was begun anew: so is the plot, with a new run.
   */
  async read(file: FileReader, signal: AbortSignal, onPiece: () => Promise<void>): Promise<void> {
    if (this.problem !== undefined) return
    if (!(await this.#goesOn(file))) this.#restart()
    const buffer = Buffer.allocUnsafe(PIECE)
    while (!signal.aborted) {
      const { bytesRead } = await file.read(buffer, 0, PIECE, this.#position)
      if (bytesRead === 0) return
      const piece = buffer.subarray(0, bytesRead)
      this.#position += bytesRead
      this.#before = Buffer.concat([this.#before, piece]).subarray(-BEFORE)
      if (!this.#parse(this.#lines.push(piece))) return
      await onPiece()
    }
  }

  /** Nothing more comes: what is unfinished counts. */
  finish(): void {
    if (this.problem === undefined && this.#parse(this.#lines.finish()))
      this.#parser.end((x, values) => this.#add(x, values))
    this.complete = true
    this.judge()
  }

  judge(): void {
    const { latest } = this
    if (latest !== undefined) this.verdict = judge(latest, this.#parser, this.series, this.spec.target)
  }

  get progress(): Progress {
    const unfinished = this.#position - this.#lines.end
    const before = this.#before.subarray(0, Math.max(0, this.#before.length - unfinished))
    return {
      spec: this.spec,
      file: this.file,
      offset: this.#lines.end,
      before: before.toString('hex'),
      memory: this.#parser.memory,
      series: this.series,
      runs: this.runs.map(({ record }) => record),
      verdict: this.verdict,
      complete: this.complete,
      ...(this.problem === undefined ? {} : { problem: this.problem }),
    }
  }

  async #goesOn(file: FileReader): Promise<boolean> {
    const { size } = await file.stat()
    if (size < this.#position) return false
    const { length } = this.#before
    if (length === 0) return true
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, this.#position - length)
    return bytesRead === length && buffer.subarray(0, length).equals(this.#before)
  }

  #restart(): void {
    this.#parser = convergenceParser(this.spec)
    this.#position = 0
    this.#before = Buffer.alloc(0)
    this.#lines = new LineReader(0)
    this.#begins = true
  }

  /** False where the template's pattern was given up. */
  #parse(lines: readonly string[]): boolean {
    try {
      this.#parser.read(lines, (x, values) => this.#add(x, values))
      return true
    } catch (error) {
      if (!(error instanceof PatternTooSlow)) throw error
      this.problem = says.patternTooSlow()
      return false
    }
  }

  #add(x: number, values: Values): void {
    let run = this.latest
    if (run === undefined || this.#begins || x < (run.record.to ?? x)) {
      run = Run.begin((run?.record.run ?? 0) + 1)
      this.runs.push(run)
      if (this.runs.length > MOST_RUNS) this.runs.shift()
      this.#begins = false
    }
    const cells = Array.from<Cell>({ length: this.series.length }).fill(null)
    for (const key in values) {
      const value = values[key] ?? null
      const place = this.#placeOf(key)
      if (place !== undefined) cells[place] = value
    }
    run.add(x, cells)
  }

  #placeOf(key: string): number | undefined {
    const known = this.#places.get(key)
    if (known !== undefined || this.series.length >= MOST_SERIES) return known
    const slash = key.indexOf('/')
    // Names come from the log: nothing in them may move a cursor or turn the reading direction.
    const name = key
      .slice(slash + 1)
      .replace(/[\p{Cc}\p{Cf}]/gu, '')
      .slice(0, 60)
    this.series.push({ group: key.slice(0, slash), name })
    this.#places.set(key, this.series.length - 1)
    return this.series.length - 1
  }
}
