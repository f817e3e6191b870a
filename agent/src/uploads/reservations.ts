/**
 * Bytes promised to open uploads and not yet written. Node cannot allocate blocks ahead, so without this ledger two
 * uploads of 40 GB would both begin on a disk with 50 GB free.
 */
export class Reservations {
  readonly #open = new Map<string, number>()
  #total = 0

  get total(): number {
    return this.#total
  }

  /** Sets what `upload` still needs, in bytes; 0 ends it. */
  set(upload: string, bytes: number): void {
    this.#total += bytes - (this.#open.get(upload) ?? 0)
    if (bytes > 0) this.#open.set(upload, bytes)
    else this.#open.delete(upload)
  }
}
