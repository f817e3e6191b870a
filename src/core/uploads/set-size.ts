import { setBytes, smallFileBytes } from '../../../contract/agent/uploads.ts'

/** A set should take so long: long against a round trip, short enough to see it advance and to lose little by a cut. */
const WANTED_MS = 1_000
const FIRST = 2 * 2 ** 20
const SMALLEST = smallFileBytes
/** One file more never makes it too large. */
const LARGEST = setBytes - smallFileBytes

/** How many bytes a set to one site should have, found by how long those before have taken. */
export class SetSize {
  /** Bytes per millisecond that one set was carried and stored with. */
  #rate: number | undefined

  /** @param limit Bytes per second that are allowed now; 0: no limit. */
  bytes(limit: number): number {
    const measured = this.#rate === undefined ? FIRST : this.#rate * WANTED_MS
    const allowed = limit > 0 ? (limit * WANTED_MS) / 1000 : Infinity
    return Math.max(SMALLEST, Math.min(LARGEST, measured, allowed))
  }

  /** A set was confirmed. One without bytes says nothing of the way. */
  arrived(bytes: number, ms: number): void {
    if (bytes > 0 && ms > 0) this.#rate = bytes / ms
  }
}
