/** Buffers for chunks, used again: making and freeing megabytes for each would cost more than reading into them. */
export class Buffers {
  #free: Buffer[] = []
  #taken = 0

  take(size: number): Buffer {
    this.#taken += 1
    const place = this.#free.findIndex((buffer) => buffer.length === size)
    return (place === -1 ? undefined : this.#free.splice(place, 1)[0]) ?? Buffer.allocUnsafeSlow(size)
  }

  give(buffer: Buffer): void {
    this.#taken -= 1
    // Whoever rests keeps nothing; files with chunks of another size do not pile up either.
    this.#free = this.#taken === 0 ? [] : [...this.#free.filter(({ length }) => length === buffer.length), buffer]
  }
}
