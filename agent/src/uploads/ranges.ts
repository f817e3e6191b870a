/** An inclusive range of chunk indexes. */
export type Range = [first: number, last: number]

/** Which chunks of an upload have arrived: one bit each. */
export class ChunkSet {
  readonly total: number
  #bits: Uint8Array
  #count = 0

  constructor(total: number) {
    this.total = total
    this.#bits = new Uint8Array(Math.ceil(total / 8))
  }

  get count(): number {
    return this.#count
  }

  get full(): boolean {
    return this.#count === this.total
  }

  has(index: number): boolean {
    return ((this.#bits[index >> 3] ?? 0) & (1 << (index & 7))) !== 0
  }

  add(index: number): void {
    if (index < 0 || index >= this.total || this.has(index)) return
    this.#bits[index >> 3] = (this.#bits[index >> 3] ?? 0) | (1 << (index & 7))
    this.#count++
  }

  delete(index: number): void {
    if (!this.has(index)) return
    this.#bits[index >> 3] = (this.#bits[index >> 3] ?? 0) & ~(1 << (index & 7))
    this.#count--
  }

  /** Ascending, as few as possible. */
  ranges(): Range[] {
    return this.#runs(true)
  }

  /** The gaps, ascending. */
  missing(): Range[] {
    return this.#runs(false)
  }

  #runs(present: boolean): Range[] {
    const runs: Range[] = []
    let first = -1
    for (let index = 0; index <= this.total; index++) {
      const inside = index < this.total && this.has(index) === present
      if (inside && first === -1) first = index
      if (!inside && first !== -1) {
        runs.push([first, index - 1])
        first = -1
      }
    }
    return runs
  }
}

/** How a file is cut: every chunk has `chunkSize` bytes but the last, which has the rest. */
export function chunkAt(size: number, chunkSize: number, index: number): { offset: number; length: number } {
  const offset = index * chunkSize
  return { offset, length: Math.min(chunkSize, size - offset) }
}

/** 0 for an empty file. */
export const chunkCount = (size: number, chunkSize: number): number => Math.ceil(size / chunkSize)
