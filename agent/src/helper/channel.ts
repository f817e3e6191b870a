import type { Readable, Writable } from 'node:stream'
import { Failure } from '../kit/failure.ts'
import { BadFrame, type Frame, readFrames, writeFrame } from './frames.ts'
import { fromWire, type Hello, PROTOCOL } from './protocol.ts'
import { Turns } from './turns.ts'

/** A call that brings nothing for so long will bring nothing: the file system hangs, or the helper does. */
const PATIENCE_MS = 120_000
/**
 * Of all answers that are not whole yet, together: the user may have put anything in the helper's place. The longest that is
 * asked for is both outputs of a command.
 */
const MAX_HELD = 144 * 2 ** 20

/** The helper is gone, or cannot be believed any more. What was asked may have been done or not. */
export class HelperLost extends Failure {
  constructor() {
    super(
      'SCHEDULER_UNAVAILABLE',
      'The connection to your account on the cluster was interrupted. Try again in a moment.',
    )
  }
}

export interface CallOptions {
  payload?: readonly Buffer[]
  /** Milliseconds until the helper is given up. */
  patienceMs?: number
  /** Calls it off on the other side; the answer is then an error. */
  signal?: AbortSignal
}

export interface Answer {
  header: Record<string, unknown>
  payload: Buffer
}

interface Pending {
  parts: Buffer[]
  resolve: (answer: Answer) => void
  reject: (error: unknown) => void
}

const lengthOf = (pieces: readonly Buffer[]): number => pieces.reduce((sum, piece) => sum + piece.length, 0)

/** The agent's end of the connection to one helper. */
export class Channel {
  /** What it said first. Rejects with the helper's own sentence, or with HelperLost. */
  readonly hello: Promise<Hello>
  readonly #input: Readable
  readonly #output: Writable
  readonly #onEnd: (reason: string) => void
  readonly #pending = new Map<number, Pending>()
  readonly #turns = new Turns()
  #greeting: PromiseWithResolvers<Hello> | undefined = Promise.withResolvers<Hello>()
  #last = 0
  /** Bytes of answers that are not whole yet. */
  #held = 0
  #ended = false

  constructor(input: Readable, output: Writable, onEnd: (reason: string) => void) {
    this.#input = input
    this.#output = output
    this.#onEnd = onEnd
    output.on('error', (error) => this.end(error.message))
    input.on('error', (error) => this.end(error.message))
    this.hello = this.#greeting?.promise ?? Promise.reject(new HelperLost())
    // Whoever asks for it gets the error; where nobody does it is no accident of the process.
    this.hello.catch(() => {})
    void this.#listen()
  }

  get ended(): boolean {
    return this.#ended
  }

  /** Calls under way. */
  get calls(): number {
    return this.#pending.size
  }

  /**
   * Asks for one operation. The pieces of the payload must stay as they are until this has settled.
   *
   * @throws HelperLost; else what the operation has thrown on the other side.
   */
  async call(op: string, header: object, options: CallOptions = {}): Promise<Answer> {
    const { payload = [], patienceMs = PATIENCE_MS, signal } = options
    const bytes = lengthOf(payload)
    await this.#turns.take(bytes)
    try {
      signal?.throwIfAborted()
      return await this.#ask(op, header, { payload, patienceMs, ...(signal === undefined ? {} : { signal }) })
    } catch (error) {
      throw signal?.aborted === true ? signal.reason : error
    } finally {
      this.#turns.give(bytes)
    }
  }

  async #ask(
    op: string,
    header: object,
    { payload, patienceMs, signal }: Required<Omit<CallOptions, 'signal'>> & { signal?: AbortSignal },
  ): Promise<Answer> {
    if (this.#ended) throw new HelperLost()
    const id = ++this.#last
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    this.#pending.set(id, { parts: [], resolve, reject })
    const timer = setTimeout(() => this.end(`no answer to ${op} in ${patienceMs} ms`), patienceMs)
    const callOff = () => void writeFrame(this.#output, { op: 'cancel', of: id })
    signal?.addEventListener('abort', callOff, { once: true })
    try {
      // Also where the answer comes early: the payload must not be touched while it is on its way.
      promise.catch(() => {})
      await writeFrame(this.#output, { ...header, id, op }, payload)
      return await promise
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', callOff)
      this.#pending.delete(id)
    }
  }

  async #listen(): Promise<void> {
    let reason = 'it has ended'
    try {
      for await (const frame of readFrames(this.#input)) this.#take(frame)
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error)
    }
    this.end(reason)
  }

  #take({ header, payload }: Frame): void {
    if (this.#greeting !== undefined) return this.#greet(header)
    const pending = this.#pending.get(Number(header['id']))
    if (pending === undefined) throw new BadFrame('an answer that nobody has asked for')
    pending.parts.push(payload)
    this.#held += payload.length
    if (this.#held > MAX_HELD) throw new BadFrame('an answer is too long')
    if (header['more'] === true) return
    this.#held -= lengthOf(pending.parts)
    if (header['error'] !== undefined) pending.reject(fromWire(header['error']))
    else {
      const whole = pending.parts.length === 1 ? payload : Buffer.concat(pending.parts)
      pending.resolve({ header, payload: whole })
    }
  }

  #greet(header: Record<string, unknown>): void {
    const { hello, user, uid, area, problem } = header
    if (problem !== undefined) this.#greeting?.reject(fromWire(problem))
    else if (hello !== PROTOCOL) {
      this.#greeting?.reject(
        new Failure(
          'SCHEDULER_UNAVAILABLE',
          'The helper on the cluster is of another version than the agent. The administrator must install both together.',
        ),
      )
    } else if (typeof user === 'string' && typeof uid === 'number' && typeof area === 'string') {
      this.#greeting?.resolve({ hello, user, uid, area })
    } else throw new BadFrame('a greeting that is none')
    this.#greeting = undefined
  }

  /** Lets go of the helper, which then ends by itself. All that was asked and not answered has failed. */
  end(reason: string): void {
    if (this.#ended) return
    this.#ended = true
    // Before anybody learns of it: the pieces of a payload may be freed at once, and must not be written any more.
    this.#output.destroy()
    this.#input.destroy()
    this.#greeting?.reject(new HelperLost())
    this.#greeting = undefined
    for (const { reject } of this.#pending.values()) reject(new HelperLost())
    this.#pending.clear()
    this.#onEnd(reason)
  }
}
