import type { Agents } from '../agent-client/index.ts'
import { AppError, appError } from '../kit/app-error.ts'
import type { Platform } from '../platform.ts'
import { Buffers } from './buffers.ts'
import { Lane } from './lane.ts'
import type { UploadList } from './list.ts'
import type { RateLimit } from './rate-limit.ts'
import { Removals } from './removals.ts'
import { isEnded, type UploadRecord } from './record.ts'
import type { UploadStore } from './store.ts'
import { restart, transfer, type TransferParts } from './transfer.ts'

/** Files of a site that are open at once; their chunks share the site's lane. */
const OPEN_FILES = 8

/** With these, what the agent has is of no use for another try. */
const ANEW = new Set(['FILE_CHANGED', 'FILE_REFUSED', 'CHECKSUM_MISMATCH'])

interface EngineParts {
  platform: Platform
  agents: Agents
  userOf: (site: string) => string | undefined
  list: UploadList
  store: UploadStore
  rate: RateLimit
}

/** Runs what is queued, a few files of each site at a time and in their order, and ends them as the user wishes. */
export class Engine {
  readonly #parts: EngineParts
  readonly #buffers = new Buffers()
  readonly #lanes = new Map<string, Lane>()
  readonly #queues = new Map<string, Set<UploadRecord>>()
  readonly #running = new Map<UploadRecord, { abort: AbortController; done: Promise<void> }>()
  readonly #removals: Removals
  #started = false
  #closed = false

  constructor(parts: EngineParts) {
    this.#parts = parts
    this.#removals = new Removals(parts)
  }

  /** Takes up what a former run has left. */
  start(): void {
    this.#started = true
    const records = this.#parts.list.records()
    this.enqueue(records)
    this.#clearOut(records.filter(({ state }) => state === 'cancelled'))
  }

  /** What is cancelled before the start is removed by it. */
  #clearOut(records: readonly UploadRecord[]): void {
    if (this.#started) for (const record of records) this.#removals.add(record)
  }

  /** They start when it is their turn, unless the user has thought better of it meanwhile. */
  enqueue(records: readonly UploadRecord[]): void {
    for (const record of records) {
      if (record.state !== 'queued') continue
      const queue = this.#queues.get(record.site) ?? new Set()
      this.#queues.set(record.site, queue.add(record))
    }
    for (const site of new Set(records.map((record) => record.site))) this.#fill(site)
  }

  #fill(site: string): void {
    const queue = this.#queues.get(site)
    if (queue === undefined || !this.#started || this.#closed) return
    let open = [...this.#running.keys()].filter((record) => record.site === site).length
    for (const record of queue) {
      if (open >= OPEN_FILES) return
      // Paused and at once resumed: the former run has to be over first.
      if (this.#running.has(record)) continue
      queue.delete(record)
      open += 1
      this.#run(record)
    }
  }

  #run(record: UploadRecord): void {
    const abort = new AbortController()
    const done = this.#transfer(record, abort.signal)
      .catch((error: unknown) => {
        // Ended from outside: whoever did it has said what becomes of the upload.
        if (!abort.signal.aborted) this.#failed(record, error)
      })
      .finally(() => {
        this.#running.delete(record)
        this.#fill(record.site)
      })
    this.#running.set(record, { abort, done })
  }

  async #transfer(record: UploadRecord, signal: AbortSignal): Promise<void> {
    await transfer(this.#partsOf(record.site), record, signal)
  }

  #failed(record: UploadRecord, error: unknown): void {
    const { list, platform } = this.#parts
    const known = error instanceof AppError ? error : internal(error)
    if (known.value.code === 'FILE_DETACHED') {
      list.update(record, { state: 'waiting', wait: 'file', error: known.value })
      return
    }
    platform.log.warn('an upload failed', { upload: record.id, code: known.value.code, reason: known.value.message })
    list.update(record, { state: 'failed', wait: undefined, error: known.value })
  }

  #partsOf(site: string): TransferParts {
    const { agents, ...parts } = this.#parts
    const lane = this.#lanes.get(site) ?? new Lane()
    this.#lanes.set(site, lane)
    return { ...parts, client: agents.client(site), link: agents.link(site), lane, buffers: this.#buffers }
  }

  /** Ends runs and takes records off the queue; nothing of them is sent any more when this resolves. */
  async #stop(records: readonly UploadRecord[]): Promise<void> {
    for (const record of records) {
      this.#queues.get(record.site)?.delete(record)
      this.#running.get(record)?.abort.abort(new Error('stopped'))
    }
    await Promise.all(records.flatMap((record) => this.#running.get(record)?.done ?? []))
  }

  async pause(records: readonly UploadRecord[]): Promise<void> {
    const some = records.filter(({ state, wait }) =>
      state === 'waiting' ? wait !== 'file' : state === 'queued' || state === 'uploading',
    )
    const saved = this.#parts.list.updateAll(some, { state: 'paused', wait: undefined })
    await this.#stop(some)
    await saved
  }

  /** Goes on with paused uploads and tries failed and cancelled ones again. */
  async resume(records: readonly UploadRecord[]): Promise<void> {
    const some = records.filter(
      ({ state, source }) =>
        source !== undefined && (state === 'paused' || state === 'failed' || state === 'cancelled'),
    )
    for (const record of some) {
      if (record.state === 'paused') continue
      if (record.state === 'cancelled' || ANEW.has(record.error?.code ?? '')) await this.restart(record, record)
      else this.#parts.list.update(record, { rebase: true })
    }
    await this.#parts.list.updateAll(some, { state: 'queued', wait: undefined, error: undefined })
    this.enqueue(some)
  }

  /** Ends uploads that are not whole and removes what the agent has of them, later where it cannot be reached. */
  async cancel(records: readonly UploadRecord[]): Promise<void> {
    const some = records.filter(({ state }) => state !== 'uploaded' && state !== 'cancelled')
    const saved = this.#parts.list.updateAll(some, { state: 'cancelled', wait: undefined, error: undefined })
    await this.#stop(some)
    await saved
    this.#clearOut(some)
  }

  /** Takes ended uploads off the list. */
  async forget(records: readonly UploadRecord[]): Promise<void> {
    const { list } = this.#parts
    const ended = records.filter(isEnded)
    const left = ended.filter(({ state, opened }) => state !== 'uploaded' && opened)
    const saved = list.updateAll(left, { state: 'cancelled', forgotten: true })
    await list.remove(ended.filter(({ forgotten }) => !forgotten))
    await saved
    this.#clearOut(left)
  }

  /** Begins a resting upload anew with another version of its file. */
  async restart(record: UploadRecord, version: { size: number; modified: number }): Promise<void> {
    const { list, store, agents } = this.#parts
    const { size, modified } = version
    await restart({ list, store, client: agents.client(record.site) }, record, { size, modified })
    list.update(record, { rebase: true })
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#removals.close()
    await this.#stop([...this.#running.keys()])
    for (const lane of this.#lanes.values()) lane.close()
  }
}

const internal = (error: unknown): AppError =>
  appError('INTERNAL', { reference: '' }, error instanceof Error ? error.message : String(error))
