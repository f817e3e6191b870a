import { createHash } from 'node:crypto'

const MIB = 2 ** 20
/** The agent takes 100,000; every chunk is a row in both journals. */
const MAX_CHUNKS = 50_000
/** The most bytes one chunk may have at the agent. */
const MAX_CHUNK = 64 * MIB
/** A connection has a chunk in about so many seconds: what is lost with it costs no more. */
const CHUNK_SECONDS = 2
/** Larger ones are no faster (loopback, 1 GiB: 8 and 16 MiB alike) and leave less memory for others. */
const USUAL_MOST = 8 * MIB
/** Bytes of chunks in memory for one site. */
const MEMORY = 64 * MIB
/**
 * A file has so many chunks, where they are at least 1 MiB then: it goes over several connections, and those that are done first
 * do not wait long for the last one. Far sites need more connections.
 */
const SPREAD = 8
const SPREAD_FAR = 64

/** The way to a site, as far as it is known when an upload is opened. */
export interface Way {
  /** Bytes per second of one connection, and how many there are. */
  perConnection: number | undefined
  connections: number
  /** By the time of a round trip; undefined where that is not known. */
  near: boolean | undefined
  /** Bytes per second that the user allows; Infinity without a limit. */
  allowed: number
}

/**
 * Bytes per chunk, a power of two of MiB. Slow connections get small ones, so that many fit in the memory and a lost one costs
 * little; fast ones get large ones, so that the answers do not count. A file of some MiB still goes over several connections. Under
 * a low limit they are small too: what has arrived is seen by the chunk.
 */
export function chunkSizeFor(size: number, { perConnection, connections, near, allowed }: Way): number {
  const unknown = near === undefined ? 4 * MIB : near ? 8 * MIB : 2 * MIB
  const measured = perConnection === undefined ? unknown : perConnection * CHUNK_SECONDS
  // In the same network little is lost with a chunk: the work for each counts.
  const wanted = near === true ? Math.max(4 * MIB, measured) : measured
  const spread = near === false ? SPREAD_FAR : SPREAD
  const most = Math.min(USUAL_MOST, wanted, allowed * CHUNK_SECONDS, MEMORY / connections, size / spread)
  let chunk = MIB
  while (chunk * 2 <= most) chunk *= 2
  while (chunk < MAX_CHUNK && chunk * MAX_CHUNKS < size) chunk *= 2
  return chunk
}

/** Bytes per chunk of uploads that were opened before their size was written down with them. */
export function formerChunkSize(size: number): number {
  let chunk = MIB
  while (chunk < 8 * MIB && chunk * 8 < size) chunk *= 2
  while (chunk < MAX_CHUNK && chunk * 10_000 < size) chunk *= 2
  return chunk
}

export const chunkCount = (size: number, chunkSize: number): number => Math.ceil(size / chunkSize)

export function chunkRange(size: number, chunkSize: number, index: number): { offset: number; length: number } {
  const offset = index * chunkSize
  return { offset, length: Math.min(chunkSize, size - offset) }
}

/** Which chunks of a file the agent has, and their digests where this side knows them. */
export class ChunkSet {
  readonly size: number
  readonly chunkSize: number
  readonly count: number
  readonly #digests: (Buffer | undefined)[]
  #received = new Set<number>()

  constructor(size: number, chunkSize: number, known: Iterable<{ index: number; digest: Uint8Array }> = []) {
    this.size = size
    this.chunkSize = chunkSize
    this.count = chunkCount(size, chunkSize)
    this.#digests = Array.from({ length: this.count })
    for (const { index, digest } of known) if (index < this.count) this.#digests[index] = Buffer.from(digest)
  }

  /** Takes over what the agent says it has: inclusive ranges of indexes. */
  setReceived(ranges: readonly (readonly [number, number])[]): void {
    this.#received = new Set()
    for (const [first, last] of ranges) {
      for (let index = first; index <= Math.min(last, this.count - 1); index++) this.#received.add(index)
    }
  }

  add(index: number, digest: Buffer): void {
    this.#received.add(index)
    this.#digests[index] = digest
  }

  /** As far as this side knows it. */
  digest(index: number): Buffer | undefined {
    return this.#digests[index]
  }

  setDigest(index: number, digest: Buffer): void {
    this.#digests[index] = digest
  }

  has(index: number): boolean {
    return this.#received.has(index)
  }

  /** Chunks still to be sent, in order. */
  missing(): number[] {
    return Array.from({ length: this.count }, (_, index) => index).filter((index) => !this.#received.has(index))
  }

  /** Chunks whose digest this side does not know. */
  unknown(): number[] {
    return Array.from({ length: this.count }, (_, index) => index).filter((index) => this.#digests[index] === undefined)
  }

  /** Bytes that the agent has. */
  get sent(): number {
    const last = this.count - 1
    const short = this.#received.has(last) ? this.count * this.chunkSize - this.size : 0
    return this.#received.size * this.chunkSize - short
  }

  /** SHA-256 over the digests of all chunks in order, hex; every digest must be known. */
  treeDigest(): string {
    const hash = createHash('sha256')
    this.#digests.forEach((digest, index) => {
      if (digest === undefined) throw new Error(`The digest of chunk ${index} is not known.`)
      hash.update(digest)
    })
    return hash.digest('hex')
  }
}
