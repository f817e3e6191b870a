import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { memoryOf, type JobInput, type JobKind, type JobOutput, type Job, type Outcome } from './jobs.ts'

/** One core is left to what everything else does; more threads than these only fight for memory. */
const MOST = 4
/** A thread that has had nothing to do for so long ends. */
const IDLE_MS = 10_000

// Beside its source, or beside the bundled core.
const here = import.meta.url
const program = here.endsWith('.ts') ? new URL('./worker.ts', here) : new URL('./upload-worker.js', here)

interface Waiting {
  job: Job
  settle(outcome: Outcome): void
}

interface Thread {
  worker: Worker
  work: Waiting | undefined
  idle: NodeJS.Timeout | undefined
}

/** How many threads a machine of so many cores is given. */
export const threadsFor = (cores: number): number => Math.max(1, Math.min(MOST, cores - 1))

/**
 * A few threads that read, hash and compress chunks, so that the core's own loop never waits for it. They are started when there is
 * work for them and end when there has been none for a while.
 */
export class WorkerPool {
  readonly size: number
  readonly #idleMs: number
  readonly #threads = new Set<Thread>()
  readonly #queue: Waiting[] = []
  #closed = false

  constructor({ size = threadsFor(availableParallelism()), idleMs = IDLE_MS } = {}) {
    this.size = size
    this.#idleMs = idleMs
  }

  /** Threads that exist now. */
  get running(): number {
    return this.#threads.size
  }

  /** Starts a thread where there is none: there will be work in a moment. */
  warm(): void {
    if (this.#closed || this.#threads.size > 0) return
    const thread = this.#start()
    if (thread !== undefined) this.#rest(thread)
  }

  /**
   * Has a job done. The input's memory, where it is not shared, goes to the thread: it comes back with the output, and is lost
   * where the job fails.
   * Rejects with what the job has thrown (`code` is the file system's), or when the pool is closed.
   */
  run<Kind extends JobKind>(kind: Kind, input: JobInput<Kind>): Promise<JobOutput<Kind>> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new Error('The threads of uploads have ended.'))
      this.#queue.push({
        job: { kind, input } as Job,
        settle(outcome) {
          if ('output' in outcome) resolve(outcome.output as JobOutput<Kind>)
          else reject(Object.assign(new Error(outcome.error.message), { code: outcome.error.code }))
        },
      })
      this.#next()
    })
  }

  #next(): void {
    while (this.#queue.length > 0) {
      const thread = [...this.#threads].find(({ work }) => work === undefined) ?? this.#start()
      if (thread === undefined) return
      const work = this.#queue.shift()
      if (work === undefined) return
      clearTimeout(thread.idle)
      thread.work = work
      // Only work keeps the process alive.
      thread.worker.ref()
      thread.worker.postMessage(work.job, memoryOf(work.job.input))
    }
  }

  #start(): Thread | undefined {
    if (this.#threads.size >= this.size) return undefined
    const thread: Thread = { worker: new Worker(program), work: undefined, idle: undefined }
    this.#threads.add(thread)
    thread.worker.on('message', (outcome: Outcome) => {
      this.#done(thread, outcome)
      this.#rest(thread)
    })
    // Memory ran out, or the program is not there: its work fails, another thread takes the next.
    thread.worker.on('error', (error) => this.#ended(thread, error.message))
    thread.worker.on('exit', () => this.#ended(thread, 'A thread of uploads has ended.'))
    return thread
  }

  #done(thread: Thread, outcome: Outcome): void {
    const { work } = thread
    thread.work = undefined
    work?.settle(outcome)
  }

  #rest(thread: Thread): void {
    this.#next()
    if (thread.work !== undefined) return
    thread.worker.unref()
    thread.idle = setTimeout(() => void this.#end(thread), this.#idleMs).unref()
  }

  #end(thread: Thread): Promise<number> {
    clearTimeout(thread.idle)
    this.#threads.delete(thread)
    return thread.worker.terminate()
  }

  #ended(thread: Thread, message: string): void {
    clearTimeout(thread.idle)
    this.#threads.delete(thread)
    this.#done(thread, { error: { code: undefined, message } })
    if (!this.#closed) this.#next()
  }

  /** Work that is not done is rejected. */
  async close(): Promise<void> {
    this.#closed = true
    const ended = [...this.#threads].map((thread) => this.#end(thread))
    const error = { code: undefined, message: 'The threads of uploads have ended.' }
    for (const waiting of this.#queue.splice(0)) waiting.settle({ error })
    await Promise.all(ended)
  }
}
