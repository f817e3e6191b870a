import type { UploadOrder } from '../../../contract/settings.ts'
import { Queue } from './queue.ts'
import type { UploadRecord } from './record.ts'

/** How an upload goes: with other small ones, by itself, by itself with a limit of its own; `foreign`: not with this sign-in. */
export type Kind = 'set' | 'file' | 'limited' | 'foreign'

/** Uploads of one site that wait for their turn: of each kind by itself, so that a full way keeps no other up. */
export class Queues {
  readonly #kindOf: (record: UploadRecord) => Kind
  readonly #queues: Record<Kind, Queue> = {
    set: new Queue(),
    file: new Queue(),
    limited: new Queue(),
    foreign: new Queue(),
  }

  constructor(kindOf: (record: UploadRecord) => Kind) {
    this.#kindOf = kindOf
  }

  /** Also those that wait already: their kind may be another by now. */
  add(records: readonly UploadRecord[]): void {
    for (const record of records) {
      this.delete(record)
      this.#queues[this.#kindOf(record)].add(record)
    }
  }

  delete(record: UploadRecord): void {
    for (const queue of Object.values(this.#queues)) queue.delete(record)
  }

  /** Looks at the kind of all of them once more. */
  sort(): void {
    this.add(Object.values(this.#queues).flatMap((queue) => queue.clear()))
  }

  /** By whose turn it is, without those that are taken out meanwhile. */
  inOrder(kind: Kind, order: UploadOrder): Iterable<UploadRecord> {
    return this.#queues[kind].inOrder(order)
  }
}
