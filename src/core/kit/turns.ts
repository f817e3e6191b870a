import { granted } from './wait.ts'

/** Lets so much work run at once; the rest waits, first come, first served. */
export class Turns {
  #free: number
  readonly #waiting = new Set<() => void>()

  constructor(atOnce: number) {
    this.#free = atOnce
  }

  /** Rejects with the signal's reason where that comes before the turn, else as `work` does. */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.#free === 0) {
      await granted(signal, (grant) => {
        this.#waiting.add(grant)
        return () => this.#waiting.delete(grant)
      })
    } else this.#free -= 1
    try {
      signal.throwIfAborted()
      return await work()
    } finally {
      this.#end()
    }
  }

  #end(): void {
    const [next] = this.#waiting
    if (next === undefined) {
      this.#free += 1
      return
    }
    this.#waiting.delete(next)
    next()
  }
}
