import { createHash } from 'node:crypto'

const MIB = 2 ** 20
const MAX_CHUNKS = 10_000
/** The most bytes one chunk may have at the agent. */
const MAX_CHUNK = 64 * MIB

/**
 * Bytes per chunk for a file of `size` bytes: small enough that a file of some MiB still goes over several connections,
 * 8 MiB for most, more only where there would be over 10,000 chunks. It depends on the size alone, so that the same
 * content has the same tree digest.
 */
export function chunkSizeFor(size: number): number {
  let chunk = MIB
  while (chunk < 8 * MIB && chunk * 8 < size) chunk *= 2
  while (chunk < MAX_CHUNK && chunk * MAX_CHUNKS < size) chunk *= 2
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
