import { randomUUID } from 'node:crypto'
import type { UploadSet, UploadSetAnswer } from '../../../contract/agent/uploads.ts'
import type { AgentClient, AgentLink } from '../agent-client/index.ts'
import type { AppError } from '../kit/app-error.ts'
import type { Turns } from '../kit/turns.ts'
import { wait } from '../kit/wait.ts'
import type { Platform } from '../platform.ts'
import type { Lane, LaneFile } from './lane.ts'
import type { UploadList } from './list.ts'
import type { Pace } from './pacing.ts'
import { checkUser, chunkSizeOf, openingOf, type UploadRecord } from './record.ts'
import { judge } from './set-answer.ts'
import { packedSet } from './set-body.ts'
import type { SetCompressing } from './set-compressing.ts'
import { readSmallFiles, type SmallFile } from './set-files.ts'
import type { SetSize } from './set-size.ts'
import { fileChanged, sameVersion } from './source.ts'
import { troubleOf } from './trouble.ts'
import { untilReachable } from './waiting.ts'
import type { WorkerPool } from './workers/pool.ts'

const PATH = '/api/v2/uploads/sets'
/** Tries without any progress. */
const AGAIN_TRIES = 6
/** So often a broken connection is nothing that the user has to see. */
const BROKEN_TRIES = 3
/** Of an agent that cannot unpack a set, or knows none. */
const UNSUPPORTED = 415
/** Answers of agents that know no sets, and of what may stand before them. */
const UNKNOWN = new Set([404, 405, UNSUPPORTED, 501])

/** What sets to one site share. */
export interface SetParts {
  platform: Platform
  list: UploadList
  userOf: (site: string) => string | undefined
  client: AgentClient
  link: AgentLink
  lane: Lane
  workers: WorkerPool
  reading: Turns
  size: SetSize
  compressing: SetCompressing
  /** They are under way no longer, whatever became of them. */
  out(records: readonly UploadRecord[]): void
  /** They are to go on one by one. `unknown`: the agent knows no sets. */
  alone(records: readonly UploadRecord[], unknown: boolean): void
}

/** Small files of one site that go together: read, sent and judged at once, each with an end of its own. */
export class SetRun implements LaneFile {
  readonly rank: number
  /** Of its largest file: what is small goes as a small file. */
  readonly size: number
  readonly sent = 0
  readonly limit = 0
  readonly #parts: SetParts
  readonly #pace: Pace
  readonly #members: Set<UploadRecord>
  /** Ends the try that runs, or the waiting for the next. */
  #cut = new AbortController()
  #trying: Promise<void> = Promise.resolve()

  /** @param records At least one; of users who are signed in, if anyone is. */
  constructor(parts: SetParts, records: readonly UploadRecord[], pace: (file: LaneFile) => Pace) {
    this.#parts = parts
    this.#members = new Set(records)
    this.rank = Math.min(...records.map(({ rank }) => rank))
    this.size = Math.max(...records.map(({ size }) => size))
    this.#pace = pace(this)
  }

  /** Resolves when all of them have come to an end here. */
  async run(): Promise<void> {
    let tries = 0
    while (this.#members.size > 0) {
      const before = this.#members.size
      const { signal } = (this.#cut = new AbortController())
      const left = this.#once(signal)
      this.#trying = left.then(
        () => undefined,
        () => undefined,
      )
      try {
        const error = await left
        tries = this.#members.size < before ? 1 : tries + 1
        if (tries > AGAIN_TRIES) this.#goAlone([...this.#members])
        else if (error !== undefined) await this.#trouble(error, tries, signal)
      } catch (error) {
        // Some were taken out: the others are packed anew.
        if (signal.aborted) continue
        await this.#trouble(error, (tries += 1), signal).catch((reason: unknown) => {
          if (!signal.aborted) throw reason
        })
      }
    }
  }

  /** Stops one of them; nothing of it is sent any more when this resolves. */
  async takeOut(record: UploadRecord): Promise<void> {
    if (!this.#members.has(record)) return
    this.#members.delete(record)
    this.#cut.abort(new Error('stopped'))
    await this.#trying
    this.#parts.out([record])
  }

  /** One try for all that are left; resolves with why some of them need another. */
  async #once(signal: AbortSignal): Promise<AppError | undefined> {
    const { lane, userOf } = this.#parts
    const records = [...this.#members]
    for (const record of records) checkUser(record, userOf)
    const bytes = records.reduce((sum, { size }) => sum + size, 0)
    const leave = await lane.enter(this, bytes, signal)
    try {
      const { read, failed, large } = await readSmallFiles(this.#parts, records, signal)
      this.#fail(failed)
      this.#goAlone(large)
      const files = await this.#opened(read, signal)
      if (files.length === 0) return undefined
      return await this.#settle(files, await this.#send(files, signal))
    } finally {
      leave()
    }
  }

  /** Those whose version goes up; the journal knows it before the agent does. */
  async #opened(read: readonly SmallFile[], signal: AbortSignal): Promise<SmallFile[]> {
    const { list } = this.#parts
    const changed = read.filter(({ record, version }) => !sameVersion(version, record))
    const late = changed.filter(({ record }) => !record.rebase)
    this.#fail(late.map(({ record }) => ({ record, error: fileChanged(record.name) })))
    const anew = new Map(changed.filter(({ record }) => record.rebase).map((file) => [file.record, file]))
    const files = read.filter(({ record }) => this.#members.has(record))
    const records = files.map(({ record }) => record)
    // After a crash it is enough that they were added: the same keys are sent again.
    list.show(records, (record) => ({
      state: 'uploading',
      wait: undefined,
      opened: true,
      inSet: true,
      rebase: false,
      chunkSize: chunkSizeOf(record),
      ...(anew.has(record) ? { ...anew.get(record)?.version, key: randomUUID() } : {}),
    }))
    if (anew.size > 0) await list.updateAll([...anew.keys()], {})
    signal.throwIfAborted()
    return files
  }

  async #send(files: readonly SmallFile[], signal: AbortSignal): Promise<{ answer: UploadSetAnswer; crossed: number }> {
    const { client, compressing, lane, size, userOf } = this.#parts
    const set: UploadSet['files'] = files.map(({ record, digest }) => ({ ...openingOf(record), digest }))
    const contents = files.map(({ content }) => content)
    const { body, headers, plain } = await packedSet(set, contents, compressing)
    const trip = await lane.depart(this, body.length, signal)
    let arrived = false
    try {
      for (const { record } of files) checkUser(record, userOf)
      const pace = this.#pace(signal)
      const counted = (left: number) => {
        trip.left(left)
        return pace(left)
      }
      const started = performance.now()
      const answer = await client.postBytes<UploadSetAnswer>(PATH, body, headers, signal, counted)
      size.arrived(plain, performance.now() - started)
      arrived = true
      return { answer, crossed: body.length / plain }
    } finally {
      trip.end(arrived)
    }
  }

  /** Takes over what became of each; gives why some of them need another try. */
  async #settle(
    files: readonly SmallFile[],
    { answer, crossed }: { answer: UploadSetAnswer; crossed: number },
  ): Promise<AppError | undefined> {
    const { list } = this.#parts
    // Of those that were taken out meanwhile, whoever did it has said what becomes of them.
    const left = files.filter(({ record }) => this.#members.has(record))
    const { uploaded, failed, anew, alone, again } = judge(left, answer, { path: PATH, crossed })
    list.updateSome([...uploaded.keys()], (record) => uploaded.get(record) ?? {})
    this.#leave([...uploaded.keys()])
    this.#fail(failed)
    this.#goAlone(alone)
    if (anew.length > 0) await list.updateAll(anew, () => ({ key: randomUUID() }))
    return again
  }

  async #trouble(error: unknown, tries: number, signal: AbortSignal): Promise<void> {
    const { compressing, lane, link } = this.#parts
    const records = [...this.#members]
    const [first] = records
    if (first === undefined) return
    const trouble = troubleOf(error, first)
    switch (trouble.kind) {
      case 'lost':
        return this.#goAlone(records, true)
      case 'end': {
        // Something of it is not taken: each by itself gets a sentence of its own.
        const { value } = trouble.error
        const status = value.code === 'AGENT' ? value.data.status : 0
        if (value.code === 'INTERNAL') throw error
        // Damaged on its way, before anything of it was believed.
        if (value.code === 'CHECKSUM_MISMATCH' && tries <= AGAIN_TRIES) return
        if (status === UNSUPPORTED && compressing.refuse()) return
        return this.#goAlone(records, UNKNOWN.has(status))
      }
      case 'server-limit':
        lane.hold(trouble.seconds)
        this.#wait('server-limit')
        return wait(lane.held, signal)
      case 'again':
        if (tries > AGAIN_TRIES) throw error
        return untilReachable(link, tries, signal)
      default:
        if (trouble.kind === 'network' && link.ready) lane.lost()
        if (trouble.kind === 'sign-in' || !link.ready || tries > BROKEN_TRIES) this.#wait(trouble.kind)
        return untilReachable(link, tries, signal)
    }
  }

  #wait(kind: NonNullable<UploadRecord['wait']>): void {
    this.#parts.list.updateSome([...this.#members], { state: 'waiting', wait: kind })
  }

  #fail(failed: readonly { record: UploadRecord; error: AppError }[]): void {
    const errors = new Map(failed.map(({ record, error }) => [record, error]))
    const { list, platform } = this.#parts
    const records = [...errors.keys()].filter((record) => this.#members.has(record))
    if (records.length === 0) return
    list.updateSome(records, (record) => failureOfFile(errors.get(record)))
    const codes = [...new Set([...errors.values()].map(({ value }) => value.code))]
    platform.log.warn('uploads of small files failed', { uploads: records.length, codes })
    this.#leave(records)
  }

  #goAlone(records: readonly UploadRecord[], unknown = false): void {
    const some = records.filter((record) => this.#members.has(record))
    if (some.length === 0) return
    for (const record of some) this.#members.delete(record)
    this.#parts.alone(some, unknown)
  }

  #leave(records: readonly UploadRecord[]): void {
    for (const record of records) this.#members.delete(record)
    this.#parts.out(records)
  }
}

/** A page's file is waited for; everything else is an end. */
function failureOfFile(error: AppError | undefined): Partial<UploadRecord> {
  if (error?.value.code === 'FILE_DETACHED') return { state: 'waiting', wait: 'file', error: error.value }
  return { state: 'failed', wait: undefined, error: error?.value }
}
