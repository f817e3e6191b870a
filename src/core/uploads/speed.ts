/** Over how long a speed is averaged: chunks come in lumps of seconds on a slow link. */
const TAU_MS = 8_000

/** Bytes per second, smoothed; times are milliseconds of a steady clock. */
export class Speed {
  #rate = 0
  #weight = 0
  #at: number | undefined

  #decay(now: number): void {
    const factor = Math.exp(-(now - (this.#at ?? now)) / TAU_MS)
    this.#rate *= factor
    this.#weight = 1 - (1 - this.#weight) * factor
    this.#at = now
  }

  /** From here on time counts; also after a pause, whose length says nothing about the link. */
  start(now: number): void {
    this.#at = now
  }

  add(bytes: number, now: number): void {
    this.#decay(now)
    this.#rate += bytes / TAU_MS
  }

  value(now: number): number {
    this.#decay(now)
    return this.#weight === 0 ? 0 : Math.round((this.#rate / this.#weight) * 1000)
  }
}
