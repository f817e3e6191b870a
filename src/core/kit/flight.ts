/** Bodies of a site on their way at the same time, before anything is measured; and where round trips are long. */
const START = 4
const START_FAR = 8
const MOST = 32
/** New connections need a few round trips until they are as fast as they will be; what the system buffers has gone by then. */
const SETTLE_MS = 800
/** An epoch lasts at least so long: shorter ones measure the scheduler of the operating system. */
const EPOCH_MS = 500
/** And at most so long, also where a chunk takes longer: bytes are counted as they leave. */
const LONGEST_EPOCH_MS = 2_000
/** What was on its way for less than this says too little to change what is known. */
const LEAST_MS = 200
/** More in flight must bring so much more, in one of two epochs, else it is not worth it. */
const WORTH = 1.05
/** So much of what is allowed has to be in use for an epoch to say anything about what is allowed. */
const IN_USE = 0.7
/** How long a found number is kept before more is tried again: links change. */
const HOLD_MS = 10_000
/** Connections that break within so long broke for one reason. */
const ONE_TROUBLE_MS = 2_000
/** Beyond this factor, either way, a link is not the one that is remembered. */
const OTHER_LINK = 2

/** What is known of a link: bodies at once, and bytes per second that they brought together. */
export interface Found {
  connections: number
  rate: number
}

interface Epoch {
  /** When it begins: the time until then is not counted. */
  from: number
  bytes: number
  bodies: number
  /** Milliseconds of all connections together. */
  connectionMs: number
}

/**
 * How many bodies are on their way at once, found by measuring the bytes that leave in a time: the number grows while that
 * helps (a long or lossy link needs many connections), returns to the one before where it does not, and halves on loss or when
 * the agent refuses for its limit. Bytes are those of the network: how well a file compresses says nothing about connections.
 * Times are milliseconds of any steady clock.
 */
export class Flight {
  #limit = START
  #under = 0
  #at = 0
  #epoch: Epoch | undefined
  #before: Found | undefined
  /** The number that is tried has had an epoch that was not worth it. */
  #isDoubted = false
  /** Until it is settled for the first time the number doubles: a search from 4 to 32 takes three epochs. */
  #factor = 2
  #expected: number | undefined
  #holdUntil = 0
  #troubleAt = -Infinity
  #perConnection: number | undefined
  /** By more than a first look, which is of one body and of all that had to be made ready with it. */
  #isMeasured = false
  /** How long from now bytes still go into buffers alone. */
  #settling = SETTLE_MS
  readonly #found: (found: Found) => void

  /** @param known What another day has found. @param found Told what is found now. */
  constructor(known?: Found, found: (found: Found) => void = () => undefined) {
    this.#found = found
    if (known === undefined) return
    this.#limit = Math.max(1, Math.min(MOST, Math.round(known.connections)))
    this.#expected = known.rate
    this.#perConnection = known.rate / this.#limit
    this.#isMeasured = true
  }

  get limit(): number {
    return this.#limit
  }

  /**
   * Bytes per second that the link takes with all connections that are allowed; undefined before anything is known. Where fewer
   * are in use, something else holds the rate back, and this is more than what goes out.
   */
  get capacity(): number | undefined {
    return this.#perConnection === undefined ? undefined : this.#perConnection * this.#limit
  }

  /** The same by more than a first look at the link. */
  get measuredCapacity(): number | undefined {
    return this.#isMeasured ? this.capacity : undefined
  }

  /** Bytes per second of one connection; undefined before anything is known. */
  get perConnection(): number | undefined {
    return this.#perConnection
  }

  /** The other end is far: more connections than usual to begin with, where nothing is known yet. */
  startFar(): void {
    if (this.#perConnection === undefined) this.#limit = Math.max(this.#limit, START_FAR)
  }

  #advance(now: number): Epoch {
    const epoch = (this.#epoch ??= { from: now + this.#settling, bytes: 0, bodies: 0, connectionMs: 0 })
    this.#settling = 0
    const since = Math.max(this.#at, epoch.from)
    if (now > since) epoch.connectionMs += this.#under * (now - since)
    this.#at = now
    return epoch
  }

  /** A body begins to leave. */
  began(now: number): void {
    this.#advance(now)
    this.#under += 1
  }

  /** Bytes of it have left. */
  moved(bytes: number, now: number): void {
    const epoch = this.#advance(now)
    if (now < epoch.from) return
    epoch.bytes += bytes
    this.#look(epoch, now)
  }

  /** It is over; `arrived`: its bytes, and the milliseconds until they were confirmed. */
  ended(arrived: { bytes: number; ms: number } | undefined, now: number): void {
    const epoch = this.#advance(now)
    this.#under -= 1
    if (arrived === undefined) return
    // A first look at an unknown link.
    this.#perConnection ??= (arrived.bytes / Math.max(1, arrived.ms)) * 1000
    if (now < epoch.from) return
    epoch.bodies += 1
    this.#look(epoch, now)
  }

  #measure({ bytes, connectionMs }: Epoch): void {
    if (connectionMs < LEAST_MS || bytes === 0) return
    this.#perConnection = (bytes / connectionMs) * 1000
    this.#isMeasured = true
  }

  #look(epoch: Epoch, now: number): void {
    const elapsed = now - epoch.from
    if (elapsed < EPOCH_MS || (epoch.bodies < this.#limit && elapsed < LONGEST_EPOCH_MS)) return
    this.#epoch = undefined
    this.#measure(epoch)
    if (epoch.connectionMs < IN_USE * this.#limit * elapsed) return
    this.#judge((epoch.bytes / elapsed) * 1000, now)
  }

  #judge(rate: number, now: number): void {
    const expected = this.#expected
    this.#expected = undefined
    if (expected !== undefined && (rate * OTHER_LINK < expected || rate > expected * OTHER_LINK)) {
      this.#try(START, now)
      return
    }
    if (now < this.#holdUntil) return
    if (this.#before !== undefined && rate < this.#before.rate * WORTH) {
      if (this.#isDoubted) this.#settle(this.#before.connections, this.#before.rate, now)
      else this.#isDoubted = true
    } else if (this.#limit === MOST) {
      this.#settle(MOST, rate, now)
    } else {
      this.#before = { connections: this.#limit, rate }
      // Many an upload is over before the search is.
      this.#found(this.#before)
      this.#try(Math.min(MOST, Math.ceil(this.#limit * this.#factor)), now)
    }
  }

  #try(limit: number, now: number): void {
    this.#limit = limit
    this.#isDoubted = false
    this.#epoch = { from: now + SETTLE_MS, bytes: 0, bodies: 0, connectionMs: 0 }
  }

  #settle(connections: number, rate: number, now: number): void {
    this.#hold(connections, now)
    this.#perConnection = rate / connections
    this.#found({ connections, rate })
  }

  #hold(limit: number, now: number): void {
    this.#try(limit, now)
    this.#before = undefined
    this.#factor = 1.5
    this.#holdUntil = now + HOLD_MS
  }

  /** A connection was lost, or the agent asked to slow down. */
  trouble(now: number): void {
    if (now - this.#troubleAt < ONE_TROUBLE_MS) return
    this.#troubleAt = now
    this.#expected = undefined
    this.#hold(Math.max(1, Math.floor(this.#limit / 2)), now)
  }
}
