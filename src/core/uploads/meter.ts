/** Seconds that are kept. */
const KEPT = 300

/** Bytes that crossed the network, by whole seconds; times are milliseconds of a steady clock. */
export class Meter {
  readonly #now: () => number
  readonly #kept = new Float64Array(KEPT)
  /** The second that is counted now, and what came in it so far. */
  #second: number
  #count = 0

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
    this.#second = this.second
  }

  /** The second that runs. */
  get second(): number {
    return Math.floor(this.#now() / 1000)
  }

  /** Closes the seconds that are over; those without a byte count as well. */
  #advance(): void {
    const now = this.second
    for (let second = Math.max(this.#second, now - KEPT); second < now; second += 1) {
      this.#kept[second % KEPT] = second === this.#second ? this.#count : 0
    }
    if (now > this.#second) this.#count = 0
    this.#second = now
  }

  add(bytes: number): void {
    this.#advance()
    this.#count += bytes
  }

  /** In the last whole second, or in the one that runs, if that has more already. */
  get atLeast(): number {
    return Math.max(this.bytesPerSecond, this.#count)
  }

  /** In the last whole second. */
  get bytesPerSecond(): number {
    return this.samples(1)[0] ?? 0
  }

  /** Of the last whole seconds, the latest last. */
  samples(seconds = KEPT): number[] {
    this.#advance()
    const count = Math.min(seconds, KEPT)
    return Array.from({ length: count }, (_, at) => this.#kept[(this.#second - count + at + KEPT) % KEPT] ?? 0)
  }
}
