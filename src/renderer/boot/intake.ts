import type { PageEntry } from './host.ts'
import type { FromWorker, HeldEntry, ToWorker } from './intake-talk.ts'

/** Files of a dropped folder are found one by one: they are told together after so many milliseconds. */
const gatherMs = 10

/** Browsers name the kind of a failure; that is all that matters of it. */
const nameOf = (error: unknown): string => (error instanceof DOMException ? error.name : 'Error')

const entryOf = (file: File | PageEntry): PageEntry =>
  file instanceof File
    ? { size: file.size, modified: file.lastModified, reopens: false, open: () => Promise.resolve(file) }
    : file

/**
 * The page's half of the intake: it holds the files, and opens one when its bytes are first asked for. The connection and
 * all reading are a worker's, so that neither a file of 50 GB nor thousands of small ones hold up the page. A file is told
 * with its token, by which the core asks for it; tokens live as long as the page.
 */
export class Intake {
  readonly #protocols: () => string[]
  readonly #page = crypto.randomUUID()
  readonly #entries = new Map<string, PageEntry>()
  readonly #tokens = new WeakMap<File | PageEntry, string>()
  #untold: HeldEntry[] = []
  #worker: Worker | undefined

  constructor(protocols: () => string[]) {
    this.#protocols = protocols
  }

  /** The token of a file; the same for the same one. */
  hold(file: File | PageEntry): string {
    const known = this.#tokens.get(file)
    if (known !== undefined) return known
    // Thousands are made at once; that it cannot be guessed is the page's part of it.
    const token = `${this.#page}-${this.#entries.size}`
    const entry = entryOf(file)
    this.#tokens.set(file, token)
    this.#entries.set(token, entry)
    const { size, modified, reopens } = entry
    if (this.#untold.length === 0) setTimeout(() => this.#tell(), gatherMs)
    this.#untold.push({ token, size, modified, reopens })
    return token
  }

  #tell(): void {
    const held = this.#untold
    this.#untold = []
    this.#post({ held })
  }

  #post(message: ToWorker): void {
    this.#worker ??= this.#start()
    this.#worker.postMessage(message, [])
  }

  #start(): Worker {
    const worker = new Worker(new URL('intake-worker.ts', import.meta.url), { type: 'module' })
    worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => void this.#open(data.open))
    const start: ToWorker = { protocols: this.#protocols() }
    worker.postMessage(start, [])
    return worker
  }

  async #open(token: string): Promise<void> {
    try {
      const file = await this.#entries.get(token)?.open()
      this.#post(file === undefined ? { failed: token, name: 'NotFoundError' } : { opened: token, file })
    } catch (error) {
      this.#post({ failed: token, name: nameOf(error) })
    }
  }
}
