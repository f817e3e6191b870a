/** Whose upload it is. */
interface Holder {
  id: string
  user: string
}

/**
 * Bytes promised to open uploads and not yet written. Node cannot allocate blocks ahead, so without this ledger two
 * uploads of 40 GB would both begin on a disk with 50 GB free.
 */
export class Reservations {
  readonly #open = new Map<string, number>()
  readonly #users = new Map<string, number>()
  #total = 0

  get total(): number {
    return this.#total
  }

  /** Of one user's uploads. */
  of(user: string): number {
    return this.#users.get(user) ?? 0
  }

  /** Sets what an upload still needs, in bytes; 0 ends it. */
  set({ id, user }: Holder, bytes: number): void {
    const change = bytes - (this.#open.get(id) ?? 0)
    this.#total += change
    const theirs = this.of(user) + change
    if (theirs > 0) this.#users.set(user, theirs)
    else this.#users.delete(user)
    if (bytes > 0) this.#open.set(id, bytes)
    else this.#open.delete(id)
  }
}
