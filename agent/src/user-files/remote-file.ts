import { Readable } from 'node:stream'
import { type Helper, HelperLost, type Helpers, MAX_PAYLOAD, PIECE } from '../helper/index.ts'
import type { FileWriter } from './user-files.ts'

/** An fsync waits for the disk: of hundreds of megabytes behind a busy network file system. */
const SYNC_MS = 15 * 60_000

export type RemoteMode = { write: false } | { write: true; exclusive: boolean }

interface Opened {
  helper: Helper
  file: number
}

const opening = ({ write }: RemoteMode) => (write ? 'openWrite' : 'openRead')

/** The pieces in groups that fit into one frame. */
function* framesOf(pieces: readonly Buffer[]): Generator<Buffer[], void> {
  let group: Buffer[] = []
  let size = 0
  for (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      const part = piece.subarray(at, at + MAX_PAYLOAD - size)
      group.push(part)
      size += part.length
      at += part.length
      if (size < MAX_PAYLOAD) continue
      yield group
      group = []
      size = 0
    }
  }
  if (size > 0) yield group
}

/**
 * A file that a helper holds open. All that is done with it names its place in the file and may be done twice, so where the
 * helper is lost on the way, the file is opened again in a new one and the step repeated, once. What an earlier helper has
 * written stays: it is the system's, not the process's.
 */
export class RemoteFile implements FileWriter {
  readonly #helpers: Helpers
  readonly #user: string
  readonly #path: string
  readonly #mode: RemoteMode
  #opened: Promise<Opened>
  #closed = false

  private constructor(helpers: Helpers, user: string, path: string, mode: RemoteMode, opened: Opened) {
    this.#helpers = helpers
    this.#user = user
    this.#path = path
    this.#mode = mode
    this.#opened = Promise.resolve(opened)
  }

  static async open(helpers: Helpers, user: string, path: string, mode: RemoteMode): Promise<RemoteFile> {
    return new RemoteFile(helpers, user, path, mode, await RemoteFile.#open(helpers, user, path, mode))
  }

  static async #open(helpers: Helpers, user: string, path: string, mode: RemoteMode): Promise<Opened> {
    const helper = await helpers.of(user)
    const { header } = await helper.call(opening(mode), mode.write ? { path, exclusive: mode.exclusive } : { path })
    helper.open++
    return { helper, file: Number(header['file']) }
  }

  /** The file in a helper that lives. */
  async #current(): Promise<Opened> {
    const known = this.#opened
    const opened = await known.catch(() => undefined)
    if (opened !== undefined && !opened.helper.ended) return opened
    if (this.#opened === known) {
      const mode: RemoteMode = this.#mode.write ? { write: true, exclusive: false } : this.#mode
      this.#opened = RemoteFile.#open(this.#helpers, this.#user, this.#path, mode)
      this.#opened.catch(() => {})
    }
    return this.#opened
  }

  async #step(op: string, header: object, options?: { payload?: readonly Buffer[]; patienceMs?: number }) {
    if (this.#closed) throw new Error('the file is closed')
    try {
      const { helper, file } = await this.#current()
      return await helper.call(op, { ...header, file }, options)
    } catch (error) {
      if (!(error instanceof HelperLost)) throw error
      const { helper, file } = await this.#current()
      return helper.call(op, { ...header, file }, options)
    }
  }

  async read(buffer: Buffer, offset: number, length: number, position: number) {
    let done = 0
    while (done < length) {
      const asked = Math.min(PIECE, length - done)
      const { payload } = await this.#step('read', { position: position + done, length: asked })
      done += payload.copy(buffer, offset + done, 0, asked)
      if (payload.length < asked) break
    }
    return { buffer, bytesRead: done }
  }

  write(buffer: Buffer, offset: number, length: number, position: number) {
    return this.writev([buffer.subarray(offset, offset + length)], position)
  }

  async writev(pieces: readonly Buffer[], position: number) {
    let bytesWritten = 0
    for (const group of framesOf(pieces)) {
      const wanted = group.reduce((sum, piece) => sum + piece.length, 0)
      const { header } = await this.#step('write', { position: position + bytesWritten }, { payload: group })
      const written = Number(header['written'])
      // It is not believed more than it was given.
      bytesWritten += written >= 0 && written <= wanted ? written : 0
      if (written !== wanted) break
    }
    return { bytesWritten }
  }

  async truncate(size: number) {
    await this.#step('truncate', { size })
  }

  async sync() {
    await this.#step('sync', {}, { patienceMs: SYNC_MS })
  }

  async datasync() {
    await this.#step('datasync', {}, { patienceMs: SYNC_MS })
  }

  async stat() {
    const { header } = await this.#step('stats', {})
    return { size: Number(header['size']), mtime: new Date(Number(header['modified'])) }
  }

  createReadStream({ start = 0, end = Number.POSITIVE_INFINITY }: { start?: number; end?: number } = {}): Readable {
    const pieces = async function* (this: RemoteFile): AsyncGenerator<Buffer, void> {
      try {
        for (let at = start; at <= end;) {
          const piece = Buffer.allocUnsafe(Math.min(PIECE, end - at + 1))
          const { bytesRead } = await this.read(piece, 0, piece.length, at)
          if (bytesRead === 0) return
          at += bytesRead
          yield piece.subarray(0, bytesRead)
        }
      } finally {
        await this.close()
      }
    }
    const stream = Readable.from(pieces.call(this), { objectMode: false, highWaterMark: PIECE })
    // One that is destroyed before it was read never enters the loop.
    stream.once('close', () => void this.close())
    return stream
  }

  async close() {
    if (this.#closed) return
    this.#closed = true
    const opened = await this.#opened.catch(() => undefined)
    if (opened === undefined) return
    opened.helper.open--
    // Where the helper has gone, so has the file.
    if (!opened.helper.ended) await opened.helper.call('close', { file: opened.file }).catch(() => {})
  }
}
