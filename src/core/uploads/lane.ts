import { reasonOf } from '../kit/wait.ts'
import { Flight } from './flight.ts'

/** Bytes of chunks in memory at once for one site; one chunk is always allowed. */
const MEMORY = 64 * 2 ** 20

interface Waiter {
  rank: number
  bytes: number
  grant: () => void
}

/**
 * The way to one site: chunks of several files share an adaptive number of places and a fixed amount of memory. Free
 * places go to the file that is first in line, so files become whole one after the other and the next ones fill gaps.
 */
export class Lane {
  readonly #flight = new Flight()
  #waiting: Waiter[] = []
  #chunks = 0
  #bytes = 0
  #heldUntil = 0
  #wake: NodeJS.Timeout | undefined

  /** Waits for a place for a chunk of `bytes`; returns what gives it back (`arrived`: the agent has confirmed it). */
  async enter(rank: number, bytes: number, signal: AbortSignal): Promise<(arrived: boolean) => void> {
    signal.throwIfAborted()
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = {
        rank,
        bytes,
        grant: () => {
          signal.removeEventListener('abort', stop)
          resolve()
        },
      }
      const stop = () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiter)
        reject(reasonOf(signal))
      }
      signal.addEventListener('abort', stop, { once: true })
      const place = this.#waiting.findIndex((other) => other.rank > rank)
      this.#waiting.splice(place === -1 ? this.#waiting.length : place, 0, waiter)
      this.#grant()
    })
    return (arrived) => {
      if (arrived) this.#flight.arrived(bytes, performance.now(), this.#chunks >= this.#flight.limit)
      this.#chunks -= 1
      this.#bytes -= bytes
      this.#grant()
    }
  }

  #grant(): void {
    const now = performance.now()
    if (now < this.#heldUntil) {
      this.#wake ??= setTimeout(() => {
        this.#wake = undefined
        this.#grant()
      }, this.#heldUntil - now)
      return
    }
    for (let next = this.#waiting[0]; next !== undefined && this.#fits(next.bytes); next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#chunks += 1
      this.#bytes += next.bytes
      next.grant()
    }
  }

  #fits(bytes: number): boolean {
    return this.#chunks === 0 || (this.#chunks < this.#flight.limit && this.#bytes + bytes <= MEMORY)
  }

  /** A connection was lost: fewer at once. */
  lost(): void {
    this.#flight.trouble(performance.now())
  }

  /** The agent's limit is reached: nothing goes out for so long. */
  hold(seconds: number): void {
    this.#flight.trouble(performance.now())
    this.#heldUntil = Math.max(this.#heldUntil, performance.now() + seconds * 1000)
  }

  /** Milliseconds until something may go out again. */
  get held(): number {
    return Math.max(0, this.#heldUntil - performance.now())
  }

  close(): void {
    clearTimeout(this.#wake)
  }
}
