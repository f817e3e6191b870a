import type { Readable, Writable } from 'node:stream'
import { Failure } from '../kit/failure.ts'
import { type Frame, readFrames, writeFrame } from './frames.ts'
import { MAX_REQUESTS, PIECE, toWire } from './protocol.ts'

/** What a handler answers with; a long payload goes out in parts. */
export interface Result {
  header?: Record<string, unknown>
  payload?: Buffer
}

/** Does one operation. `signal` is aborted when the agent no longer wants it. */
export type Handler = (frame: Frame, signal: AbortSignal) => Promise<Result>

/** Bytes of requests that are worked on; while there are more, none is read. */
const MAX_HELD = 16 * 2 ** 20

/** What is held of requests, and waiting for it to become less. */
class Held {
  #bytes = 0
  #waiting: (() => void) | undefined

  add(bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes > MAX_HELD) return
    this.#waiting?.()
    this.#waiting = undefined
  }

  async room(): Promise<void> {
    if (this.#bytes > MAX_HELD) await new Promise<void>((resolve) => (this.#waiting = resolve))
  }
}

/**
 * Answers requests until the stream ends, many at a time. What is no operation is refused; what is no frame ends it.
 *
 * @throws BadFrame.
 */
export async function serve(
  streams: { input: Readable; output: Writable },
  handlers: ReadonlyMap<string, Handler>,
  onRequest: () => void,
): Promise<void> {
  const running = new Map<number, AbortController>()
  const held = new Held()

  const answer = async (id: number, { header = {}, payload = Buffer.alloc(0) }: Result) => {
    let at = 0
    for (; payload.length - at > PIECE; at += PIECE) {
      await writeFrame(streams.output, { id, more: true }, [payload.subarray(at, at + PIECE)])
    }
    await writeFrame(streams.output, { ...header, id }, at < payload.length ? [payload.subarray(at)] : [])
  }

  const work = async (id: number, frame: Frame): Promise<void> => {
    const handler = handlers.get(String(frame.header['op']))
    const stop = new AbortController()
    try {
      if (handler === undefined) throw new Failure('BAD_REQUEST', 'The helper does not know this operation.')
      if (running.size >= MAX_REQUESTS) throw new Failure('RATE_LIMITED', 'The helper has too much to do.')
      if (running.has(id)) throw new Failure('BAD_REQUEST', 'This number belongs to another request.')
      running.set(id, stop)
      held.add(frame.payload.length)
      try {
        await answer(id, await handler(frame, stop.signal))
      } finally {
        running.delete(id)
        held.add(-frame.payload.length)
      }
    } catch (error) {
      await writeFrame(streams.output, { id, error: toWire(error) })
    }
  }

  for await (const frame of readFrames(streams.input)) {
    onRequest()
    const { id, op, of } = frame.header
    if (op === 'cancel') running.get(Number(of))?.abort(new Failure('WRONG_STATE', 'It was called off.'))
    else void work(typeof id === 'number' && Number.isSafeInteger(id) ? id : -1, frame)
    await held.room()
  }
}
