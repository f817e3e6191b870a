import { type ChunkSet, chunkRange } from './chunks.ts'
import { Compressor } from './compressing.ts'
import { allowedBy } from './pacing.ts'
import { plain, type Chunk, type KnownChunk, type Packed, type Packing } from './packing.ts'
import type { UploadRecord } from './record.ts'
import type { ChunkSource } from './source.ts'
import type { TransferParts } from './transfer-parts.ts'
import type { Bytes } from './workers/jobs.ts'

/** Faster round trips than this are those of a local network. */
const NEAR_MS = 5

/** Whether the other end is in the same network; undefined while nothing is known. */
export const isNear = (roundTripMs: number | undefined): boolean | undefined =>
  roundTripMs === undefined ? undefined : roundTripMs < NEAR_MS

/** One upload, and what its chunks need on their way. */
export interface SendingParts {
  parts: TransferParts
  record: UploadRecord
  source: ChunkSource
  chunks: ChunkSet
  /** How chunks are put together where the cluster has something of them. */
  packing?: Packing | undefined
  /** Chunks that need not be read, since all of them is there. */
  known?: ((index: number) => KnownChunk | undefined) | undefined
}

/** A chunk that is ready to go. */
export interface Ready {
  packed: Packed
  digest: Uint8Array
  /** Whether it goes just as it is in the file. */
  isPlain: boolean
  /** Its memory may be used again: nothing reads from it any more. */
  free: () => void
}

interface Read extends Chunk {
  bytes: Bytes
  free: (bytes: Bytes) => void
}

/** Reads chunks of one upload, hashes and packs them; threads do the work. */
export class Preparing {
  readonly #of: SendingParts
  readonly #compressor: Compressor

  constructor(of: SendingParts) {
    this.#of = of
    this.#compressor = new Compressor(of.parts.workers, of.parts.compressionSpeed)
  }

  /** The chunk's bytes and digest. Rejects as sources do. */
  async read(index: number, signal: AbortSignal): Promise<Read> {
    const { parts, record, source, chunks } = this.#of
    const { buffers, workers } = parts
    const range = chunkRange(record.size, chunks.chunkSize, index)
    let isOurs = false
    const memory = () => {
      isOurs = true
      return buffers.take(chunks.chunkSize)
    }
    const { bytes, digest } = await source.readHashed(workers, range, record, memory, signal)
    const free = (last: Bytes) => {
      if (isOurs) buffers.give(last)
    }
    return { index, bytes, digest, free }
  }

  /** The chunk as it is. */
  async plain(index: number, signal: AbortSignal): Promise<Ready> {
    const chunk = await this.read(index, signal)
    return { packed: plain(chunk), digest: chunk.digest, isPlain: true, free: () => chunk.free(chunk.bytes) }
  }

  /** The chunk in the form in which it is through first. */
  async packed(index: number, signal: AbortSignal): Promise<Ready> {
    const known = this.#of.known?.(index)
    if (known !== undefined) return { ...known, isPlain: false, free: () => undefined }
    const chunk = await this.read(index, signal)
    const made = await this.#of.packing?.(chunk, signal)
    if (made !== undefined) chunk.free(chunk.bytes)
    signal.throwIfAborted()
    const near = isNear(this.#of.parts.link.roundTripMs) === true
    const link = this.#rate(near)
    const packed = await this.#compressor.pack(made ?? plain(chunk), chunk.digest, { link, near })
    signal.throwIfAborted()
    const { digest } = chunk
    if (made !== undefined) return { packed, digest, isPlain: false, free: () => undefined }
    if (packed.spare === undefined) {
      return { packed, digest, isPlain: true, free: () => chunk.free(packed.body) }
    }
    chunk.free(packed.spare)
    return { packed, digest, isPlain: false, free: () => undefined }
  }

  /**
   * Bytes per second that the link or a limit lets through; undefined while nothing is known. A first look makes a fast link
   * slower than it is: where the other end is near, it does not count.
   */
  #rate(near: boolean): number | undefined {
    const { record, parts } = this.#of
    const { capacity, measuredCapacity } = parts.lane.wire
    const least = Math.min((near ? measuredCapacity : capacity) ?? Infinity, allowedBy(parts.limit(), record))
    return Number.isFinite(least) ? least : undefined
  }

  /** Reads what this side has not hashed yet. */
  async hashUnknown(signal: AbortSignal): Promise<void> {
    const { parts, record, chunks } = this.#of
    const queue = chunks.unknown().values()
    const reader = async () => {
      for (const index of queue) {
        const { bytes, digest, free } = await this.read(index, signal)
        free(bytes)
        signal.throwIfAborted()
        chunks.setDigest(index, Buffer.from(digest))
        parts.store.addChunk(record, index, digest)
      }
    }
    await Promise.all(Array.from({ length: parts.workers.size + 1 }, reader))
  }

  /** The agent does not take compressed bodies. */
  refuseCompression(): void {
    this.#compressor.refuse()
  }
}
