import { Removals } from './removals.ts'
import { isEnded, leavesPart, type UploadRecord } from './record.ts'
import { SiteRuns, type RunParts } from './site-runs.ts'
import { restart } from './transfer.ts'

/** With these, what the agent has is of no use for another try. */
const ANEW = new Set(['FILE_CHANGED', 'FILE_REFUSED', 'CHECKSUM_MISMATCH'])

const beginsAnew = ({ state, error }: UploadRecord): boolean => state === 'cancelled' || ANEW.has(error?.code ?? '')
const waitsForFile = ({ state, wait }: UploadRecord): boolean => state === 'waiting' && wait === 'file'

/** Runs what is queued, of each site by itself, and ends uploads as the user wishes. */
export class Engine {
  readonly #parts: RunParts
  readonly #sites = new Map<string, SiteRuns>()
  readonly #removals: Removals
  #started = false
  #closed = false

  constructor(parts: RunParts) {
    this.#parts = parts
    this.#removals = new Removals(parts)
  }

  /** Takes up what a former run has left. */
  start(): void {
    this.#started = true
    const records = this.#parts.list.records()
    this.enqueue(records)
    this.#clearOut(records.filter(({ state }) => state === 'cancelled' || state === 'uploaded'))
  }

  /** What is cancelled before the start is removed by it. */
  #clearOut(records: readonly UploadRecord[]): void {
    if (this.#started) for (const record of records) this.#removals.add(record)
  }

  /** What goes to one site, and how. */
  site(id: string): SiteRuns {
    const known = this.#sites.get(id)
    if (known !== undefined) return known
    const fresh = new SiteRuns(id, this.#parts)
    this.#sites.set(id, fresh)
    return fresh
  }

  /** They start when it is their turn, unless the user has thought better of it meanwhile. */
  enqueue(records: readonly UploadRecord[]): void {
    // Before the start everything rests; it takes up what is queued then.
    if (!this.#started || this.#closed) return
    for (const [site, some] of Map.groupBy(records, (record) => record.site)) this.site(site).enqueue(some)
  }

  /** An order or a limit was changed. */
  look(): void {
    for (const runs of this.#sites.values()) runs.look()
  }

  async #stop(records: readonly UploadRecord[]): Promise<void> {
    const bySite = Map.groupBy(records, (record) => record.site)
    await Promise.all([...bySite].flatMap(([site, some]) => this.#sites.get(site)?.stop(some) ?? []))
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
    const resting = some.filter(({ state }) => state !== 'paused')
    await Promise.all(resting.filter(beginsAnew).map((record) => this.restart(record, record)))
    this.#parts.list.updateSome(resting, { rebase: true })
    await this.#queueAll(some)
  }

  async #queueAll(records: readonly UploadRecord[]): Promise<void> {
    await this.#parts.list.updateAll(records, { state: 'queued', wait: undefined, error: undefined })
    this.enqueue(records)
  }

  /**
   * Sends files whole, from their beginning: nothing that the cluster has is used for them. What is uploaded already stays
   * there; what waits for its file goes on waiting.
   */
  async sendAgain(records: readonly UploadRecord[]): Promise<void> {
    const { list } = this.#parts
    const some = records.filter(({ source }) => source !== undefined)
    const others = some.filter((record) => !waitsForFile(record))
    await this.pause(others)
    await this.#stop(others)
    list.updateSome(others, ({ state }) => ({
      whole: true,
      ...(state === 'uploaded' ? { agentUploadId: undefined } : {}),
    }))
    await Promise.all(others.map((record) => this.restart(record, record)))
    await list.updateAll(some.filter(waitsForFile), { whole: true })
    await this.#queueAll(others)
  }

  /** Bytes per second for each of them, 0: none of its own. */
  async limit(records: readonly UploadRecord[], bytesPerSecond: number): Promise<void> {
    const saved = this.#parts.list.updateAll(records, { limit: bytesPerSecond })
    this.look()
    this.enqueue(records)
    await saved
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
    const left = ended.filter(leavesPart)
    const saved = list.updateAll(left, ({ state }) => ({
      state: state === 'uploaded' ? state : 'cancelled',
      forgotten: true,
    }))
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
    await Promise.all([...this.#sites.values()].map((runs) => runs.close()))
  }
}
