import { type Bytes, Undrawable } from '../../../mesh/bytes.ts'
import { drawInThread, type ThreadLimits } from '../../../mesh/thread.ts'
import { Failure } from '../kit/failure.ts'
import type { FileReader } from '../user-files/index.ts'

/** One file is drawn no longer than this, and waits no longer for its turn: clients give up after a minute of silence. */
const LIMIT_MS = 40_000
const TURN_MS = 12_000
/** Larger files take longer than anybody waits for a look. */
const MOST_BYTES = 4 * 2 ** 30
/** Threads at a time, of all users together: they share the head node's processors. */
const AT_ONCE = 2
/** Drawn surfaces that are kept. */
const KEPT_BYTES = 64 * 2 ** 20
/** Small enough to travel and to turn smoothly on an office computer. */
const limits: ThreadLimits = { surface: { triangles: 200_000, bytes: 16 * 2 ** 20 }, ms: LIMIT_MS, heapMb: 1024 }

export interface Meshes {
  /**
   * The surface of the file that `open` gives, from memory where `key` (file and version) was drawn before.
   * Failure TOO_LARGE; WRONG_STATE with a sentence where it cannot be drawn; RATE_LIMITED where too many wait already.
   */
  draw(key: string, extension: string, open: () => Promise<FileReader>): Promise<Uint8Array>
  /** What is being drawn is given up. */
  close(): void
}

const ending = () => new Failure('SCHEDULER_UNAVAILABLE', 'The agent is ending. Try again in a moment.')

/** A user's file as the thread reads it. */
const bytesOf = (file: FileReader, size: number): Bytes => ({
  size,
  async read(position, length) {
    const buffer = Buffer.allocUnsafe(length)
    const { bytesRead } = await file.read(buffer, 0, length, position)
    return buffer.subarray(0, bytesRead)
  },
})

/** Draws mesh and result files in threads of their own, so that no large file holds up the agent. */
export function createMeshes(): Meshes {
  const kept = new Map<string, Uint8Array>()
  const underWay = new Map<string, Promise<Uint8Array>>()
  const waiting: (() => void)[] = []
  let running = 0
  const closing = new AbortController()

  function keep(key: string, mesh: Uint8Array): void {
    kept.set(key, mesh)
    let sum = 0
    for (const [old, { length }] of [...kept].toReversed()) {
      sum += length
      if (sum > KEPT_BYTES) kept.delete(old)
    }
  }

  async function turn(): Promise<void> {
    if (running < AT_ONCE) {
      running += 1
      return
    }
    await new Promise<void>((resolve, reject) => {
      const go = () => {
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(go), 1)
        const seconds = 5
        reject(
          new Failure('RATE_LIMITED', 'Many meshes are being drawn right now. Try again in a moment.', {
            retryAfter: seconds,
          }),
        )
      }, TURN_MS)
      waiting.push(go)
    })
  }
  function leave(): void {
    const next = waiting.shift()
    if (next === undefined) running -= 1
    else next()
  }

  async function work(extension: string, file: FileReader, size: number): Promise<Uint8Array> {
    // Its turn may have come because the one before it was ended.
    if (closing.signal.aborted) throw ending()
    try {
      return await drawInThread({ extension, bytes: bytesOf(file, size) }, limits, closing.signal)
    } catch (error) {
      if (!(error instanceof Undrawable)) throw error
      const reason = error.message
      throw new Failure('WRONG_STATE', `This file cannot be drawn: ${reason}`, { details: { reason } })
    }
  }

  async function drawNow(key: string, extension: string, open: () => Promise<FileReader>): Promise<Uint8Array> {
    await turn()
    let file: FileReader | undefined
    try {
      file = await open()
      const { size } = await file.stat()
      if (size > MOST_BYTES) {
        throw new Failure('TOO_LARGE', 'Files above 4 GB are not drawn. Download it to look at it.')
      }
      const mesh = await work(extension, file, size)
      keep(key, mesh)
      return mesh
    } finally {
      await file?.close()
      leave()
    }
  }

  return {
    async draw(key, extension, open) {
      const known = kept.get(key)
      if (known !== undefined) {
        kept.delete(key)
        kept.set(key, known)
        return known
      }
      const begun = underWay.get(key) ?? drawNow(key, extension, open).finally(() => underWay.delete(key))
      underWay.set(key, begun)
      return begun
    },
    close: () => closing.abort(ending()),
  }
}
