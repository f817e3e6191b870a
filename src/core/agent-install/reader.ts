import type { Duplex } from 'node:stream'

/** Bytes kept of what a shell prints while nothing is expected: noise, of which the end may explain a failure. */
const noiseBytes = 16 * 1024

/**
 * Reads a shell's standard output for marked places, and keeps what lies between. Reads by `readable`, so that the stream can be
 * given on as it was.
 */
export interface MarkReader {
  /**
   * Resolves with what came before the mark, which is dropped. Rejects with `lost`'s error when the stream ends before, and with
   * RangeError when more than `limit` bytes come.
   */
  until(mark: string, limit: number): Promise<Buffer>
  /** What came and was not asked for. */
  noise(): string
  /** Ends reading; what was read too far is put back. */
  release(): void
}

interface Waiting {
  mark: Buffer
  limit: number
  searched: number
  resolve: (before: Buffer) => void
  reject: (error: Error) => void
}

export function createMarkReader(stream: Duplex, lost: () => Error): MarkReader {
  let held: Buffer = Buffer.alloc(0)
  let waiting: Waiting | undefined
  let over = false

  function look(): void {
    if (waiting === undefined) {
      if (held.length > noiseBytes) held = held.subarray(-noiseBytes)
      return
    }
    const { mark, limit, searched, resolve, reject } = waiting
    const at = held.indexOf(mark, searched)
    if (at >= 0) {
      const before = held.subarray(0, at)
      held = held.subarray(at + mark.length)
      waiting = undefined
      resolve(before)
    } else if (held.length > limit) {
      waiting = undefined
      reject(new RangeError(`more than ${limit} bytes were printed`))
    } else if (over) {
      waiting = undefined
      reject(lost())
    } else {
      waiting.searched = Math.max(0, held.length - mark.length + 1)
    }
  }
  function onReadable(): void {
    for (;;) {
      const chunk = stream.read() as Buffer | null
      if (chunk === null) return
      held = Buffer.concat([held, chunk])
      look()
    }
  }
  function onOver(): void {
    over = true
    look()
  }
  stream.on('readable', onReadable).on('end', onOver).on('close', onOver)

  return {
    until(mark, limit) {
      return new Promise((resolve, reject) => {
        waiting = { mark: Buffer.from(mark), limit, searched: 0, resolve, reject }
        look()
      })
    },
    noise: () => held.toString('utf8'),
    release() {
      stream.off('readable', onReadable).off('end', onOver).off('close', onOver)
      if (held.length > 0) stream.unshift(held)
      held = Buffer.alloc(0)
    },
  }
}
