import { Failure } from '../kit/failure.ts'

/** So many of something for each user at a time. Failure RATE_LIMITED beyond it. */
export class Places {
  readonly #taken = new Map<string, number>()
  readonly #most: number
  readonly #refusal: string

  constructor(most: number, refusal: string) {
    this.#most = most
    this.#refusal = refusal
  }

  /** Takes one; the function gives it back. */
  take(user: string): () => void {
    const count = this.#taken.get(user) ?? 0
    if (count >= this.#most) throw new Failure('RATE_LIMITED', this.#refusal, { retryAfter: 1 })
    this.#taken.set(user, count + 1)
    return () => {
      const left = (this.#taken.get(user) ?? 1) - 1
      if (left === 0) this.#taken.delete(user)
      else this.#taken.set(user, left)
    }
  }
}
