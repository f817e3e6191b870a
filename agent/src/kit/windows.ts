/** Counts by key in fixed windows of time; forgets a key when its window is over. Times in milliseconds. */
export class Windows {
  readonly #counts = new Map<string, { count: number; end: number }>()
  #nextSweep = 0

  /** Adds `by` in the window that `at` falls into. `count` after it; `end` of the window. */
  add(key: string, by: number, windowMs: number, at: number): { count: number; end: number } {
    this.#sweep(at)
    const known = this.#counts.get(key)
    const entry =
      known !== undefined && known.end > at ? known : { count: 0, end: (Math.floor(at / windowMs) + 1) * windowMs }
    entry.count = Math.max(0, entry.count + by)
    this.#counts.set(key, entry)
    return { ...entry }
  }

  /** Keys whose window is still open. */
  keys(at: number): string[] {
    return [...this.#counts].filter(([, { end }]) => end > at).map(([key]) => key)
  }

  #sweep(at: number): void {
    if (at < this.#nextSweep) return
    for (const [key, { end }] of this.#counts) if (end <= at) this.#counts.delete(key)
    this.#nextSweep = at + 10_000
  }
}
