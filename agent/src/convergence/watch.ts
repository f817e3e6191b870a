import type { Agent } from '../kit/agent.ts'
import type { JobView } from '../jobs/index.ts'
import type { Reading } from './reading.ts'
import type { ConvergenceStore } from './store.ts'

/** Between two looks at the file: while somebody looks on, and at first; else soon after it grew, and ever seldomer while it does not. */
const WATCHED_MS = 500
const GREW_MS = 3000
const QUIET_MS = 15_000
/** Between two judgements while a long file is read. */
const JUDGE_MS = 1000
/** Between two writes of what was read. */
const SAVE_MS = 10_000

export interface WatchParts {
  agent: Agent
  store: ConvergenceStore
  hasEnded: (job: string) => Promise<boolean>
  /** What was found out has changed; `ended`: for the last time. */
  onVerdict: (watch: Watch) => Promise<void>
}

/** One job's file, read for all who look on and for the alarm, until the job has ended. */
export class Watch {
  readonly job: JobView
  readonly reading: Reading
  readonly #parts: WatchParts
  readonly #closed = new AbortController()
  readonly #waiting = new Set<() => void>()
  /** Those who look on now. */
  viewers = 0
  #timer: NodeJS.Timeout | undefined
  #turn: Promise<void> | undefined
  #pauseMs = WATCHED_MS
  #savedAt = 0
  #judgedAt = 0

  constructor(job: JobView, reading: Reading, parts: WatchParts) {
    this.job = job
    this.reading = reading
    this.#parts = parts
  }

  /** Looks at the file now, or goes on looking. Never rejects. */
  look(): Promise<void> {
    clearTimeout(this.#timer)
    if (this.reading.complete || this.#closed.signal.aborted) return Promise.resolve()
    this.#turn ??= this.#read()
      .catch((error: unknown) => {
        this.#parts.agent.log.warn({ err: error, job: this.job.id }, 'convergence could not be read')
      })
      .finally(() => {
        this.#turn = undefined
        this.#tell()
        this.#schedule()
      })
    return this.#turn
  }

  /** Looks at the file as it is now, also where a look is underway: that one may have seen less. */
  async lookAnew(): Promise<void> {
    await this.#turn
    await this.look()
  }

  /** Resolves when there may be something new, and with `signal`. */
  changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#waiting.delete(done)
        signal.removeEventListener('abort', done)
        resolve()
      }
      if (signal.aborted || this.#closed.signal.aborted) return resolve()
      this.#waiting.add(done)
      signal.addEventListener('abort', done, { once: true })
    })
  }

  get closed(): boolean {
    return this.#closed.signal.aborted
  }

  /** Stops where it is and keeps it. */
  async close(): Promise<void> {
    this.#closed.abort()
    clearTimeout(this.#timer)
    await this.#turn
    this.#tell()
    if (this.#savedAt < 0) return
    await this.#save()
  }

  /** Closes without keeping: what was read is not wanted any more. */
  async drop(): Promise<void> {
    this.#savedAt = -1
    await this.close()
  }

  #tell(): void {
    for (const wake of this.#waiting) wake()
  }

  #schedule(): void {
    if (this.reading.complete || this.#closed.signal.aborted) return
    this.#timer = setTimeout(() => void this.look(), this.viewers > 0 ? WATCHED_MS : this.#pauseMs)
    this.#timer.unref()
  }

  async #read(): Promise<void> {
    const { reading } = this
    const { agent, hasEnded, onVerdict } = this.#parts
    // Asked before the file is read: what an ended job wrote is then all there.
    const ended = await hasEnded(this.job.id)
    const before = reading.position
    const path = `${this.job.folder}/${reading.file}`
    const entry = await agent.files.stat(this.job.user, path).catch(() => undefined)
    if (entry?.kind === 'file' && (entry.size !== before || ended)) {
      const file = await agent.files.openRead(this.job.user, path)
      try {
        await reading.read(file, this.#closed.signal, async () => {
          if (Date.now() - this.#judgedAt > JUDGE_MS) this.#judge()
          this.#tell()
          await this.#saveNowAndThen()
        })
      } finally {
        await file.close()
      }
    }
    if (this.#closed.signal.aborted) return
    const grew = reading.position !== before
    this.#pauseMs = grew ? GREW_MS : Math.min(QUIET_MS, this.#pauseMs * 1.5)
    if (ended) reading.finish()
    else if (grew) this.#judge()
    if (grew || ended) await onVerdict(this)
    if (ended) await this.#save()
    else await this.#saveNowAndThen()
  }

  #judge(): void {
    this.#judgedAt = Date.now()
    this.reading.judge()
  }

  async #saveNowAndThen(): Promise<void> {
    if (Date.now() - this.#savedAt < SAVE_MS || this.#savedAt < 0) return
    await this.#save()
  }

  async #save(): Promise<void> {
    const { agent, store } = this.#parts
    const { reading } = this
    this.#savedAt = Date.now()
    await store.save(this.job.id, reading.progress, reading.runs, agent.now())
  }
}
