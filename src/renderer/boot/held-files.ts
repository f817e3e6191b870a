import type { PageEntry } from './host.ts'

/** The core asks for `length` bytes of the file under `token`, beginning at `offset`. */
export interface RangeRequest {
  id: number
  token: string
  offset: number
  length: number
}

/** A file the page holds, with its size (bytes) and time (ms since 1970) as the core was told. */
export class HeldFile {
  size: number
  modified: number
  readonly #entry: PageEntry
  #file: Promise<File> | undefined
  /** It has changed, and the page cannot have its new version unless it is picked again. */
  lost = false

  constructor(entry: PageEntry) {
    this.#entry = entry
    this.size = entry.size
    this.modified = entry.modified
  }

  /** Opened once, when it is first asked for; what failed is tried again. */
  async file(): Promise<File> {
    try {
      this.#file ??= this.#entry.open()
      return await this.#file
    } catch (error) {
      this.#file = undefined
      throw error
    }
  }

  /** Whether it can be had again in its new version, which it then is. */
  async renew(): Promise<boolean> {
    this.#file = undefined
    this.lost = !this.#entry.reopens
    if (this.lost) return false
    const { size, lastModified } = await this.file()
    this.size = size
    this.modified = lastModified
    return true
  }

  /** A file that was opened late may have changed since it was dropped. */
  isAsTold({ size, lastModified }: File): boolean {
    // Parts of a millisecond are rounded in different ways.
    return size === this.size && Math.abs(lastModified - this.modified) < 2
  }
}

/** Browsers fail so, with one of these names, on a file that was edited or removed after it was picked. */
const isChange = (error: unknown): boolean =>
  error instanceof DOMException && (error.name === 'NotReadableError' || error.name === 'NotFoundError')

/**
 * Reads one range; the answer is a binary frame (4-byte big-endian id, bytes) or a JSON text with the reason. `onRenewed`
 * is called before it is said that a file has changed, where the page has its new version.
 */
export async function answerRange(
  files: ReadonlyMap<string, HeldFile>,
  request: RangeRequest,
  onRenewed: (token: string) => void = () => undefined,
): Promise<Uint8Array<ArrayBuffer> | string> {
  const refuse = (error: 'detached' | 'unreadable' | 'changed') => JSON.stringify({ id: request.id, error })
  const held = files.get(request.token)
  if (held === undefined || held.lost) return refuse('detached')
  const changed = async () => {
    try {
      if (await held.renew()) onRenewed(request.token)
      return refuse('changed')
    } catch {
      return refuse('unreadable')
    }
  }
  try {
    const file = await held.file()
    if (!held.isAsTold(file) || request.offset + request.length > file.size) return await changed()
    const bytes = await file.slice(request.offset, request.offset + request.length).arrayBuffer()
    if (bytes.byteLength !== request.length) return await changed()
    const frame = new Uint8Array(4 + bytes.byteLength)
    new DataView(frame.buffer).setUint32(0, request.id)
    frame.set(new Uint8Array(bytes), 4)
    return frame
  } catch (error) {
    return isChange(error) ? changed() : refuse('unreadable')
  }
}
