import zlib from 'node:zlib'
import { Compression, POOR_RATIO, type CompressionSituation, type CompressionSpeed } from './compression.ts'
import { reprDigest, type Packed } from './packing.ts'
import { owned, type Bytes } from './workers/jobs.ts'
import type { WorkerPool } from './workers/pool.ts'

/** Below this there is nothing to gain. */
const LEAST = 4096
/** zstd came to Node with 22.15. */
export const canCompress = typeof zlib.zstdCompressSync === 'function'

/** A body as it goes over the network; `spare` is the memory of the body that it was made from. */
export interface Compressed extends Packed {
  spare?: Bytes
}

/** Compresses the bodies of one file where that pays; see `Compression`. */
export class Compressor {
  readonly #workers: WorkerPool
  readonly #speed: CompressionSpeed
  readonly #file = new Compression()
  #refused = false

  /** @param speed What this machine has shown so far. */
  constructor(workers: WorkerPool, speed: CompressionSpeed) {
    this.#workers = workers
    this.#speed = speed
  }

  /** An agent that does not know compressed bodies gets no more of them. */
  refuse(): void {
    this.#refused = true
  }

  /** `packed` in the form that is sent. Its body's memory is taken over. */
  async pack(
    packed: Packed,
    digest: Uint8Array,
    link: Pick<CompressionSituation, 'link' | 'near'>,
  ): Promise<Compressed> {
    const { length } = packed.body
    if (!canCompress || this.#refused || length < LEAST) return packed
    const level = this.#file.level({ ...link, threads: this.#workers.size, speed: this.#speed })
    if (level === 0) return packed
    const { bytes, packed: body, ms } = await this.#workers.run('compress', { bytes: owned(packed.body), level })
    this.#speed.learn(level, length, ms)
    this.#file.learn(level, length, body.length)
    if (body.length > length * POOR_RATIO) return { ...packed, body: bytes }
    const { 'content-digest': _plain, ...headers } = packed.headers
    const encoded = { ...headers, ...reprDigest(digest), 'content-encoding': 'zstd' }
    return { ...packed, body, headers: encoded, spare: bytes }
  }
}
