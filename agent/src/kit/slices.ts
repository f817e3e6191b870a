import { setImmediate as nextTurn } from 'node:timers/promises'

/** Milliseconds that a long piece of work keeps the thread before others have their turn. */
const SLICE_MS = 8

/** Cuts long work into slices, so that whoever else is served does not wait for all of it. */
export class Slices {
  #since = performance.now()

  /** To be awaited between steps: lets others go on where this has kept the thread for long enough. */
  async pause(): Promise<void> {
    if (performance.now() - this.#since < SLICE_MS) return
    await nextTurn()
    this.#since = performance.now()
  }
}
