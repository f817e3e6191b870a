import { openSocket } from './socket.ts'

/** The core asks for `length` bytes of the file under `token`, beginning at `offset`. */
interface RangeRequest {
  id: number
  token: string
  offset: number
  length: number
}

/** Files the page holds, by the token given to the core. They live as long as the page. */
export class HeldFiles {
  readonly #files = new Map<string, File>()
  readonly #tokens = new WeakMap<File, string>()

  tokenOf(file: File): string {
    const known = this.#tokens.get(file)
    if (known !== undefined) return known
    const token = crypto.randomUUID()
    this.#files.set(token, file)
    this.#tokens.set(file, token)
    return token
  }

  get(token: string): File | undefined {
    return this.#files.get(token)
  }

  tokens(): Iterable<string> {
    return this.#files.keys()
  }
}

/** Reads one range; the answer is a binary frame (4-byte big-endian id, bytes) or a JSON text with the reason. */
export async function answerRange(files: HeldFiles, request: RangeRequest): Promise<Uint8Array<ArrayBuffer> | string> {
  const refuse = (error: 'detached' | 'unreadable' | 'changed') => JSON.stringify({ id: request.id, error })
  const file = files.get(request.token)
  if (file === undefined) return refuse('detached')
  if (request.offset + request.length > file.size) return refuse('changed')
  try {
    const bytes = await file.slice(request.offset, request.offset + request.length).arrayBuffer()
    if (bytes.byteLength !== request.length) return refuse('changed')
    const frame = new Uint8Array(4 + bytes.byteLength)
    new DataView(frame.buffer).setUint32(0, request.id)
    frame.set(new Uint8Array(bytes), 4)
    return frame
  } catch (error) {
    // A file that was edited or removed after it was picked fails with these two names in every browser.
    const changed =
      error instanceof DOMException && (error.name === 'NotReadableError' || error.name === 'NotFoundError')
    return refuse(changed ? 'changed' : 'unreadable')
  }
}

/**
 * Keeps the connection on which the core asks for ranges; opens it with the first file and again after a cut. The core
 * is told of every file that is held (size in bytes, time in ms since 1970), and of all of them after a cut.
 */
export class Intake {
  readonly files = new HeldFiles()
  readonly #protocols: () => string[]
  readonly #unannounced = new Set<string>()
  #socket: WebSocket | undefined
  #running = false

  constructor(protocols: () => string[]) {
    this.#protocols = protocols
  }

  hold(file: File): string {
    if (!this.#running) {
      this.#running = true
      void this.#keepOpen()
    }
    const token = this.files.tokenOf(file)
    // Thousands of files dropped together are told in one message.
    if (this.#unannounced.size === 0) queueMicrotask(() => this.#announce())
    this.#unannounced.add(token)
    return token
  }

  #announce(): void {
    if (this.#socket === undefined) return
    const tokens = [...this.#unannounced].flatMap((token) => {
      const file = this.files.get(token)
      return file === undefined ? [] : [{ token, size: file.size, modified: file.lastModified }]
    })
    this.#unannounced.clear()
    this.#socket.send(JSON.stringify({ tokens, gone: [] }))
  }

  async #keepOpen(): Promise<void> {
    for (let failures = 0; ;) {
      try {
        const socket = await openSocket('/intake', this.#protocols())
        failures = 0
        await this.#serve(socket)
      } catch {
        failures += 1
      }
      await new Promise((resolve) => setTimeout(resolve, Math.min(5_000, 200 * 2 ** failures)))
    }
  }

  #serve(socket: WebSocket): Promise<void> {
    const answer = async (request: RangeRequest) => {
      const frame = await answerRange(this.files, request)
      if (socket.readyState === WebSocket.OPEN) socket.send(frame)
    }
    this.#socket = socket
    for (const token of this.files.tokens()) this.#unannounced.add(token)
    this.#announce()
    return new Promise((resolve) => {
      const closed = () => {
        this.#socket = undefined
        resolve()
      }
      socket.addEventListener('close', closed, { once: true })
      socket.addEventListener('message', (event) => {
        if (typeof event.data === 'string') void answer(JSON.parse(event.data) as RangeRequest)
      })
    })
  }
}
