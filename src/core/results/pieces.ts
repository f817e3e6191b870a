/** Bytes that are asked for, verified and gone on with together. */
export const PIECE = 4 * 2 ** 20

/** Inclusive ranges of pieces, ascending. */
export type Ranges = (readonly [first: number, last: number])[]

/** Which pieces of a file are there. */
export class Pieces {
  readonly size: number
  readonly count: number
  readonly #there: Uint8Array
  #bytes = 0

  constructor(size: number, there: Ranges = []) {
    this.size = size
    this.count = Math.ceil(size / PIECE)
    this.#there = new Uint8Array(this.count)
    for (const [first, last] of there) for (let index = first; index <= last; index++) this.add(index)
  }

  /** Bytes that are there. */
  get bytes(): number {
    return this.#bytes
  }

  /** `end` is inclusive, as in a Range header. */
  rangeOf(index: number): { start: number; end: number } {
    const start = index * PIECE
    return { start, end: Math.min(start + PIECE, this.size) - 1 }
  }

  add(index: number): void {
    if (this.#there[index] !== 0) return
    this.#there[index] = 1
    const { start, end } = this.rangeOf(index)
    this.#bytes += end - start + 1
  }

  missing(): number[] {
    return Array.from(this.#there.keys()).filter((index) => this.#there[index] === 0)
  }

  ranges(): Ranges {
    const ranges: [number, number][] = []
    for (const [index, there] of this.#there.entries()) {
      if (there === 0) continue
      const last = ranges.at(-1)
      if (last?.[1] === index - 1) last[1] = index
      else ranges.push([index, index])
    }
    return ranges
  }
}
