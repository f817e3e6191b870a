import type { Upload } from '../../../contract/uploads.ts'
import { appError } from '../kit/app-error.ts'
import { createEmitter } from '../kit/emitter.ts'
import { viewOf, type UploadRecord } from './record.ts'
import { Speed } from './speed.ts'
import type { UploadStore } from './store.ts'

/** Changes are told at most ten times a second. */
const TELL_MS = 100
/** Speeds fall by themselves while nothing arrives. */
const FADE_MS = 1_000
/** Uploads in one telling; the others follow with the next. */
const TELL_MOST = 1_000

/** Windows' view: what was added or changed, and the ids of what is gone. */
export type UploadListener = (put: Upload[], gone: string[]) => void

/** All uploads, in memory and in the journal; every change goes through here. */
export class UploadList {
  readonly #store: UploadStore
  readonly #records = new Map<string, UploadRecord>()
  readonly #forms = new Map<string, Set<UploadRecord>>()
  readonly #speeds = new Map<string, Speed>()
  /** By site, of small files that go together: none of them has a speed of its own. */
  readonly #setSpeeds = new Map<string, { speed: Speed; under: number }>()
  readonly #changes = createEmitter<Parameters<UploadListener>>()
  readonly #states = createEmitter<[ReadonlySet<UploadRecord>]>()
  /** Whose states have changed since the last word on that. */
  #restated = new Set<UploadRecord>()
  readonly #changed = new Set<string>()
  readonly #gone = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #fade: NodeJS.Timeout | undefined
  #lastRank = 0

  constructor(store: UploadStore) {
    this.#store = store
    for (const record of store.load()) this.#place(record)
  }

  #place(record: UploadRecord): void {
    this.#records.set(record.id, record)
    this.#lastRank = Math.max(this.#lastRank, record.rank)
    const key = formKey(record)
    const form = this.#forms.get(key)
    if (form === undefined) this.#forms.set(key, new Set([record]))
    else form.add(record)
  }

  nextRank(): number {
    return ++this.#lastRank
  }

  /** Those that windows see, in the order of adding. */
  visible(): Upload[] {
    return [...this.#records.values()].filter((record) => !record.forgotten).map((record) => this.#view(record))
  }

  /** Also those that windows do not see any more. */
  records(): UploadRecord[] {
    return [...this.#records.values()]
  }

  /** The uploads of one job form that are to be seen, in the order of adding. */
  *form(site: string, label: string): Generator<UploadRecord> {
    for (const record of this.#forms.get(formKey({ site, label })) ?? []) if (!record.forgotten) yield record
  }

  forms(): { site: string; label: string }[] {
    return [...this.#forms.values()].flatMap(([first]) => (first === undefined ? [] : [first]))
  }

  /** Throws AppError NOT_FOUND. */
  get(id: string): UploadRecord {
    const record = this.#records.get(id)
    if (record !== undefined && !record.forgotten) return record
    throw appError('NOT_FOUND', { what: 'upload', id }, `There is no upload ${id}.`)
  }

  view(id: string): Upload {
    return this.#view(this.get(id))
  }

  /** Also one that windows do not see any more. */
  known(id: string): UploadRecord | undefined {
    return this.#records.get(id)
  }

  find(id: string): Upload | undefined {
    const record = this.known(id)
    return record === undefined || record.forgotten ? undefined : this.#view(record)
  }

  /** Bytes per second now; of a file that goes together with others its share of theirs. */
  speed(record: UploadRecord): number {
    if (record.state !== 'uploading') return 0
    if (!record.inSet) return this.#speeds.get(record.id)?.value(performance.now()) ?? 0
    const { speed, under } = this.#setSpeed(record.site)
    return speed.value(performance.now()) / Math.max(1, under)
  }

  #setSpeed(site: string): { speed: Speed; under: number } {
    const known = this.#setSpeeds.get(site)
    if (known !== undefined) return known
    const fresh = { speed: new Speed(), under: 0 }
    this.#setSpeeds.set(site, fresh)
    return fresh
  }

  #view(record: UploadRecord): Upload {
    return viewOf(record, this.speed(record))
  }

  /** Promised to the user when it resolves: the journal has them. */
  async add(records: readonly UploadRecord[]): Promise<void> {
    for (const record of records) {
      this.#place(record)
      this.#tell(record.id)
    }
    try {
      await this.#store.save(records)
    } catch (error) {
      await this.remove(records).catch(() => undefined)
      throw error
    }
  }

  /** What need not outlive the run. */
  show(records: readonly UploadRecord[], change: Change): void {
    this.#changeAll(records, change)
  }

  /** What a run learns of its upload; in the journal soon. */
  update(record: UploadRecord, change: Partial<UploadRecord>): void {
    this.updateSome([record], change)
  }

  /** The same for several at once. */
  updateSome(records: readonly UploadRecord[], change: Change): void {
    this.#changeAll(records, change)
    for (const record of records) this.#store.saveLater(record)
  }

  /** What the user wishes: in force at once, in the journal when it resolves. */
  async updateAll(records: readonly UploadRecord[], change: Change): Promise<void> {
    this.#changeAll(records, change)
    await this.#store.save(records)
  }

  #changeAll(records: readonly UploadRecord[], change: Change): void {
    const updatedAt = new Date().toISOString()
    for (const record of records) {
      const before = goesInSet(record)
      const sent = record.sent
      Object.assign(record, typeof change === 'function' ? change(record) : change, { updatedAt })
      if (before || goesInSet(record)) this.#followSet(record, before, sent)
      else if (record.state === 'uploading') this.#startSpeed(record.id)
      else this.#speeds.delete(record.id)
      if (record.forgotten) this.#gone.add(record.id)
      this.#tell(record.id)
      this.#tellState(record)
    }
  }

  #followSet(record: UploadRecord, before: boolean, sent: number): void {
    const set = this.#setSpeed(record.site)
    const now = performance.now()
    if (set.under === 0) set.speed.start(now)
    set.under += Number(goesInSet(record)) - Number(before)
    if (record.sent > sent) set.speed.add(record.sent - sent, now)
  }

  #tellState(record: UploadRecord): void {
    this.#restated.add(record)
    if (this.#restated.size > 1) return
    queueMicrotask(() => {
      const restated = this.#restated
      this.#restated = new Set()
      this.#states.emit(restated)
    })
  }

  /**
   * Bytes confirmed by the agent, and of a chunk just now those that the cluster had and those that crossed the network; the
   * journal learns it with the chunk's digest.
   */
  progress(record: UploadRecord, sent: number, { reused = 0, crossed = 0 } = {}): void {
    const arrived = sent - record.sent
    record.sent = sent
    record.reused += reused
    record.crossed += crossed
    record.updatedAt = new Date().toISOString()
    this.#speeds.get(record.id)?.add(Math.max(0, arrived), performance.now())
    this.#tell(record.id)
  }

  #startSpeed(id: string): void {
    if (this.#speeds.has(id)) return
    const speed = new Speed()
    speed.start(performance.now())
    this.#speeds.set(id, speed)
  }

  async remove(records: readonly UploadRecord[]): Promise<void> {
    for (const record of records) {
      this.#records.delete(record.id)
      this.#speeds.delete(record.id)
      const form = this.#forms.get(formKey(record))
      form?.delete(record)
      if (form?.size === 0) this.#forms.delete(formKey(record))
      this.#gone.add(record.id)
      this.#tell(record.id)
      this.#tellState(record)
    }
    await this.#store.remove(records)
  }

  /** Called soon after states have changed, without waiting for the next telling. */
  onState(listener: (changed: ReadonlySet<UploadRecord>) => void): () => void {
    return this.#states.on(listener)
  }

  onChange(listener: UploadListener): () => void {
    return this.#changes.on(listener)
  }

  #tell(id: string): void {
    this.#changed.add(id)
    this.#timer ??= setTimeout(() => this.flush(), TELL_MS)
  }

  /** Tells what has changed since the last time. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const put: Upload[] = []
    for (const id of this.#changed) {
      if (put.length === TELL_MOST) break
      this.#changed.delete(id)
      const record = this.#records.get(id)
      if (record !== undefined && !record.forgotten) put.push(this.#view(record))
    }
    const gone = [...this.#gone]
    this.#gone.clear()
    if (this.#changed.size > 0) this.#timer = setTimeout(() => this.flush(), TELL_MS)
    if (put.length > 0 || gone.length > 0) this.#changes.emit(put, gone)
    if (this.#speeds.size > 0) {
      this.#fade ??= setTimeout(() => {
        this.#fade = undefined
        for (const id of this.#speeds.keys()) this.#tell(id)
      }, FADE_MS)
    }
  }

  close(): void {
    clearTimeout(this.#timer)
    clearTimeout(this.#fade)
  }
}

type Change = Partial<UploadRecord> | ((record: UploadRecord) => Partial<UploadRecord>)

const goesInSet = ({ state, inSet }: UploadRecord): boolean => state === 'uploading' && inSet

const formKey = ({ site, label }: { site: string; label: string }): string => `${site} ${label}`
