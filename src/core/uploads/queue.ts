import type { UploadOrder } from '../../../contract/settings.ts'
import type { UploadRecord } from './record.ts'

type Comparing = (a: UploadRecord, b: UploadRecord) => number

const asAdded: Comparing = (a, b) => a.rank - b.rank
const smallestFirst: Comparing = (a, b) => a.size - a.sent - (b.size - b.sent) || asAdded(a, b)

/** Uploads that wait for their turn; taking the next of tens of thousands costs nothing. */
export class Queue {
  readonly #records = new Set<UploadRecord>()
  #sorted: { by: Comparing; records: UploadRecord[]; at: number } | undefined

  add(record: UploadRecord): void {
    if (this.#records.has(record)) return
    this.#records.add(record)
    this.#sorted = undefined
  }

  delete(record: UploadRecord): void {
    this.#records.delete(record)
  }

  /** All of them, taken out. */
  clear(): UploadRecord[] {
    const all = [...this.#records]
    this.#records.clear()
    this.#sorted = undefined
    return all
  }

  /** By whose turn it is, without those that are taken out meanwhile. */
  *inOrder(order: UploadOrder): Generator<UploadRecord> {
    const by = order === 'smallest' ? smallestFirst : asAdded
    if (this.#sorted?.by !== by) this.#sorted = { by, records: [...this.#records].sort(by), at: 0 }
    const sorted = this.#sorted
    for (let at = sorted.at; at < sorted.records.length; at += 1) {
      const record = sorted.records[at]
      if (record !== undefined && this.#records.has(record)) yield record
      // Nobody has to look at those in front again once they are gone.
      else if (at === sorted.at) sorted.at += 1
    }
  }
}
