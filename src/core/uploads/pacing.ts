import { RateLimit } from '../kit/rate-limit.ts'
import type { Meter } from './meter.ts'

/** Without a limit a piece is what the way took in so long: small enough for a limit that is set meanwhile. */
const PIECE_MS = 25
const MIN_PIECE = 64 * 1024
const MAX_PIECE = 1024 * 1024

/** Begins the pacing of one body: asked before each piece, with the bytes that are left, how many may go now. */
export type Pace = (signal: AbortSignal) => (left: number) => Promise<number>

/** What may have a limit of its own: bytes per second, 0: none. */
interface Limited {
  readonly limit: number
}

/** Bytes per second that both limits allow together; Infinity where neither is one. */
export const allowedBy = (all: number, { limit }: Limited): number =>
  Math.min(...[all, limit].map((one) => (one > 0 ? one : Infinity)))

/** The limits of all uploads: one for all together, and one for each upload that has its own. */
export class Pacing {
  readonly #all: RateLimit
  readonly #own = new WeakMap<Limited, RateLimit>()
  #begun = 0

  /** @param limit Bytes per second for all uploads now; 0: none. */
  constructor(limit: () => number) {
    this.#all = new RateLimit(limit)
  }

  /** For bodies of one upload, or of several that go together. */
  of(file: Limited, meter: Meter): Pace {
    const limits = [this.#ownOf(file), this.#all]
    return (signal) => {
      const begun = ++this.#begun
      return async (left) => {
        const free = Math.max(MIN_PIECE, Math.min(MAX_PIECE, (meter.atLeast * PIECE_MS) / 1000))
        const bytes = Math.floor(Math.min(left, ...limits.map(({ piece }) => piece ?? free)))
        for (const limit of limits) await limit.pass(bytes, begun, signal)
        meter.add(bytes)
        return bytes
      }
    }
  }

  /** Whether it is its own limit that holds it back. */
  isHeldBack(file: Limited): boolean {
    return file.limit > 0 && this.#ownOf(file).isFelt
  }

  #ownOf(file: Limited): RateLimit {
    const known = this.#own.get(file)
    if (known !== undefined) return known
    const own = new RateLimit(() => file.limit)
    this.#own.set(file, own)
    return own
  }
}
