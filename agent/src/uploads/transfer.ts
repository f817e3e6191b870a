import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { Failure, refuseClosed } from '../kit/failure.ts'
import type { FileWriter, UserFiles } from '../user-files/index.ts'
import { digestOf, treeDigest } from './digests.ts'
import { ingest, wrongLength } from './ingest.ts'
import { overFailure } from './over.ts'
import { folderOf, partialPath } from './place.ts'
import { chunkAt, type ChunkSet } from './ranges.ts'
import { checkHead } from './security/index.ts'
import type { UploadRow, UploadStore } from './store.ts'

/** Bytes after which what was written is pushed to the disk, so that the last fsync has little left to do (256 MiB: a tenth slower). */
const SYNC_EVERY = 64 * 2 ** 20
/** A chunk sent again takes over from a sender that has been silent for so long: its connection is probably dead. */
const TAKEOVER_MS = 5_000
/** The place among the senders of one that sends no single chunk. */
const NO_CHUNK = -1

/** The body of one chunk and what it must hash to. A portal's MD5 may come behind the bytes, hence a promise. */
export interface Chunk {
  index: number
  body: Readable
  /** See Ingest. */
  ownPieces?: boolean
  /** What the request says of the body's length, in bytes. */
  declared?: number | undefined
  sha256?: Buffer
  md5?: () => Promise<string | undefined>
}

interface Sender {
  lastByte: number
  abort: AbortController
  done: Promise<void>
  finish: () => void
}

const mismatch = () =>
  new Failure('CHECKSUM_MISMATCH', 'The chunk arrived damaged: its checksum is not the one that was sent with it.')

/** The bytes of one open upload: its partial file, the chunks that are in it, and who is sending what. */
export class Transfer {
  readonly row: UploadRow
  readonly received: ChunkSet
  /** Milliseconds since 1970. */
  lastUsed = Date.now()
  readonly #files: UserFiles
  readonly #store: UploadStore
  readonly #boot: string
  readonly #senders = new Map<number, Sender>()
  #handle: Promise<FileWriter> | undefined
  #unsynced = 0
  #syncing: Promise<void> | undefined
  #syncFailure: { error: unknown } | undefined
  #ended: Failure | undefined

  constructor(
    parts: { files: UserFiles; store: UploadStore; boot: string },
    state: { row: UploadRow; received: ChunkSet },
  ) {
    this.#files = parts.files
    this.#store = parts.store
    this.#boot = parts.boot
    this.row = state.row
    this.received = state.received
  }

  get busy(): boolean {
    return this.#senders.size > 0
  }

  /** Bytes that are still to come. */
  get remaining(): number {
    const { size, chunk_size: chunkSize, total_chunks: total } = this.row
    if (this.received.full) return 0
    const last = total - 1
    const short = this.received.has(last) ? chunkSize - chunkAt(size, chunkSize, last).length : 0
    return size - this.received.count * chunkSize + short
  }

  /** The partial file, made in its full size on first use. Rejects with the reason of an end. */
  handle(): Promise<FileWriter> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    this.#handle ??= this.#open().catch((error: unknown) => {
      this.#handle = undefined
      return refuseClosed(error)
    })
    return this.#handle
  }

  async #open(): Promise<FileWriter> {
    const { user, size } = this.row
    const path = partialPath(this.row)
    // Also with no chunk of it whole: what tus has brought so far may be in it.
    if (this.received.count > 0 || (await this.#files.stat(user, path))?.size === size) {
      return this.#files.openWrite(user, path, { exclusive: false })
    }
    await this.#files.makeFolder(user, folderOf(this.row))
    await this.#files.remove(user, path)
    const handle = await this.#files.openWrite(user, path, { exclusive: true })
    try {
      await handle.truncate(size)
      return handle
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /**
   * Takes a chunk: written and hashed in one go, counted only when the checksum fits and the database knows it. The
   * same chunk again is hashed and compared, never written over what is proven.
   *
   * @throws Failure CHECKSUM_MISMATCH, BAD_REQUEST (length), CONFLICT (other bytes), WRONG_STATE, SECURITY_VALIDATION_FAILED.
   */
  async receive(chunk: Chunk): Promise<void> {
    await this.#sending(chunk.index, (sender) => this.#take(chunk, sender))
  }

  /** For whoever writes by the handle alone, one at a time. `signal`: nothing more may be written. */
  async writing(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    await this.#sending(NO_CHUNK, async ({ abort }) => {
      if (this.#ended !== undefined) throw this.#ended
      await work(abort.signal)
    })
  }

  async #sending(index: number, work: (sender: Sender) => Promise<void>): Promise<void> {
    const sender = await this.#turn(index)
    try {
      await work(sender)
    } finally {
      this.lastUsed = Date.now()
      this.#senders.delete(index)
      sender.finish()
    }
  }

  async #turn(index: number): Promise<Sender> {
    for (let other = this.#senders.get(index); other !== undefined; other = this.#senders.get(index)) {
      const patience = other.lastByte + TAKEOVER_MS - Date.now()
      if (patience <= 0) other.abort.abort(new Failure('CONFLICT', 'The chunk is being sent again.'))
      await (patience <= 0 ? other.done : Promise.race([other.done, delay(patience, undefined, { ref: false })]))
    }
    const { promise: done, resolve: finish } = Promise.withResolvers<void>()
    const sender: Sender = { lastByte: Date.now(), abort: new AbortController(), done, finish }
    this.#senders.set(index, sender)
    return sender
  }

  async #take({ index, body, declared, ownPieces, sha256, md5 }: Chunk, sender: Sender): Promise<void> {
    if (this.#ended !== undefined) throw this.#ended
    if (this.row.status !== 'receiving') throw overFailure(this.row)
    const { offset, length } = chunkAt(this.row.size, this.row.chunk_size, index)
    if (declared !== undefined && declared !== length) throw wrongLength(length, declared)
    const known = this.received.has(index)
    const taken = await ingest(body, {
      length,
      ...(known ? {} : { target: { handle: await this.handle(), offset } }),
      ...(index === 0 && !known ? { inspect: checkHead } : {}),
      md5: md5 !== undefined,
      ownPieces: ownPieces === true,
      signal: sender.abort.signal,
      onBytes: () => (sender.lastByte = Date.now()),
    })
    if (sha256 !== undefined && !taken.digest.equals(sha256)) throw mismatch()
    const stated = await md5?.()
    if (stated !== undefined && taken.md5 !== stated.toLowerCase()) throw mismatch()
    if (known) {
      const proven = await this.#store.chunk(this.row.id, index)
      if (proven !== undefined && !taken.digest.equals(proven)) {
        throw new Failure('CONFLICT', 'This chunk has already arrived with other content.')
      }
      return
    }
    await this.count(index, taken.digest)
  }

  /** A chunk is in the file, with this digest. */
  async count(index: number, digest: Uint8Array): Promise<void> {
    if (this.#ended !== undefined) throw this.#ended
    if (this.received.has(index)) return
    await this.#store.addChunk(this.row.id, index, digest, this.#boot)
    this.received.add(index)
    this.#syncSoon(chunkAt(this.row.size, this.row.chunk_size, index).length)
  }

  #syncSoon(length: number): void {
    this.#unsynced += length
    if (this.#unsynced < SYNC_EVERY || this.#syncing !== undefined || this.#handle === undefined) return
    this.#unsynced = 0
    this.#syncing = this.#handle
      .then((handle) => handle.datasync())
      // The kernel tells of a failed write-back once only: it must not be lost.
      .catch((error: unknown) => (this.#syncFailure ??= { error }))
      .then(() => (this.#syncing = undefined))
  }

  /** All bytes on the disk. Throws what any earlier push to the disk has thrown. */
  async sync(): Promise<void> {
    await this.#syncing
    if (this.#syncFailure !== undefined) throw this.#syncFailure.error
    await (await this.handle()).sync()
  }

  /**
   * Reads back the chunks that were recorded under another boot, or all of them, and forgets those that are not what they
   * were.
   */
  async recheck(which: 'other-boots' | 'all', signal: AbortSignal): Promise<void> {
    const lost: number[] = []
    for await (const { idx, digest, boot } of this.#store.chunks(this.row.id)) {
      if (which === 'other-boots' && boot === this.#boot) continue
      const range = chunkAt(this.row.size, this.row.chunk_size, idx)
      if (!(await digestOf(await this.handle(), range, 'sha256', signal)).equals(digest)) lost.push(idx)
    }
    if (lost.length === 0) return
    await this.#store.removeChunks(this.row.id, lost)
    for (const index of lost) this.received.delete(index)
  }

  /** Over the chunks as recorded; hex. */
  async treeDigest(): Promise<string> {
    const chunks = this.#store.chunks(this.row.id)
    async function* digests() {
      for await (const { digest } of chunks) yield digest
    }
    return treeDigest(digests())
  }

  /** No more bytes: senders are told `reason`, and none is writing when this is done. */
  async end(reason: Failure): Promise<void> {
    this.#ended = reason
    for (const sender of this.#senders.values()) sender.abort.abort(reason)
    await Promise.all([...this.#senders.values()].map((sender) => sender.done))
    await this.close()
  }

  /** Lets go of the file; the next use opens it again. */
  async close(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await this.#syncing
    await handle?.then((open) => open.close()).catch(() => {})
  }
}
