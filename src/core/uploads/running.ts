import type { Settings } from '../../../contract/settings.ts'
import type { AgentClient, AgentLink, Agents } from '../agent-client/index.ts'
import { AppError, appError } from '../kit/app-error.ts'
import type { Turns } from '../kit/turns.ts'
import type { Platform } from '../platform.ts'
import type { Buffers } from './buffers.ts'
import type { CompressionSpeed } from './compression.ts'
import type { Lane } from './lane.ts'
import type { UploadList } from './list.ts'
import type { Pacing } from './pacing.ts'
import { isNear } from './preparing.ts'
import type { UploadRecord } from './record.ts'
import { SetCompressing } from './set-compressing.ts'
import { SetSize } from './set-size.ts'
import { SetRun, type SetParts } from './sets.ts'
import type { UploadStore } from './store.ts'
import { transfer } from './transfer.ts'
import type { WorkerPool } from './workers/pool.ts'

/** What all runs share. */
export interface RunningParts {
  platform: Platform
  agents: Agents
  userOf: (site: string) => string | undefined
  list: UploadList
  store: UploadStore
  workers: WorkerPool
  compressionSpeed: CompressionSpeed
  buffers: Buffers
  comparing: Turns
  /** Sets of files that pages hold, while they are read. */
  reading: Turns
  pacing: Pacing
  settings: () => Settings
  /** Bytes per second that are allowed now for all uploads; 0: no limit. */
  limit: () => number
}

/** What is told to whoever decides whose turn it is. */
interface Turned {
  /** A place is free again. */
  ended(): void
  /** They are no longer under way together, and are to go on one by one. `unknown`: the agent knows no sets. */
  alone(records: readonly UploadRecord[], unknown: boolean): void
}

/** The uploads to one site that are under way: large files one by one, small ones in sets. */
export class Running {
  readonly #site: string
  readonly #parts: RunningParts
  readonly #lane: Lane
  readonly #turned: Turned
  readonly #runs = new Map<UploadRecord, { stop(): Promise<void> }>()
  readonly #files = new Set<UploadRecord>()
  readonly #sets = new Set<SetRun>()
  readonly #setSize = new SetSize()
  readonly #compressing: SetCompressing

  constructor(site: string, { parts, lane, turned }: { parts: RunningParts; lane: Lane; turned: Turned }) {
    this.#site = site
    this.#parts = parts
    this.#lane = lane
    this.#turned = turned
    this.#compressing = new SetCompressing(parts.workers, parts.compressionSpeed, () => this.#link())
  }

  has(record: UploadRecord): boolean {
    return this.#runs.has(record)
  }

  /** Files that are open by themselves, of these such as have a limit of their own, and sets. */
  get count(): { files: number; limited: number; sets: number } {
    const limited = [...this.#files].filter(({ limit }) => limit > 0).length
    return { files: this.#files.size - limited, limited, sets: this.#sets.size }
  }

  /** Bytes that a set should have now. */
  get setBytes(): number {
    return this.#setSize.bytes(this.#parts.limit())
  }

  #ways(): { client: AgentClient; link: AgentLink; lane: Lane } {
    const { agents } = this.#parts
    return { client: agents.client(this.#site), link: agents.link(this.#site), lane: this.#lane }
  }

  #link(): { link: number | undefined; near: boolean } {
    const { capacity } = this.#lane.wire
    const allowed = this.#parts.limit()
    const { link } = this.#ways()
    return {
      link: allowed > 0 ? Math.min(allowed, capacity ?? allowed) : capacity,
      near: isNear(link.roundTripMs) === true,
    }
  }

  /** Begins one by itself. */
  file(record: UploadRecord): void {
    const { pacing, settings } = this.#parts
    this.#files.add(record)
    const abort = new AbortController()
    const readBack = () => settings().uploadReadBack
    const run = async () => {
      const pace = pacing.of(record, this.#lane.meter)
      await transfer({ ...this.#parts, ...this.#ways(), pace, readBack }, record, abort.signal)
    }
    const done = run()
      .catch((error: unknown) => {
        // Ended from outside: whoever did it has said what becomes of the upload.
        if (!abort.signal.aborted) this.#failed([record], error)
      })
      .finally(() => {
        this.#files.delete(record)
        this.#runs.delete(record)
        this.#turned.ended()
      })
    this.#runs.set(record, {
      stop() {
        abort.abort(new Error('stopped'))
        return done
      },
    })
  }

  /** Begins small ones together. */
  set(records: readonly UploadRecord[]): void {
    const left = new Set(records)
    const out = (some: readonly UploadRecord[]) => {
      for (const record of some) {
        left.delete(record)
        this.#runs.delete(record)
      }
    }
    const alone: SetParts['alone'] = (some, unknown) => {
      out(some)
      this.#turned.alone(some, unknown)
    }
    const run = async () => {
      const { pacing } = this.#parts
      const own = { size: this.#setSize, compressing: this.#compressing, out, alone }
      const set = new SetRun({ ...this.#parts, ...this.#ways(), ...own }, records, (file) =>
        pacing.of(file, this.#lane.meter),
      )
      const stop = async (record: UploadRecord) => {
        await set.takeOut(record)
        this.#turned.ended()
      }
      this.#sets.add(set)
      for (const record of records) this.#runs.set(record, { stop: () => stop(record) })
      await set.run().finally(() => this.#sets.delete(set))
    }
    run()
      .catch((error: unknown) => {
        const rest = [...left]
        out(rest)
        this.#failed(rest, error)
      })
      .finally(() => this.#turned.ended())
      .catch(() => undefined)
  }

  #failed(records: readonly UploadRecord[], error: unknown): void {
    const { list, platform } = this.#parts
    const { value } = error instanceof AppError ? error : internal(error)
    if (value.code === 'FILE_DETACHED') {
      list.updateSome(records, { state: 'waiting', wait: 'file', error: value })
      return
    }
    const uploads = records.slice(0, 10).map(({ id }) => id)
    platform.log.warn('uploads failed', { uploads, count: records.length, code: value.code, reason: value.message })
    list.updateSome(records, { state: 'failed', wait: undefined, error: value })
  }

  /** Ends those of them that are under way; nothing of them is sent any more when this resolves. */
  async stop(records: Iterable<UploadRecord> = this.#runs.keys()): Promise<void> {
    const ending: Promise<void>[] = []
    for (const record of records) {
      const run = this.#runs.get(record)
      if (run !== undefined) ending.push(run.stop())
    }
    await Promise.all(ending)
  }
}

const internal = (error: unknown): AppError =>
  appError('INTERNAL', { reference: '' }, error instanceof Error ? error.message : String(error))
