import type { Bytes } from './workers/jobs.ts'

/** After so long without use nothing is kept. */
const KEPT_MS = 5_000

/**
 * Memory for chunks, used again: making and freeing megabytes for each would cost more than reading into them. It is shared with
 * the threads: what is handed to and fro would be new to the garbage collector each time, which goes through the whole heap for
 * every 64 MiB of it (a tenth of an upload's processor time over loopback, measured).
 */
export class Buffers {
  #free: Bytes[] = []
  #timer: NodeJS.Timeout | undefined

  take(size: number): Bytes {
    const place = this.#free.findIndex((bytes) => bytes.length === size)
    return (place === -1 ? undefined : this.#free.splice(place, 1)[0]) ?? new Uint8Array(new SharedArrayBuffer(size))
  }

  /** @param bytes Any view of what was taken, also after a thread had it; nobody else may use it any more. */
  give({ buffer }: Bytes): void {
    // Files with chunks of another size do not pile up.
    this.#free = [...this.#free.filter(({ length }) => length === buffer.byteLength), new Uint8Array(buffer)]
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#free = []
    }, KEPT_MS).unref()
    this.#timer.refresh()
  }
}
