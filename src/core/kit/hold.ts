/** A time in which nothing may go: whoever holds something back asks it, and is called when it is over. */
export class Hold {
  readonly #onOver: () => void
  #until = 0
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(onOver: () => void) {
    this.#onOver = onOver
  }

  /** Milliseconds that are left of it, 0: none. */
  get left(): number {
    return Math.max(0, this.#until - performance.now())
  }

  /** It lasts so many milliseconds from now, or as long as it did where that is longer. */
  extend(ms: number): void {
    this.#until = Math.max(this.#until, performance.now() + ms)
    this.#wait()
  }

  #wait(): void {
    if (this.#isClosed) return
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      // It was extended, or the timer was early.
      if (this.left > 0) this.#wait()
      else this.#onOver()
    }, this.left)
  }

  /** Nobody is called any more. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }
}
