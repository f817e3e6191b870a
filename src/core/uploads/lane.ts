import type { UploadOrder } from '../../../contract/settings.ts'
import { Hold } from '../kit/hold.ts'
import { granted } from '../kit/wait.ts'
import { Wire, type Trip, type WireParts } from '../kit/wire.ts'
import { Meter } from './meter.ts'

/** Bytes in memory at once for one site, and as many for files with a limit of their own; one body is always allowed. */
const MEMORY = 64 * 2 ** 20
/** Of a file that its own limit holds back: while one is answered, the next one goes. */
const PLACES_HELD_BACK = 2
const PLACES_LIMITED = 16

/** What asks for a place: a file, or small files that go together. */
export interface LaneFile {
  /** Its place in line, in the order of adding. */
  readonly rank: number
  /** Bytes, and how many of them have arrived. */
  readonly size: number
  readonly sent: number
  /** Bytes per second of its own, 0: none. */
  readonly limit: number
}

interface Waiter {
  file: LaneFile
  bytes: number
  grant: () => void
}

/** Places that one file has now, their bytes, and when it got its last one. */
interface Share {
  places: number
  bytes: number
  turn: number
}

interface LaneParts {
  /** Whose turn it is; asked again for every place. */
  order?: () => UploadOrder
  /** Whether it is the file's own limit that holds it back. */
  isHeldBack?: (file: LaneFile) => boolean
  /** What another day has found of the link, and who is told what is found now. */
  link?: Pick<WireParts, 'known' | 'found'>
}

/**
 * The way to one site: bodies of several files share an adaptive number of places and a fixed amount of memory. Free
 * places go to the file whose turn it is. A file with a limit of its own has places beside these: it keeps none from others.
 */
export class Lane {
  readonly meter = new Meter()
  /** The connections of files without a limit of their own. */
  readonly wire: Wire
  readonly #order: () => UploadOrder
  readonly #isHeldBack: (file: LaneFile) => boolean
  readonly #shares = new Map<LaneFile, Share>()
  #waiting: Waiter[] = []
  #turn = 0
  /** Bodies on their way of files with a limit of their own. */
  #beside = 0
  readonly #hold = new Hold(() => this.#grant())

  constructor({ order = () => 'added', isHeldBack = () => false, link = {} }: LaneParts = {}) {
    this.wire = new Wire({ ...link, onMore: () => this.#grant() })
    this.#order = order
    this.#isHeldBack = isHeldBack
  }

  /** Bodies on their way. */
  get connections(): number {
    return this.wire.connections + this.#beside
  }

  /** Waits for a place for a body of `bytes`, to make it ready and to send it; returns what gives it back. */
  async enter(file: LaneFile, bytes: number, signal: AbortSignal): Promise<() => void> {
    await granted(signal, (grant) => {
      const waiter: Waiter = { file, bytes, grant }
      this.#waiting.push(waiter)
      this.#grant()
      return () => (this.#waiting = this.#waiting.filter((other) => other !== waiter))
    })
    return () => {
      this.#take(file, -1, -bytes)
      this.#grant()
    }
  }

  /** Waits until a body of `bytes` that is ready may leave; the limit of its own is what one that has it waits for. */
  async depart({ limit }: LaneFile, bytes: number, signal: AbortSignal): Promise<Trip> {
    if (limit === 0) return this.wire.enter(bytes, signal)
    this.#beside += 1
    return {
      left: () => undefined,
      end: () => {
        this.#beside -= 1
      },
    }
  }

  #sum(which: (file: LaneFile) => boolean): { places: number; bytes: number } {
    const sum = { places: 0, bytes: 0 }
    for (const [file, { places, bytes }] of this.#shares) {
      if (!which(file)) continue
      sum.places += places
      sum.bytes += bytes
    }
    return sum
  }

  #take(file: LaneFile, places: number, bytes: number): void {
    const share = this.#shares.get(file) ?? { places: 0, bytes: 0, turn: 0 }
    share.places += places
    share.bytes += bytes
    if (places > 0) share.turn = ++this.#turn
    if (share.places === 0 && !this.#waiting.some((waiter) => waiter.file === file)) this.#shares.delete(file)
    else this.#shares.set(file, share)
  }

  #grant(): void {
    if (this.#hold.left > 0) return
    for (;;) {
      const next = this.#next()
      if (next === undefined) return
      this.#waiting.splice(this.#waiting.indexOf(next), 1)
      this.#take(next.file, 1, next.bytes)
      next.grant()
    }
  }

  /** The first that may go: files with a limit of their own by that alone, of the others the one whose turn it is. */
  #next(): Waiter | undefined {
    const limited = this.#waiting.find(({ file, bytes }) => file.limit > 0 && this.#fitsLimited(file, bytes))
    if (limited !== undefined) return limited
    const free = this.#waiting.filter(({ file }) => file.limit === 0)
    const before = this.#comparing()
    const [first, ...others] = free
    if (first === undefined) return undefined
    const next = others.reduce((a, b) => (before(b.file, a.file) < 0 ? b : a), first)
    return this.#fits(next.bytes) ? next : undefined
  }

  #comparing(): (a: LaneFile, b: LaneFile) => number {
    const order = this.#order()
    if (order === 'added') return (a, b) => a.rank - b.rank
    if (order === 'smallest') return (a, b) => a.size - a.sent - (b.size - b.sent) || a.rank - b.rank
    const share = (file: LaneFile) => this.#shares.get(file) ?? { places: 0, turn: 0 }
    return (a, b) => share(a).places - share(b).places || share(a).turn - share(b).turn || a.rank - b.rank
  }

  #fits(bytes: number): boolean {
    const now = this.#sum(isFree)
    return now.places === 0 || (now.places < this.wire.places && now.bytes + bytes <= MEMORY)
  }

  #fitsLimited(file: LaneFile, bytes: number): boolean {
    const places = this.#shares.get(file)?.places ?? 0
    if (places === 0) return true
    const most = this.#isHeldBack(file) ? PLACES_HELD_BACK : PLACES_LIMITED
    return places < most && this.#sum((other) => !isFree(other)).bytes + bytes <= MEMORY
  }

  /** A connection was lost: fewer at once. */
  lost(): void {
    this.wire.trouble()
  }

  /** The agent's limit is reached: nothing goes out for so long. */
  hold(seconds: number): void {
    this.wire.trouble()
    this.wire.hold(seconds * 1000)
    this.#hold.extend(seconds * 1000)
  }

  /** Milliseconds until something may go out again. */
  get held(): number {
    return this.#hold.left
  }

  /** What was asked is looked at once more: an order or a limit was changed. */
  look(): void {
    this.#grant()
  }

  close(): void {
    this.#hold.close()
    this.wire.close()
  }
}

const isFree = ({ limit }: LaneFile): boolean => limit === 0
