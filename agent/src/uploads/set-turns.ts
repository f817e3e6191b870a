/** Sets that are in memory at a time: of one user, so that no one takes all places, and of all. */
const MAX_OF_USER = 2
const MAX_OF_ALL = 8

interface Waiting {
  user: string
  go: () => void
}

/** Gives turns in the order of asking, past those whose user has enough of them. */
export class SetTurns {
  readonly #waiting: Waiting[] = []
  readonly #users = new Map<string, number>()
  #all = 0

  /** Resolves when it is one's turn, with what ends it. */
  async take(user: string): Promise<() => void> {
    if (this.#fits(user)) this.#enter(user)
    else await new Promise<void>((resolve) => this.#waiting.push({ user, go: resolve }))
    return () => this.#leave(user)
  }

  #fits(user: string): boolean {
    return this.#all < MAX_OF_ALL && (this.#users.get(user) ?? 0) < MAX_OF_USER
  }

  #enter(user: string): void {
    this.#all++
    this.#users.set(user, (this.#users.get(user) ?? 0) + 1)
  }

  #leave(user: string): void {
    this.#all--
    const left = (this.#users.get(user) ?? 0) - 1
    if (left > 0) this.#users.set(user, left)
    else this.#users.delete(user)
    const next = this.#waiting.findIndex((waiting) => this.#fits(waiting.user))
    const [waiting] = next < 0 ? [] : this.#waiting.splice(next, 1)
    if (waiting === undefined) return
    this.#enter(waiting.user)
    waiting.go()
  }
}
