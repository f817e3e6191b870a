import { setFiles, smallFileBytes } from '../../../contract/agent/uploads.ts'
import { Lane } from './lane.ts'
import type { Links } from './links.ts'
import { Queues, type Kind } from './queues.ts'
import type { UploadRecord } from './record.ts'
import { Running, type RunningParts } from './running.ts'

/** Files of a site that are open at once; their chunks share the site's lane. As many beside them with limits of their own. */
const OPEN_FILES = 8
/** Sets of small files; they share the same lane. */
const OPEN_SETS = 8

export interface RunParts extends RunningParts {
  links: Links
}

/** The uploads to one site: decides whose turn it is. */
export class SiteRuns {
  readonly lane: Lane
  readonly #site: string
  readonly #parts: RunParts
  readonly #queues = new Queues((record) => this.#kindOf(record))
  readonly #running: Running
  /** Small files that a set was of no use for. */
  readonly #alone = new WeakSet<UploadRecord>()
  /** The agent knows no sets; asked again when it may be another one. */
  #noSets = false
  #readBack = false
  #stopFollowing: (() => void) | undefined
  #closed = false

  constructor(site: string, parts: RunParts) {
    const { links, pacing, settings } = parts
    this.#site = site
    this.#parts = parts
    this.lane = new Lane({
      order: () => settings().uploadOrder,
      isHeldBack: (file) => pacing.isHeldBack(file),
      link: {
        known: links.known(site),
        // What a limit lets through says nothing about the link.
        found: (found) => {
          if (parts.limit() === 0) links.remember(site, found)
        },
      },
    })
    const turned = {
      ended: () => this.#fill(),
      alone: (records: readonly UploadRecord[], unknown: boolean) => this.#goAlone(records, unknown),
    }
    this.#running = new Running(site, { parts, lane: this.lane, turned })
  }

  enqueue(records: readonly UploadRecord[]): void {
    this.#follow()
    this.#readBack = this.#parts.settings().uploadReadBack
    this.#queues.add(records.filter(({ state }) => state === 'queued'))
    this.#fill()
  }

  /** How those that wait go may be another way by now. */
  #sort(): void {
    this.#readBack = this.#parts.settings().uploadReadBack
    this.#queues.sort()
    this.#fill()
  }

  /** An order or a limit was changed. */
  look(): void {
    this.lane.look()
    if (this.#parts.settings().uploadReadBack !== this.#readBack) this.#sort()
    else this.#fill()
  }

  /** Begins what has its turn now. */
  #fill(): void {
    if (this.#closed) return
    const { files, limited, sets } = this.#running.count
    this.#fillFiles('limited', OPEN_FILES - limited)
    this.#fillFiles('file', OPEN_FILES - files)
    this.#fillSets(OPEN_SETS - sets)
  }

  *#next(kind: Kind): Generator<UploadRecord> {
    for (const record of this.#queues.inOrder(kind, this.#parts.settings().uploadOrder)) {
      // Paused and at once resumed: the former run has to be over first.
      if (!this.#running.has(record)) yield record
    }
  }

  #fillFiles(kind: 'file' | 'limited', free: number): void {
    if (free <= 0) return
    let left = free
    for (const record of this.#next(kind)) {
      this.#queues.delete(record)
      this.#running.file(record)
      if (--left === 0) return
    }
  }

  #fillSets(free: number): void {
    if (free <= 0) return
    let left = free
    const wanted = this.#running.setBytes
    let set: UploadRecord[] = []
    let bytes = 0
    for (const record of this.#next('set')) {
      this.#queues.delete(record)
      set.push(record)
      bytes += record.size
      if (bytes < wanted && set.length < setFiles) continue
      this.#running.set(set)
      if (--left === 0) return
      set = []
      bytes = 0
    }
    if (set.length > 0) this.#running.set(set)
  }

  #kindOf(record: UploadRecord): Kind {
    const user = this.#user()
    if (record.user !== undefined && user !== undefined && record.user !== user) return 'foreign'
    if (record.limit > 0) return 'limited'
    return this.#goesInSet(record) ? 'set' : 'file'
  }

  #user(): string | undefined {
    try {
      return this.#parts.userOf(this.#site)
    } catch {
      // The site is gone; its uploads say so when they are run.
      return undefined
    }
  }

  /** Another user may be signed in by then, or another agent be there. */
  #follow(): void {
    try {
      this.#stopFollowing ??= this.#parts.agents.link(this.#site).onReady((ready) => {
        if (!ready) return
        this.#noSets = false
        this.#sort()
      })
    } catch {
      // As above.
    }
  }

  #goesInSet(record: UploadRecord): boolean {
    return (
      !this.#noSets &&
      record.size <= smallFileBytes &&
      record.source !== undefined &&
      (!record.opened || record.inSet) &&
      !this.#alone.has(record) &&
      // The agent reads back single files only.
      !this.#readBack
    )
  }

  #goAlone(records: readonly UploadRecord[], unknown: boolean): void {
    const { list } = this.#parts
    if (unknown) {
      // The agent has not seen their keys.
      list.updateSome(records, { opened: false, inSet: false, state: 'queued', wait: undefined })
      if (!this.#noSets) {
        this.#noSets = true
        this.#sort()
      }
    } else {
      for (const record of records) this.#alone.add(record)
      list.updateSome(records, { inSet: false, state: 'queued', wait: undefined })
    }
    this.enqueue(records)
  }

  /** Ends runs and takes records off the queue; nothing of them is sent any more when this resolves. */
  async stop(records: readonly UploadRecord[]): Promise<void> {
    for (const record of records) this.#queues.delete(record)
    await this.#running.stop(records)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#stopFollowing?.()
    await this.#running.stop()
    this.lane.close()
  }
}
