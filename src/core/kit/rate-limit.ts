import { granted } from './wait.ts'

/** So much may be made up for when timers are late, or when nobody had a piece ready for a moment. */
const CREDIT_MS = 50
/** After so long without a piece nothing is made up for: a transfer begins at its rate, without a burst. */
const IDLE_MS = 250
/** A limit that was changed meanwhile is noticed after so long. */
const LOOK_MS = 100
/** A piece is what the limit allows in so long: small enough to follow a limit that is changed. */
const PIECE_MS = 25
const MIN_PIECE = 1024
const MAX_PIECE = 256 * 1024

interface Waiter {
  bytes: number
  /** Its place among all transfers: the earlier it was begun, the smaller. */
  begun: number
  grant: () => void
}

/**
 * A limit that any number of transfers share, by a bucket that is never filled ahead: what has gone out is owed, and
 * paid off at the limit; the next piece goes when nothing is owed. Every other turn belongs to the transfer that was
 * begun first, so that they end one after the other and the way is not idle while all their answers are awaited.
 */
export class RateLimit {
  readonly #limit: () => number
  #waiting: Waiter[] = []
  /** Bytes owed, below zero where something may be made up for; as of this time. */
  #owed = 0
  #at = -Infinity
  #eldest = false
  #timer: NodeJS.Timeout | undefined

  /** @param limit Bytes per second now; 0: none. Asked again for every piece. */
  constructor(limit: () => number) {
    this.#limit = limit
  }

  /** Whether transfers wait for it now: then it is what holds them back. */
  get isFelt(): boolean {
    return this.#waiting.length > 0
  }

  /** The most bytes that should go out in one piece; undefined without a limit. */
  get piece(): number | undefined {
    const limit = this.#limit()
    if (limit <= 0) return undefined
    return Math.max(MIN_PIECE, Math.min(MAX_PIECE, Math.floor((limit * PIECE_MS) / 1000)))
  }

  /** Waits until so many bytes may go out. Rejects with the signal's reason. */
  async pass(bytes: number, begun: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#waiting.length === 0 && this.#limit() <= 0) return
    await granted(signal, (grant) => {
      const waiter: Waiter = { bytes, begun, grant }
      this.#waiting.push(waiter)
      if (this.#timer === undefined) this.#serve()
      return () => (this.#waiting = this.#waiting.filter((other) => other !== waiter))
    })
  }

  #serve(): void {
    this.#timer = undefined
    while (this.#waiting.length > 0) {
      const limit = this.#limit()
      if (limit > 0) {
        this.#settle(limit)
        if (this.#owed > 0) {
          this.#timer = setTimeout(() => this.#serve(), Math.min((this.#owed / limit) * 1000, LOOK_MS))
          return
        }
      }
      const next = this.#next()
      if (limit > 0) this.#owed += next.bytes
      next.grant()
    }
  }

  #settle(limit: number): void {
    const now = performance.now()
    const elapsed = now - this.#at
    const credit = elapsed > IDLE_MS ? 0 : (limit * CREDIT_MS) / 1000
    this.#owed = Math.max(this.#owed - (limit * elapsed) / 1000, -credit)
    this.#at = now
  }

  #next(): Waiter {
    this.#eldest = !this.#eldest
    const [first, ...others] = this.#waiting as [Waiter, ...Waiter[]]
    const next = this.#eldest ? others.reduce((a, b) => (b.begun < a.begun ? b : a), first) : first
    this.#waiting.splice(this.#waiting.indexOf(next), 1)
    return next
  }
}
