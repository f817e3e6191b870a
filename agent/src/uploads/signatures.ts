import { mkdir, open, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { Failure } from '../kit/failure.ts'
import { contentSignature } from './content-signature.ts'
import type { Source, Sources } from './sources.ts'

/** Signatures that are computed at once, for all users together; of one user only one. */
const AT_ONCE = 2
/** How long somebody waits before the answer is that it takes longer. */
const PATIENCE_MS = 2_000
/** Bytes of all that are kept; one counts as at least so many, which bounds their number as well. */
const MOST_KEPT = 256 * 2 ** 20
const LEAST_COUNTED = 65_536
/** Of a file that is still arriving it is kept only until it has been fetched. */
const PARTIAL_MS = 60_000

interface Running {
  user: string
  done: Promise<void>
}

/** A signature that is there. */
export interface ReadySignature {
  length: number
  body: Readable
}

/** Of which file, in which state of it. */
const nameOf = ({ row, isWhole, size, modified }: Source): string =>
  isWhole ? `${row.id}_${size}_${modified.getTime()}` : `${row.id}_partial`

/** Computes signatures of stored files, a few at a time, and keeps them in `folder`: the oldest go first. */
export class Signatures {
  readonly #folder: string
  readonly #sources: Sources
  readonly #log: Logger
  readonly #running = new Map<string, Running>()
  readonly #end = new AbortController()

  constructor(folder: string, parts: { sources: Sources; log: Logger }) {
    this.#folder = folder
    this.#sources = parts.sources
    this.#log = parts.log
  }

  /** Of the user's own upload; undefined while it is computed, which goes on. Failure NOT_FOUND, also for a file without bytes. */
  async get(user: string, id: string): Promise<ReadySignature | undefined> {
    const enough = new AbortController()
    const patience = delay(PATIENCE_MS, 'enough' as const, { signal: enough.signal, ref: false })
    patience.catch(() => {})
    try {
      for (;;) {
        const turn = await this.#look(user, id)
        if ('body' in turn) return turn
        if ((await Promise.race([turn.done, patience])) === 'enough') return undefined
      }
    } finally {
      enough.abort()
    }
  }

  /** What is kept of an upload that has ended. */
  async forget(id: string): Promise<void> {
    for (const name of await this.#names()) {
      if (name.startsWith(`${id}_`)) await rm(join(this.#folder, name), { force: true })
    }
  }

  async close(): Promise<void> {
    this.#end.abort(new Failure('WRONG_STATE', 'The agent is ending.'))
    await Promise.allSettled([...this.#running.values()].map(({ done }) => done))
  }

  /** The signature, or what has to end before it is worth looking again. */
  async #look(user: string, id: string): Promise<ReadySignature | { done: Promise<unknown> }> {
    const source = await this.#sources.open(user, id).catch(async (error: unknown) => {
      if (error instanceof Failure && error.code === 'NOT_FOUND') await this.forget(id)
      throw error
    })
    let isTaken = false
    try {
      if (source.spans().length === 0) throw new Failure('NOT_FOUND', 'There is nothing of this file yet.')
      const name = nameOf(source)
      const kept = await this.#kept(name, source.isWhole ? Number.POSITIVE_INFINITY : PARTIAL_MS)
      if (kept !== undefined) return kept
      const running = this.#running.get(name)
      if (running !== undefined) return running
      const all = [...this.#running.values()]
      const before = all.length >= AT_ONCE ? all : all.filter((one) => one.user === user)
      if (before.length > 0) return { done: Promise.race(before.map(({ done }) => done.catch(() => {}))) }
      isTaken = true
      const done = this.#compute(name, source)
      this.#running.set(name, { user, done })
      // Nobody may be waiting for it any more; whoever asks again gets its end or begins anew.
      done.catch((error: unknown) => this.#log.warn({ err: error, upload: id }, 'a signature could not be computed'))
      return { done }
    } finally {
      if (!isTaken) await source.close()
    }
  }

  async #kept(name: string, mostAgeMs: number): Promise<ReadySignature | undefined> {
    const path = join(this.#folder, name)
    const handle = await open(path).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      throw error
    })
    if (handle === undefined) return undefined
    const { size, mtimeMs } = await handle.stat()
    const now = new Date()
    if (now.getTime() - mtimeMs > mostAgeMs) {
      await handle.close()
      return undefined
    }
    // Those that nobody wants go first.
    if (mostAgeMs === Number.POSITIVE_INFINITY) await utimes(path, now, now).catch(() => {})
    return { length: size, body: handle.createReadStream() }
  }

  async #compute(name: string, source: Source): Promise<void> {
    try {
      const signature = await contentSignature(source, this.#end.signal)
      await mkdir(this.#folder, { recursive: true, mode: 0o700 })
      // What is kept of another state of the file is of no use any more.
      await this.forget(source.row.id)
      const path = join(this.#folder, name)
      await writeFile(`${path}.new`, signature, { mode: 0o600 })
      await rename(`${path}.new`, path)
      await this.#makeRoom(name)
    } finally {
      this.#running.delete(name)
      await source.close()
    }
  }

  /** Removes the oldest beside `newest`. */
  async #makeRoom(newest: string): Promise<void> {
    const files: { name: string; bytes: number; used: number }[] = []
    for (const name of await this.#names()) {
      const stats = await stat(join(this.#folder, name)).catch(() => undefined)
      if (stats !== undefined) files.push({ name, bytes: Math.max(stats.size, LEAST_COUNTED), used: stats.mtimeMs })
    }
    files.sort((a, b) => b.used - a.used)
    let kept = 0
    for (const { name, bytes } of files) {
      kept += bytes
      if (kept > MOST_KEPT && name !== newest) await rm(join(this.#folder, name), { force: true })
    }
  }

  #names(): Promise<string[]> {
    return readdir(this.#folder).catch(() => [])
  }
}
