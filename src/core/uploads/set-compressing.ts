import { canCompress } from './compressing.ts'
import { Compression, type CompressionSituation, type CompressionSpeed } from './compression.ts'
import type { Bytes } from './workers/jobs.ts'
import type { WorkerPool } from './workers/pool.ts'

/** Compresses bodies of sets where that pays: the small files of one site are believed to be of one kind. */
export class SetCompressing {
  readonly #workers: WorkerPool
  readonly #speed: CompressionSpeed
  readonly #way: () => Pick<CompressionSituation, 'link' | 'near'>
  readonly #files = new Compression()
  #refused = false

  /** @param way What is known of the link now. @param speed What this machine has shown so far. */
  constructor(workers: WorkerPool, speed: CompressionSpeed, way: () => Pick<CompressionSituation, 'link' | 'near'>) {
    this.#workers = workers
    this.#speed = speed
    this.#way = way
  }

  /** An agent that cannot unpack them gets no more of them; whether it has got any. */
  refuse(): boolean {
    const before = this.#refused
    this.#refused = true
    return !before
  }

  /** The body's memory is taken over and comes back; `packed` is absent where it goes as it is. */
  async compress(body: Bytes): Promise<{ bytes: Bytes; packed?: Bytes }> {
    if (!canCompress || this.#refused) return { bytes: body }
    const { length } = body
    const level = this.#files.level({ ...this.#way(), threads: this.#workers.size, speed: this.#speed })
    if (level === 0) return { bytes: body }
    const { bytes, packed, ms } = await this.#workers.run('compress', { bytes: body, level })
    this.#speed.learn(level, length, ms)
    this.#files.learn(level, length, packed.length)
    return { bytes, packed }
  }
}
