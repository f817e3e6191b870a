/** An answer that is good for a while; while there is no new one, the last one stays. */
export class Cached<T> {
  readonly #ask: () => Promise<T | undefined>
  readonly #forMs: number
  #known: { value: T; until: number } | undefined
  #asking: Promise<T | undefined> | undefined

  /** `ask` gives undefined where it gets no answer. */
  constructor(forMs: number, ask: () => Promise<T | undefined>) {
    this.#forMs = forMs
    this.#ask = ask
  }

  /** One question for however many ask. Undefined where there never was an answer. */
  async get(): Promise<T | undefined> {
    if (this.#known !== undefined && performance.now() < this.#known.until) return this.#known.value
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined
    })
    const value = await this.#asking
    if (value !== undefined) this.#known = { value, until: performance.now() + this.#forMs }
    return this.#known?.value
  }
}
