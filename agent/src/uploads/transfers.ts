import { Failure } from '../kit/failure.ts'
import type { UserFiles } from '../user-files/index.ts'
import { partialPath } from './place.ts'
import { ChunkSet } from './ranges.ts'
import type { UploadRow, UploadStore } from './store.ts'
import { Transfer } from './transfer.ts'

/** Open files that nobody has used for so long are closed; what has arrived is in the database. */
const IDLE_MS = 60_000
const SWEEP_MS = 15_000

/** The open uploads that somebody is using now. */
export class Transfers {
  readonly #parts: { files: UserFiles; store: UploadStore; boot: string }
  readonly #open = new Map<string, Promise<Transfer>>()
  readonly #held = new Map<string, Promise<void>>()
  readonly #sweep: NodeJS.Timeout

  constructor(parts: { files: UserFiles; store: UploadStore; boot: string }) {
    this.#parts = parts
    this.#sweep = setInterval(() => void this.#closeIdle(), SWEEP_MS).unref()
  }

  /**
   * Keeps everybody else from an upload until what this returns is called: who wants it waits, who sends is ended.
   * Undefined where another holds it or it is being verified.
   */
  async hold(id: string): Promise<(() => void) | undefined> {
    if (this.#held.has(id)) return undefined
    const { promise, resolve } = Promise.withResolvers<void>()
    const release = () => {
      this.#held.delete(id)
      resolve()
    }
    this.#held.set(id, promise)
    const transfer = await this.#open.get(id)?.catch(() => undefined)
    if (transfer?.row.status === 'verifying') {
      release()
      return undefined
    }
    await transfer?.end(new Failure('CONFLICT', 'The file arrives on another way.'))
    this.#open.delete(id)
    return release
  }

  /** With what has arrived so far; undefined for an unknown upload and for one that is over. */
  async get(id: string): Promise<Transfer | undefined> {
    await this.#held.get(id)
    const known = this.#open.get(id)
    if (known !== undefined) {
      const transfer = await known
      transfer.lastUsed = Date.now()
      // It may have been closed as idle while we looked; two of them for one upload must not be.
      if (this.#open.get(id) === known) return transfer
    }
    const row = await this.#parts.store.find(id)
    if (row === undefined || (row.status !== 'receiving' && row.status !== 'verifying')) return undefined
    if (this.#held.has(id)) return this.get(id)
    return this.load(row)
  }

  load(row: UploadRow): Promise<Transfer> {
    let transfer = this.#open.get(row.id)
    if (transfer === undefined) {
      transfer = this.#load(row)
      this.#open.set(row.id, transfer)
      transfer.catch(() => this.#open.delete(row.id))
    }
    return transfer
  }

  async #load(row: UploadRow): Promise<Transfer> {
    const { files, store } = this.#parts
    const received = new ChunkSet(row.total_chunks)
    for await (const { idx } of store.chunks(row.id)) received.add(idx)
    if (row.status === 'receiving' && received.count > 0) {
      const there = await files.stat(row.user, partialPath(row))
      if (there?.size !== row.size) {
        // Somebody has tidied up in the folder: what the database says has arrived is no longer there.
        await store.removeChunks(row.id)
        return new Transfer(this.#parts, { row, received: new ChunkSet(row.total_chunks) })
      }
    }
    return new Transfer(this.#parts, { row, received })
  }

  async drop(id: string): Promise<void> {
    const transfer = this.#open.get(id)
    this.#open.delete(id)
    await (await transfer)?.close()
  }

  /** The partial file of an upload that was ended, gone; its folder stays. */
  async removePartial(row: UploadRow): Promise<void> {
    await this.#parts.files.remove(row.user, partialPath(row))
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep)
    await Promise.all([...this.#open.keys()].map((id) => this.drop(id)))
  }

  async #closeIdle(): Promise<void> {
    for (const [id, open] of this.#open) {
      const transfer = await open.catch(() => undefined)
      const idle = transfer !== undefined && !transfer.busy && Date.now() - transfer.lastUsed > IDLE_MS
      if (idle && transfer.row.status === 'receiving') await this.drop(id)
    }
  }
}
