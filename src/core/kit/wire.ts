import { granted } from './wait.ts'
import { Flight, type Found } from './flight.ts'
import { Hold } from './hold.ts'

/** Chunks that are read and hashed while as many as allowed are on their way: the next one is ready when one has arrived. */
const AHEAD = 2
/** Smaller bodies say more about round trips than about the link. */
const LEAST_MEASURED = 64 * 1024

/** One body on its way. */
export interface Trip {
  /** So many of its bytes have not left yet. */
  left(bytes: number): void
  /** It is over; `arrived`: the agent has confirmed it. */
  end(arrived: boolean): void
}

export interface WireParts {
  /** What another day has found of the link, and who is told what is found now. */
  known?: Found | undefined
  found?: (found: Found) => void
  /** Called when more bodies may be made ready. */
  onMore?: () => void
}

/**
 * The connections to one site: as many bodies leave at once as the link is found to need, in the order in which they are
 * ready.
 */
export class Wire {
  readonly #flight: Flight
  readonly #onMore: () => void
  #waiting: (() => void)[] = []
  #under = 0
  #limit: number
  readonly #hold = new Hold(() => this.#grant())

  constructor({ known, found, onMore = () => undefined }: WireParts = {}) {
    this.#flight = new Flight(known, found)
    this.#limit = this.#flight.limit
    this.#onMore = onMore
  }

  /** Bodies in memory at once: on their way, or being made ready. */
  get places(): number {
    return this.#flight.limit + AHEAD
  }

  /** Bodies on their way. */
  get connections(): number {
    return this.#under
  }

  /** Bytes per second that the link takes, by all connections together (also by more than a first look) and by each; undefined while that is not known. */
  get capacity(): number | undefined {
    return this.#flight.capacity
  }
  get measuredCapacity(): number | undefined {
    return this.#flight.measuredCapacity
  }
  get perConnection(): number | undefined {
    return this.#flight.perConnection
  }

  /** Connections that the link is found to need. */
  get limit(): number {
    return this.#flight.limit
  }

  /** The other end is far: more connections than usual to begin with, where nothing is known yet. */
  startFar(): void {
    this.#flight.startFar()
    this.#look()
  }

  /** Waits until a body of `bytes` may leave. Rejects with the signal's reason. */
  async enter(bytes: number, signal: AbortSignal): Promise<Trip> {
    const isMeasured = bytes >= LEAST_MEASURED
    await granted(signal, (grant) => {
      const go = () => {
        this.#under += 1
        if (isMeasured) this.#flight.began(performance.now())
        grant()
      }
      this.#waiting.push(go)
      this.#grant()
      return () => (this.#waiting = this.#waiting.filter((other) => other !== go))
    })
    return this.#trip(bytes, isMeasured)
  }

  #grant(): void {
    if (this.#hold.left > 0) return
    while (this.#under < this.#flight.limit) {
      const next = this.#waiting.shift()
      if (next === undefined) return
      next()
    }
  }

  #trip(bytes: number, isMeasured: boolean): Trip {
    const began = performance.now()
    let before = bytes
    const left = (now: number) => {
      if (isMeasured && now < before) this.#flight.moved(before - now, performance.now())
      before = now
    }
    return {
      left: (now) => {
        left(now)
        this.#look()
      },
      end: (arrived) => {
        if (arrived) left(0)
        this.#under -= 1
        const now = performance.now()
        if (isMeasured) this.#flight.ended(arrived ? { bytes, ms: now - began } : undefined, now)
        this.#grant()
        this.#look()
      },
    }
  }

  /** Whether the number that is allowed has grown. */
  #look(): void {
    const { limit } = this.#flight
    const hasGrown = limit > this.#limit
    this.#limit = limit
    if (!hasGrown) return
    this.#grant()
    this.#onMore()
  }

  /** A connection was lost, or the agent asked to slow down: fewer at once. */
  trouble(): void {
    this.#flight.trouble(performance.now())
    this.#look()
  }

  /** Nothing leaves for so many milliseconds. */
  hold(ms: number): void {
    this.#hold.extend(ms)
  }

  close(): void {
    this.#hold.close()
  }
}
