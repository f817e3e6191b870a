import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { Agent } from '../kit/agent.ts'
import { Failure, isNoSpace } from '../kit/failure.ts'
import type { Identity } from '../kit/identity.ts'
import type { Endings, Origin } from './endings.ts'
import type { Finishing } from './finishing.ts'
import type { Opened, Opening } from './opening.ts'
import { overFailure } from './over.ts'
import { partialPath } from './place.ts'
import type { ProgressEvents } from './progress.ts'
import type { Reservations } from './reservations.ts'
import type { Space } from './space.ts'
import type { UploadRow, UploadStore } from './store.ts'
import type { Transfer } from './transfer.ts'
import type { Transfers } from './transfers.ts'
import { TusAppend, WrongChecksum } from './tus-append.ts'
import { metadataIn, openingOf, type TusChecksum, TusFailure } from './tus-protocol.ts'
import { type TusRow, TusStore } from './tus-store.ts'

/** Bytes of the chunks that a file is cut into; only larger ones where it has more than `MANY` of them. */
const CHUNK = 4 * 2 ** 20
const MANY = 50_000
/** A request that was silent for so long gives way to the next; its connection is probably dead. */
const SILENT_MS = 5_000
/** So long a request waits for the one before it: one that was cut may not have ended yet. */
const GRACE_MS = 1_000

interface Parts {
  agent: Agent
  boot: string
  store: UploadStore
  transfers: Transfers
  reservations: Reservations
  progress: ProgressEvents
  endings: Endings
  finishing: Finishing
  space: Space
  open: (user: string, opening: Opening) => Promise<Opened>
  /** One's own upload. Throws NOT_FOUND, FORBIDDEN. */
  own: (who: Pick<Identity, 'username'>, id: string) => Promise<UploadRow>
  /** Throws WRONG_STATE. */
  cancel: (row: UploadRow, origin: Origin) => Promise<UploadRow>
}

interface Sender {
  body: Readable
  lastByte: number
  done: Promise<void>
}

/** Where an upload stands. */
export interface TusState {
  row: UploadRow
  offset: number
  /** As its client has sent them. */
  metadata: string
  /** Until when it is kept without a byte; undefined once it is whole. */
  expires?: Date
}

/** Bytes to be added behind those that are there. */
export interface TusBytes {
  offset: number
  body: Readable
  checksum?: TusChecksum | undefined
}

const unknown = () => new Failure('NOT_FOUND', 'There is no such upload.')

/**
 * Uploads by the tus protocol, into the same files and chunks as all others: one stream of bytes from front to back, whose
 * last one is answered when the file is whole, verified and has its name.
 */
export class TusUploads {
  readonly #parts: Parts
  readonly #store: TusStore
  readonly #senders = new Map<string, Sender>()

  constructor(parts: Parts) {
    this.#parts = parts
    this.#store = new TusStore(parts.agent.db)
  }

  /** Begins an upload. Throws as every opening does; BAD_REQUEST for metadata that name no file. */
  async create(who: Pick<Identity, 'username'>, size: number, metadata: string, origin: Origin): Promise<TusState> {
    const { agent, boot, open } = this.#parts
    const opening = openingOf(metadataIn(metadata))
    const chunkSize = Math.min(agent.config.limits.chunkBytes, Math.max(CHUNK, Math.ceil(size / MANY)))
    const { row } = await open(who.username, { ...opening, size, chunkSize })
    await this.#store.insert({ upload_id: row.id, metadata, offset: 0, boot })
    if (size === 0) await this.#end(row, origin)
    return this.state(who, row.id)
  }

  /**
   * Where one's own upload stands; one that is being verified is waited for.
   *
   * @throws Failure NOT_FOUND, FORBIDDEN; with status 410 one that has failed or was ended, 423 while bytes arrive.
   */
  async state(who: Pick<Identity, 'username'>, id: string): Promise<TusState> {
    await this.#turn(await this.#own(who, id))
    return this.#stateOf(id)
  }

  /**
   * Adds bytes. Where they are the last ones, resolves when the file is whole and verified.
   *
   * @throws Failure as `state`; CONFLICT for another offset; with status 460 for a wrong checksum; BAD_REQUEST,
   *   SECURITY_VALIDATION_FAILED, NO_SPACE, and what an end may throw.
   */
  async append(who: Pick<Identity, 'username'>, id: string, bytes: TusBytes, origin: Origin): Promise<TusState> {
    await this.#turn(await this.#own(who, id))
    const { promise: done, resolve: finish } = Promise.withResolvers<void>()
    const sender = { body: bytes.body, lastByte: Date.now(), done }
    this.#senders.set(id, sender)
    try {
      const { row, offset } = await this.#stateOf(id)
      if (bytes.offset !== offset) {
        throw new Failure('CONFLICT', 'The bytes do not begin where those that are there end.', { details: { offset } })
      }
      if (row.status === 'receiving') await this.#take(row, bytes, { sender, origin })
    } finally {
      this.#senders.delete(id)
      finish()
    }
    return this.#stateOf(id)
  }

  /** Ends one's own upload and removes what has come. Throws WRONG_STATE for a whole one. */
  async cancel(who: Pick<Identity, 'username'>, id: string, origin: Origin): Promise<void> {
    await this.#own(who, id)
    await this.#parts.cancel(await this.#parts.own(who, id), origin)
  }

  /** Throws NOT_FOUND, also for one that does not come by tus; FORBIDDEN. */
  async #own(who: Pick<Identity, 'username'>, id: string): Promise<string> {
    await this.#parts.own(who, id)
    await this.#tus(id)
    return id
  }

  async #tus(id: string): Promise<TusRow> {
    const tus = await this.#store.find(id)
    if (tus === undefined) throw unknown()
    return tus
  }

  /** Waits a little for whoever sends bytes now, and ends one that is silent. Throws CONFLICT with status 423. */
  async #turn(id: string): Promise<void> {
    const sender = this.#senders.get(id)
    if (sender === undefined) return
    if (Date.now() - sender.lastByte > SILENT_MS) sender.body.destroy()
    await Promise.race([sender.done, delay(GRACE_MS, undefined, { ref: false })])
    if (this.#senders.has(id)) throw new TusFailure(423, 'CONFLICT', 'Bytes of this upload are arriving. Try again.')
  }

  async #stateOf(id: string): Promise<TusState> {
    const { store, transfers, finishing, agent } = this.#parts
    const tus = await this.#tus(id)
    const { metadata } = tus
    const verifying = (await transfers.get(id))?.row
    if (verifying?.status === 'verifying') await (await finishing.complete(verifying, {}, {})).done.catch(() => {})
    const transfer = await transfers.get(id)
    if (transfer?.row.status === 'receiving') {
      const expires = new Date(agent.now().getTime() + agent.config.limits.partialUploadHours * 3_600_000)
      return { row: transfer.row, offset: await this.#offset(transfer, tus), metadata, expires }
    }
    const row = await store.find(id)
    if (row === undefined) throw unknown()
    if (row.status === 'uploaded') return { row, offset: row.size, metadata }
    const { code, message, warnings } = overFailure(row)
    throw new TusFailure(410, code, row.error ?? message, warnings === undefined ? {} : { warnings })
  }

  /** Chunks without a gap from the first one, and what is behind them of the next. */
  async #offset(transfer: Transfer, tus: TusRow): Promise<number> {
    const { store, boot, agent } = this.#parts
    const { row, received } = transfer
    const [gap] = received.missing()
    const whole = gap === undefined ? row.size : gap[0] * row.chunk_size
    const behind = received.ranges().filter(([first]) => gap !== undefined && first > gap[0])
    if (behind.length > 0) {
      // Something in the middle was lost. The bytes come from there again, in one stream.
      const indexes = behind.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, at) => first + at))
      await store.removeChunks(row.id, indexes)
      for (const index of indexes) received.delete(index)
    }
    const isTail = tus.boot === boot && tus.offset > whole && tus.offset < whole + row.chunk_size
    if (!isTail) return whole
    return (await agent.files.stat(row.user, partialPath(row)))?.size === row.size ? tus.offset : whole
  }

  async #take(
    { id, user }: UploadRow,
    { offset, body, checksum }: TusBytes,
    { sender, origin }: { sender: Sender; origin: Origin },
  ): Promise<void> {
    const { boot, store, transfers, endings, space } = this.#parts
    const transfer = await transfers.get(id)
    if (transfer === undefined) throw overFailure((await store.find(id)) ?? { status: 'cancelled', warnings: null })
    const append = new TusAppend(transfer, offset, checksum)
    const onBytes = () => {
      sender.lastByte = Date.now()
      this.#tell(transfer)
    }
    try {
      await transfer.writing((signal) => append.take(body, { signal, onBytes }))
    } catch (error) {
      if (transfer.row.status !== 'receiving') throw overFailure(transfer.row)
      if (error instanceof Failure && error.code === 'SECURITY_VALIDATION_FAILED') {
        await endings.refuse(transfer, error, origin)
      }
      if (isNoSpace(error)) throw await space.full(user, transfer.remaining)
      if (error instanceof WrongChecksum) {
        throw new TusFailure(460, 'CHECKSUM_MISMATCH', 'The bytes arrived damaged: their checksum is not the one sent.')
      }
      throw error
    } finally {
      // On the way to the client the answer may be lost: what is here is known to whoever asks next.
      await this.#store.update(id, { offset: append.offset, boot })
      this.#tell(transfer)
    }
    if (append.offset === transfer.row.size) await this.#end(transfer.row, origin)
  }

  #tell(transfer: Transfer): void {
    const { reservations, progress } = this.#parts
    if (transfer.row.status !== 'receiving') return
    reservations.set(transfer.row, transfer.remaining)
    progress.publish(transfer.row, transfer.received.count)
  }

  async #end(row: UploadRow, origin: Origin): Promise<void> {
    const { done } = await this.#parts.finishing.complete(row, {}, origin)
    await done
  }
}
