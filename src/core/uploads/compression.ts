/** zstd's levels that are worth a choice; above 9 a mesh gains a hundredth and takes twice the time. */
const LEVELS = [1, 3, 6, 9] as const
/** How fast they are beside level 1, before this machine has shown it. */
const TYPICAL_SPEED: Record<number, number> = { 1: 1, 3: 0.5, 6: 0.25, 9: 0.13 }
/** Bytes per second that one thread is believed to compress at level 1 at first. */
const FIRST_SPEED = 150e6
/** What a file is believed to shrink to before anything of it was compressed; and a level beside the lower ones. */
const FIRST_RATIO = 0.5
const BETTER = 0.97
/** Threads also read and hash, and others use the processor as well; what a higher level gains is not worth waiting for it. */
const SHARE = 0.5
const SHARE_HIGHER = 0.3
/** Less gain than this is not worth the work: of the time of a file, and of one level over a lower one. */
const WORTH = 1.15
const WORTH_A_LEVEL = 1.02
/** Above this a chunk is sent as it is. */
export const POOR_RATIO = 0.9
/** So many chunks of a file are left alone where it is not worth it, twice as many each time. */
const FIRST_REST = 16
const LONGEST_REST = 256
/** After so many chunks the levels are compared anew: nodes and elements of a mesh differ. */
const REVIEWED_AFTER = 64
/** Of what is measured, so much is the newest. */
const NEWEST = 0.3

const blend = (known: number | undefined, now: number): number =>
  known === undefined ? now : known + NEWEST * (now - known)

/** How fast this machine compresses: bytes per second of one thread, by level. */
export class CompressionSpeed {
  /** Seconds per byte: of these a mean is one of time, which counts. */
  readonly #measured = new Map<number, number>()

  learn(level: number, bytes: number, ms: number): void {
    this.#measured.set(level, blend(this.#measured.get(level), Math.max(ms, 0.1) / 1000 / bytes))
  }

  /** As measured, or by the nearest level that was. */
  of(level: number): number {
    const near = LEVELS.toSorted((a, b) => Math.abs(a - level) - Math.abs(b - level)).find((other) =>
      this.#measured.has(other),
    )
    const known = 1 / (this.#measured.get(near ?? level) ?? 1 / FIRST_SPEED)
    return (known * (TYPICAL_SPEED[level] ?? 1)) / (TYPICAL_SPEED[near ?? 1] ?? 1)
  }
}

/** What the choice depends on beside the file. */
export interface CompressionSituation {
  /** Bytes per second that the link takes; undefined while that is not known. */
  link: number | undefined
  /** Round trips say that the other end is near: while the link is not known, it is believed to be fast. */
  near: boolean
  /** Threads that compress. */
  threads: number
  speed: CompressionSpeed
}

/**
 * Whether and how hard the chunks of one file are compressed: at the level with which the file is through first. A link
 * takes `link / ratio` bytes of the file per second, the threads make `threads × speed`; the smaller counts, and it has to beat
 * the plain file clearly. What does not get smaller is left alone for a while.
 */
export class Compression {
  readonly #ratios = new Map<number, number>()
  #learned = 0
  #rest = 0
  #nextRest = FIRST_REST

  /** zstd's level for the next chunk, 0 for none. */
  level({ link, near, threads, speed }: CompressionSituation): number {
    if (this.#rest > 0) {
      this.#rest -= 1
      return 0
    }
    if (link === undefined) return near ? 0 : LEVELS[0]
    let best = { level: 0, rate: link * (WORTH / WORTH_A_LEVEL) }
    // The lowest shows what kind of file it is.
    for (const level of this.#ratios.size === 0 ? [LEVELS[0]] : LEVELS) {
      const share = level === LEVELS[0] ? SHARE : SHARE_HIGHER
      const rate = Math.min(link / this.#ratio(level), threads * speed.of(level) * share)
      if (rate > best.rate * WORTH_A_LEVEL) best = { level, rate }
    }
    if (best.level === 0 && this.#ratios.size > 0) this.#leave()
    return best.level
  }

  /** What comes after a while may be of another kind. */
  #leave(): void {
    this.#rest = this.#nextRest
    this.#nextRest = Math.min(LONGEST_REST, this.#nextRest * 2)
    this.#ratios.clear()
  }

  /** What a level makes of this file: as measured, or a little better than the best of the lower ones. */
  #ratio(level: number): number {
    const lower = [...this.#ratios].filter(([other]) => other < level).map(([, ratio]) => ratio)
    return this.#ratios.get(level) ?? (lower.length === 0 ? FIRST_RATIO : Math.min(...lower) * BETTER)
  }

  /** What became of a chunk. */
  learn(level: number, bytes: number, packed: number): void {
    const ratio = packed / bytes
    if (++this.#learned % REVIEWED_AFTER === 0) this.#ratios.clear()
    this.#ratios.set(level, blend(this.#ratios.get(level), ratio))
    if (ratio > POOR_RATIO) this.#leave()
    else this.#nextRest = FIRST_REST
  }
}
