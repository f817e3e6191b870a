import type { RecipePiece } from '../../../../contract/agent/recipe.ts'

export interface Range {
  offset: number
  length: number
}

/** Which bytes of a file are in another one, and where there: runs, as long as they go on in both. */
export class Coverage {
  /** Three numbers for each run: its offset, its offset in the other file, its length. */
  readonly #runs: number[] = []
  #total = 0

  /** Bytes of the file that are in the other one. */
  get total(): number {
    return this.#total
  }

  /** @param offset Not before the end of what was added last. */
  add(offset: number, from: number, length: number): void {
    this.#total += length
    const last = this.#runs.length - 3
    const lastLength = this.#at(last + 2)
    if (last >= 0 && this.#at(last) + lastLength === offset && this.#at(last + 1) + lastLength === from) {
      this.#runs[last + 2] = lastLength + length
    } else this.#runs.push(offset, from, length)
  }

  /** The parts of a range that are in the other file, in order: `from` is where. */
  within({ offset, length }: Range): (Range & { from: number })[] {
    const end = offset + length
    const parts: (Range & { from: number })[] = []
    for (let at = this.#firstBehind(offset) * 3; at < this.#runs.length; at += 3) {
      const start = this.#at(at)
      if (start >= end) break
      const begin = Math.max(start, offset)
      const length = Math.min(start + this.#at(at + 2), end) - begin
      parts.push({ offset: begin, length, from: this.#at(at + 1) + begin - start })
    }
    return parts
  }

  #at(place: number): number {
    return this.#runs[place] ?? 0
  }

  /** The first run that ends behind `offset`. */
  #firstBehind(offset: number): number {
    let low = 0
    let high = this.#runs.length / 3
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if (this.#at(middle * 3) + this.#at(middle * 3 + 2) > offset) high = middle
      else low = middle + 1
    }
    return low
  }

  /** Bytes of a range that are in the other file. */
  covered(range: Range): number {
    return this.within(range).reduce((sum, { length }) => sum + length, 0)
  }

  /** How a range of the file is put together: from the other file, and with `bytes`, the range's own, where that has none. */
  recipe(range: Range, bytes: Uint8Array): RecipePiece[] {
    const pieces: RecipePiece[] = []
    let at = range.offset
    const own = (end: number): void => {
      if (end > at) pieces.push({ bytes: bytes.subarray(at - range.offset, end - range.offset) })
    }
    for (const { offset, length, from } of this.within(range)) {
      own(offset)
      pieces.push({ offset: from, length })
      at = offset + length
    }
    own(range.offset + range.length)
    return pieces
  }
}
