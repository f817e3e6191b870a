/** Chunks of a site on their way at the same time, before anything is measured. */
const START = 3
const MOST = 16
/** An epoch measures at least so long: shorter ones measure the scheduler of the operating system. */
const EPOCH_MS = 500
/** More in flight must bring so much more, else it is not worth it. */
const WORTH = 1.1
/** How long a found number is kept before more is tried again: links change. */
const HOLD_MS = 15_000

/**
 * How many chunks are on their way at once, found by measuring goodput: it grows while that helps (a long or lossy link
 * needs many connections), returns to the number before where it does not, and halves on loss or when the agent
 * refuses for its limit. Times are milliseconds of any steady clock.
 */
export class Flight {
  #limit = START
  #epoch: { since: number; bytes: number; chunks: number } | undefined
  #before: { limit: number; rate: number } | undefined
  #holdUntil = 0

  get limit(): number {
    return this.#limit
  }

  /** A chunk arrived. `busy`: as many as allowed were on their way, so the number was what held the rate back. */
  arrived(bytes: number, now: number, busy: boolean): void {
    if (!busy || now < this.#holdUntil) {
      this.#epoch = undefined
      return
    }
    if (this.#epoch === undefined) {
      this.#epoch = { since: now, bytes: 0, chunks: 0 }
      return
    }
    const epoch = this.#epoch
    epoch.bytes += bytes
    epoch.chunks += 1
    const elapsed = now - epoch.since
    if (epoch.chunks < this.#limit || elapsed < EPOCH_MS) return
    this.#epoch = undefined
    this.#judge(epoch.bytes / elapsed, now)
  }

  #judge(rate: number, now: number): void {
    if (this.#before !== undefined && rate < this.#before.rate * WORTH) {
      this.#settle(this.#before.limit, now)
      return
    }
    if (this.#limit === MOST) {
      this.#settle(MOST, now)
      return
    }
    this.#before = { limit: this.#limit, rate }
    this.#limit = Math.min(MOST, Math.ceil(this.#limit * 1.5))
  }

  #settle(limit: number, now: number): void {
    this.#limit = limit
    this.#before = undefined
    this.#epoch = undefined
    this.#holdUntil = now + HOLD_MS
  }

  /** A connection was lost, or the agent asked to slow down. */
  trouble(now: number): void {
    this.#settle(Math.max(1, Math.floor(this.#limit / 2)), now)
  }
}
