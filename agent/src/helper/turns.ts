/** Calls that one helper has before it at a time, and bytes on their way to it; the rest waits here, in order. */
const MAX_CALLS = 32
const MAX_BYTES = 8 * 2 ** 20

/** Gives everybody a turn in the order of asking. One that alone is larger than the limit has its turn when it is alone. */
export class Turns {
  #calls = 0
  #bytes = 0
  readonly #waiting: { bytes: number; go: () => void }[] = []

  async take(bytes: number): Promise<void> {
    if (this.#waiting.length > 0 || !this.#fits(bytes)) {
      await new Promise<void>((resolve) => this.#waiting.push({ bytes, go: resolve }))
    } else this.#enter(bytes)
  }

  give(bytes: number): void {
    this.#calls--
    this.#bytes -= bytes
    for (let first = this.#waiting[0]; first !== undefined && this.#fits(first.bytes); first = this.#waiting[0]) {
      this.#waiting.shift()
      this.#enter(first.bytes)
      first.go()
    }
  }

  #fits(bytes: number): boolean {
    return this.#calls === 0 || (this.#calls < MAX_CALLS && this.#bytes + bytes <= MAX_BYTES)
  }

  #enter(bytes: number): void {
    this.#calls++
    this.#bytes += bytes
  }
}
