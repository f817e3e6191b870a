import { createHash, type Hash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { Failure } from '../kit/failure.ts'
import { digestOf } from './digests.ts'
import { writeAll } from './ingest.ts'
import { chunkAt } from './ranges.ts'
import { checkHead } from './security/index.ts'
import type { Transfer } from './transfer.ts'
import type { TusChecksum } from './tus-protocol.ts'

/** Bytes gathered before one positional write. */
const BATCH = 1 << 20
/** Of the first bytes, by which a program is known. */
const HEAD = 4096
/** A connection that brings nothing for so long is given up. */
const STALL_MS = 60_000

/** Whether a body ended before its end; by our own hand, too. */
const isCut = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(String(error.code))

/** The bytes did not hash to what was sent with them; none of them counts. */
export class WrongChecksum extends Error {}

/**
 * The bytes of one tus request, to their place in the file. Chunks of our own size are counted as they get whole; with a
 * checksum only when all have come and fit, since until then none of it may count.
 */
export class TusAppend {
  readonly #transfer: Transfer
  readonly #from: number
  readonly #checksum: TusChecksum | undefined
  readonly #whole: { index: number; digest: Buffer }[] = []
  readonly #sum: Hash | undefined
  /** Of the chunk that is arriving, where it began with this request; else it is read back when it is whole. */
  #hash: Hash | undefined
  #pieces: Buffer[] = []
  #gathered = 0
  #written: number
  #inspected: boolean
  /** Whether what was written counts. */
  #proven: boolean

  constructor(transfer: Transfer, from: number, checksum?: TusChecksum) {
    this.#transfer = transfer
    this.#from = from
    this.#checksum = checksum
    this.#written = from
    this.#inspected = from > 0
    this.#proven = checksum === undefined
    this.#sum = checksum === undefined ? undefined : createHash(checksum.algorithm)
    this.#hash = from % transfer.row.chunk_size === 0 ? createHash('sha256') : undefined
  }

  /** Where the next byte belongs, as far as what has come is in the file and counts. */
  get offset(): number {
    return this.#proven ? this.#written : this.#from
  }

  /**
   * Takes the body to its end. Also where it throws, `offset` says what is there.
   *
   * @throws WrongChecksum; Failure BAD_REQUEST, SECURITY_VALIDATION_FAILED; the file system's own error.
   */
  async take(body: Readable, { signal, onBytes }: { signal: AbortSignal; onBytes: () => void }): Promise<void> {
    const { row } = this.#transfer
    const cut = () => body.destroy()
    const stall = setTimeout(cut, STALL_MS)
    signal.addEventListener('abort', cut)
    try {
      for await (const piece of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        stall.refresh()
        onBytes()
        if (this.#written + this.#gathered + piece.length > row.size) {
          throw new Failure('BAD_REQUEST', 'More bytes arrive than the file has.', { details: { size: row.size } })
        }
        this.#sum?.update(piece)
        await this.#add(piece)
      }
    } catch (error) {
      body.resume()
      if (!isCut(error)) throw error
      if (!signal.aborted) await this.#flush()
      throw new Failure('BAD_REQUEST', 'The connection was closed before all bytes had come.')
    } finally {
      clearTimeout(stall)
      signal.removeEventListener('abort', cut)
    }
    await this.#flush()
    if (this.#checksum === undefined || this.#sum === undefined) return
    if (!this.#sum.digest().equals(this.#checksum.digest)) throw new WrongChecksum()
    for (const { index, digest } of this.#whole) await this.#transfer.count(index, digest)
    this.#proven = true
  }

  async #add(piece: Buffer): Promise<void> {
    const { chunk_size: chunkSize, size } = this.#transfer.row
    for (let at = 0; at < piece.length;) {
      const position = this.#written + this.#gathered
      const index = Math.floor(position / chunkSize)
      const end = Math.min((index + 1) * chunkSize, size)
      const part = piece.subarray(at, at + end - position)
      this.#hash?.update(part)
      this.#pieces.push(part)
      this.#gathered += part.length
      at += part.length
      const isWhole = position + part.length === end
      if (isWhole || this.#gathered >= BATCH) await this.#flush()
      if (isWhole) await this.#end(index)
    }
  }

  /** A chunk is whole. */
  async #end(index: number): Promise<void> {
    const { row } = this.#transfer
    const range = chunkAt(row.size, row.chunk_size, index)
    const digest = this.#hash?.digest() ?? (await digestOf(await this.#transfer.handle(), range, 'sha256'))
    this.#hash = createHash('sha256')
    if (this.#checksum === undefined) await this.#transfer.count(index, digest)
    else this.#whole.push({ index, digest })
  }

  async #flush(): Promise<void> {
    if (this.#gathered === 0) return
    if (!this.#inspected) checkHead(Buffer.concat(this.#pieces).subarray(0, HEAD))
    this.#inspected = true
    const pieces = this.#pieces
    const length = this.#gathered
    this.#pieces = []
    this.#gathered = 0
    await writeAll(await this.#transfer.handle(), pieces, length, this.#written)
    this.#written += length
  }
}
