import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { UserFiles } from '../user-files/index.ts'
import { isOther, openIfThere, type SharedReader } from './shared-reader.ts'

/** How often a file is looked at while it grows, and when it has been quiet for a while. */
const FAST_MS = 250
const SLOW_MS = 1000
const QUIET_MS = 10_000
/**
 * How often the file is opened anew. A network file system tells what others wrote for certain only at an open, and a file
 * that was put in the place of another is found only by its name.
 */
const REOPEN_MS = 2000
/** After its writer has ended a file is watched so much longer: its last bytes may be late on a network file system. */
const SETTLE_MS = 1000
const MOST_REMEMBERED = 1000
const PIECE = 65_536
/** Bytes that are read once more, to notice a file that was written anew and is longer than before. */
const SEAM = 64

/** What is to be watched. `ended`: whether its writer has; asked before the file is looked at. */
export interface Growing {
  user: string
  path: string
  ended: () => Promise<boolean>
}

export interface WatchedFile {
  /** Another word since the file was started over. */
  readonly version: string
  /** Bytes, as far as is known. */
  readonly size: number
  /** Nothing more will come. */
  readonly complete: boolean
  /** The bytes from `position` on, as they are written, until the writer has ended, the file is started over or `signal`. */
  follow(position: number, signal: AbortSignal): AsyncGenerator<Buffer, void>
  /** Resolves when the file has `size` bytes, or after `ms`. */
  reaches(size: number, ms: number, signal: AbortSignal): Promise<void>
}

export interface GrowingFiles {
  /** Watches the file while `use` lasts; however many do, it is looked at once. */
  watching(file: Growing): Promise<WatchedFile & { release(): void }>
  /** The version that is known of a file. */
  versionOf(user: string, path: string): string
  /** Whether a file was started over since it had the version `known`; one of another agent's says nothing. */
  startedOver(known: string | undefined, version: string): boolean
  /** Looks at once at what is watched below a user's folder: its writer may have ended. */
  wake(user: string, folder: string): void
  /** Files that are watched now. */
  readonly size: number
  close(): void
}

const keyOf = (user: string, path: string) => `${user}\0${path}`

/**
 * Files that jobs write and many windows watch. Each is looked at by one timer, whoever many watch it; its bytes are read
 * when a follower asks for them and never kept, so that a slow one costs nothing.
 */
export function createGrowingFiles(files: Pick<UserFiles, 'openRead'>): GrowingFiles {
  const agentId = randomUUID().slice(0, 8)
  let versions = 0
  const newVersion = () => `${agentId}-${(versions += 1)}`
  const watches = new Map<string, Watch>()
  /** Of files that were watched: a follower that comes back after a cut learns whether it is still the same one. */
  const remembered = new Map<string, { version: string; size: number }>()

  const remember = (key: string, known: { version: string; size: number }) => {
    remembered.delete(key)
    remembered.set(key, known)
    const [oldest] = remembered.keys()
    if (remembered.size > MOST_REMEMBERED && oldest !== undefined) remembered.delete(oldest)
  }

  class Watch {
    readonly key: string
    version: string
    complete = false
    watchers = 0
    readonly #file: Growing
    #shared: SharedReader | undefined
    #openedAt = 0
    #changedAt = Date.now()
    /** As far as the file is known to reach. */
    #size: number
    #sawAlive = false
    #endedAt: number | undefined
    #looks = 0
    #look = Promise.withResolvers<void>()
    #pause = new AbortController()
    #over = false
    readonly ready: Promise<void>

    constructor(key: string, file: Growing) {
      this.key = key
      this.#file = file
      const known = remembered.get(key)
      this.version = known?.version ?? newVersion()
      this.#size = known?.size ?? 0
      this.ready = this.#lookAt().catch(() => undefined)
      void this.ready.then(() => this.#run())
    }

    /** The bytes at a position; empty at the end, and while there is no file or it cannot be read. */
    async read(position: number, length = PIECE): Promise<Buffer> {
      const piece = await this.#shared?.read(position, length).catch(() => undefined)
      if (piece === undefined) return Buffer.alloc(0)
      if (piece.length > 0) this.#size = Math.max(this.#size, position + piece.length)
      return piece
    }
    get size(): number {
      return this.#size
    }
    get looks(): number {
      return this.#looks
    }
    /** The next look after number `seen`. */
    async lookAfter(seen: number, signal: AbortSignal): Promise<void> {
      if (this.#looks > seen || this.#over || signal.aborted) return
      const gone = Promise.withResolvers<void>()
      const leave = () => gone.resolve()
      signal.addEventListener('abort', leave, { once: true })
      await Promise.race([this.#look.promise, gone.promise])
      signal.removeEventListener('abort', leave)
    }
    wake(): void {
      this.#pause.abort()
    }
    end(): void {
      this.#over = true
      this.#pause.abort()
      this.#told()
      this.#shared?.leave()
      this.#shared = undefined
      remember(this.key, { version: this.version, size: this.#size })
    }
    get over(): boolean {
      return this.#over
    }

    #told(): void {
      this.#looks += 1
      this.#look.resolve()
      this.#look = Promise.withResolvers()
    }
    async #run(): Promise<void> {
      while (!this.#over && !this.complete) {
        const pause = Date.now() - this.#changedAt > QUIET_MS ? SLOW_MS : FAST_MS
        this.#pause = new AbortController()
        await wait(pause, undefined, { signal: this.#pause.signal, ref: false }).catch(() => undefined)
        if (this.#over) return
        // A stale handle or a helper that has gone: opened anew at the next look.
        await this.#lookAt().catch(() => this.#drop())
      }
    }
    #drop(): void {
      this.#shared?.leave()
      this.#shared = undefined
      this.#told()
    }
    async #lookAt(): Promise<void> {
      const ended = await this.#file.ended()
      const now = Date.now()
      if (this.#shared === undefined || now - this.#openedAt >= REOPEN_MS || ended) await this.#reopen()
      const size = (await this.#shared?.stat())?.size ?? 0
      if (this.#over) return
      if (size < this.#size) this.startOver()
      if (size !== this.#size) this.#changedAt = now
      this.#size = size
      if (ended) this.#endedAt ??= now
      else this.#sawAlive = true
      const quietSince = Math.max(this.#endedAt ?? now, this.#changedAt)
      if (ended && (!this.#sawAlive || now - quietSince >= SETTLE_MS)) {
        this.complete = true
        remember(this.key, { version: this.version, size: this.#size })
      }
      this.#told()
    }
    async #reopen(): Promise<void> {
      const fresh = await openIfThere(files, this.#file)
      this.#openedAt = Date.now()
      // What was there stays readable where the name has gone (a log that is being rotated).
      if (fresh === undefined) return
      const old = this.#shared
      // One that cannot be asked any more has been removed from its server.
      const replaced = !this.#over && old !== undefined && (await isOther(old, fresh).catch(() => true))
      if (this.#over) return fresh.leave()
      this.#shared = fresh
      old?.leave()
      if (replaced) this.startOver()
    }
    /** What was read no longer stands there. */
    startOver(): void {
      this.version = newVersion()
      this.#size = 0
      this.#changedAt = Date.now()
    }
  }

  async function* follow(watch: Watch, from: number, signal: AbortSignal): AsyncGenerator<Buffer, void> {
    const { version } = watch
    let position = from
    /** What was read last: what is written behind it is read together with it, to see that it still stands there. */
    let last = await watch.read(Math.max(0, from - SEAM), Math.min(SEAM, from))
    while (!signal.aborted && !watch.over && watch.version === version) {
      const { complete, looks } = watch
      const piece = await watch.read(position - last.length)
      if (watch.version !== version) return
      if (piece.length > last.length) {
        if (!piece.subarray(0, last.length).equals(last)) {
          watch.startOver()
          return
        }
        const fresh = piece.subarray(last.length)
        position += fresh.length
        last = Buffer.from(piece.subarray(-SEAM))
        yield fresh
      } else if (complete) return
      else await watch.lookAfter(looks, signal)
    }
  }

  async function reaches(watch: Watch, size: number, ms: number, signal: AbortSignal): Promise<void> {
    const until = AbortSignal.any([signal, AbortSignal.timeout(ms)])
    const { version } = watch
    while (watch.size < size && watch.version === version && !watch.complete && !until.aborted && !watch.over) {
      await watch.lookAfter(watch.looks, until)
    }
  }

  return {
    async watching(file) {
      const key = keyOf(file.user, file.path)
      let watch = watches.get(key)
      // One that is complete looks no more; a job that was put back into the queue writes again.
      if (watch === undefined || watch.complete) {
        watch = new Watch(key, file)
        watches.set(key, watch)
      }
      const mine = watch
      mine.watchers += 1
      await mine.ready
      let released = false
      return {
        get version() {
          return mine.version
        },
        get size() {
          return mine.size
        },
        get complete() {
          return mine.complete
        },
        follow: (position, signal) => follow(mine, position, signal),
        reaches: (size, ms, signal) => reaches(mine, size, ms, signal),
        release() {
          if (released) return
          released = true
          mine.watchers -= 1
          if (mine.watchers > 0) return
          mine.end()
          if (watches.get(key) === mine) watches.delete(key)
        },
      }
    },
    versionOf(user, path) {
      const key = keyOf(user, path)
      const known = watches.get(key)?.version ?? remembered.get(key)?.version
      if (known !== undefined) return known
      const version = newVersion()
      remember(key, { version, size: 0 })
      return version
    },
    startedOver: (known, version) => known !== undefined && known !== version && known.startsWith(agentId),
    wake(user, folder) {
      for (const [key, watch] of watches) if (key.startsWith(keyOf(user, `${folder}/`))) watch.wake()
    },
    get size() {
      return watches.size
    },
    close() {
      for (const watch of watches.values()) watch.end()
      watches.clear()
    },
  }
}
