import { wait } from '../kit/wait.ts'

/** So late a timer may be and is still made up for. */
const BURST_MS = 10
/** A piece is what the limit allows in so long: small enough to follow a limit that is changed. */
const PIECE_MS = 25
const MIN_PIECE = 1024
const MAX_PIECE = 256 * 1024

/**
 * One limit for all uploads together. Each piece is due when those before it have had their time; a late timer is made
 * up for, so the average keeps to the limit however coarse timers are.
 */
export class RateLimit {
  readonly #limit: () => number
  #due = 0

  /** @param limit Bytes per second now; 0: none. Asked again for every piece. */
  constructor(limit: () => number) {
    this.#limit = limit
  }

  get limited(): boolean {
    return this.#limit() > 0
  }

  /** Waits for the turn of the next piece of at most `wanted` bytes; returns how many bytes may go out now. */
  async take(wanted: number, signal: AbortSignal): Promise<number> {
    const limit = this.#limit()
    if (limit <= 0) return Math.min(wanted, MAX_PIECE)
    const piece = Math.min(wanted, Math.max(MIN_PIECE, Math.min(MAX_PIECE, Math.floor((limit * PIECE_MS) / 1000))))
    const now = performance.now()
    const due = Math.max(this.#due, now - BURST_MS)
    this.#due = due + (piece / limit) * 1000
    if (due > now) await wait(due - now, signal)
    return piece
  }
}
