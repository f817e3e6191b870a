import type { AgentUpload, CompleteUpload } from '../../../contract/agent/uploads.ts'
import { AppError, appError } from '../kit/app-error.ts'
import { ChunkSet, chunkSizeFor } from './chunks.ts'
import { Delta } from './delta/index.ts'
import { allowedBy } from './pacing.ts'
import { isNear } from './preparing.ts'
import { checkUser, chunkSizeOf, isTheirs, openingOf, type UploadRecord } from './record.ts'
import { hold, Sending } from './sending.ts'
import { fileChanged, openSource, sameVersion, type ChunkSource } from './source.ts'
import type { TransferParts } from './transfer-parts.ts'
import { type Trouble, troubleOf } from './trouble.ts'
import { untilMeasured, untilReachable, verified } from './waiting.ts'

/** Tries without any progress, where the agent answers and cannot. */
const AGAIN_TRIES = 6
/** An upload that the agent has lost begins anew so often. */
const LOST_TRIES = 2

/**
 * Brings one upload from its file to the agent, whole and verified at both ends. It waits by itself for the network, a
 * sign-in and the agent's limit, and goes on with what the agent has; resolves when uploaded.
 *
 * @throws AppError why it failed; the signal's reason.
 */
export async function transfer(parts: TransferParts, record: UploadRecord, signal: AbortSignal): Promise<void> {
  if (record.source === undefined) throw appError('FILE_DETACHED', { name: record.name }, 'There is no file to read.')
  const source = await openSource(record.name, record.source, parts.platform)
  try {
    await new Transfer(parts, record, source, signal).run()
  } finally {
    await source.close()
  }
}

/**
 * Begins `record` anew, with the version the file has now. What the agent has of the one before is kept until this one is
 * whole, since it may be made from it; of several the one that came furthest.
 */
export async function restart(
  { list, store, client }: Pick<TransferParts, 'list' | 'store' | 'client'>,
  record: UploadRecord,
  version: { size: number; modified: number },
): Promise<void> {
  const { agentUploadId: old, formerUploadId: former, sent, formerSent, whole } = record
  const keeps = old !== undefined && !whole && sent > formerSent
  const useless = keeps ? former : old
  // In the background, and not again if it fails: the agent clears out what nobody continues.
  if (useless !== undefined) client.delete(`/api/v2/uploads/${useless}`).catch(() => undefined)
  store.dropChunks(record)
  const key = crypto.randomUUID()
  await list.updateAll([record], {
    ...version,
    key,
    opened: false,
    agentUploadId: undefined,
    ...(keeps ? { formerUploadId: old, formerSent: sent } : {}),
    chunkSize: undefined,
    sent: 0,
    reused: 0,
    crossed: 0,
    digest: undefined,
  })
}

/** One version of a file on its way. */
interface Going {
  chunks: ChunkSet
  sending: Sending
  delta: Delta
}

class Transfer {
  readonly #parts: TransferParts
  readonly #record: UploadRecord
  readonly #source: ChunkSource
  readonly #signal: AbortSignal

  constructor(parts: TransferParts, record: UploadRecord, source: ChunkSource, signal: AbortSignal) {
    this.#parts = parts
    this.#record = record
    this.#source = source
    this.#signal = signal
  }

  async run(): Promise<void> {
    const version = await this.#source.version()
    if (!sameVersion(version, this.#record)) {
      if (!this.#record.rebase) throw fileChanged(this.#record.name)
      await restart(this.#parts, this.#record, version)
    }
    let going: Going | undefined
    let tries = 0
    let lost = 0
    for (;;) {
      const before = this.#record.sent
      try {
        this.#set({ state: 'uploading', wait: undefined, rebase: false, comparing: false })
        going ??= await this.#begin()
        return await this.#once(going)
      } catch (error) {
        this.#signal.throwIfAborted()
        // What was on its way may have been sent again with the sign-in of another user, and refused.
        const ours = isTheirs(this.#record, this.#parts.userOf)
        const trouble: Trouble = ours ? troubleOf(error, this.#record) : { kind: 'sign-in' }
        tries = this.#record.sent > before ? 1 : tries + 1
        if (trouble.kind === 'end') throw trouble.error
        if (trouble.kind === 'again' && tries > AGAIN_TRIES) throw error
        if (trouble.kind === 'lost') {
          if (++lost > LOST_TRIES) throw error
          // What it does not have cannot be made use of either.
          this.#set({ sent: 0 })
          await restart(this.#parts, this.#record, version)
          going = undefined
        } else if (trouble.kind === 'server-limit') {
          const set = (change: Partial<UploadRecord>) => this.#set(change)
          await hold({ lane: this.#parts.lane, set }, trouble.seconds, this.#signal)
        } else {
          if (trouble.kind !== 'again') this.#set({ state: 'waiting', wait: trouble.kind })
          await untilReachable(this.#parts.link, tries, this.#signal)
        }
      }
    }
  }

  /** Goes on with what is known of this version; one that was never opened gets the chunks that suit the way now. */
  async #begin(): Promise<Going> {
    const { list, store, lane, link, workers, userOf } = this.#parts
    const record = this.#record
    checkUser(record, userOf)
    workers.warm()
    const delta = new Delta(this.#parts, record, this.#source, this.#signal)
    if (!record.opened) {
      const same = await delta.chunkSize()
      await untilMeasured(link, this.#signal)
      const near = isNear(link.roundTripMs)
      if (near === false) lane.wire.startFar()
      const { perConnection, limit: connections } = lane.wire
      const allowed = allowedBy(this.#parts.limit(), record)
      const chunkSize = same ?? chunkSizeFor(record.size, { perConnection, connections, near, allowed })
      list.update(record, { opened: true, chunkSize })
      // The agent takes the same key with the same size of chunks alone; after a crash this side has to know it.
      store.flush()
    }
    const chunks = new ChunkSet(record.size, chunkSizeOf(record), store.chunks(record))
    const { packing, known } = delta
    const sending = new Sending(
      { parts: this.#parts, record, source: this.#source, chunks, packing, known },
      (change) => this.#set(change),
    )
    return { chunks, sending, delta }
  }

  /** Whoever ends a run from outside says what becomes of the upload; from then on the run changes nothing. */
  #set(change: Partial<UploadRecord>): void {
    this.#signal.throwIfAborted()
    this.#parts.list.update(this.#record, change)
  }

  async #once(going: Going): Promise<void> {
    const { client, userOf } = this.#parts
    checkUser(this.#record, userOf)
    let remote = await this.#open(going)
    if (remote.status === 'cancelled' || (remote.status === 'failed' && remote.warnings === undefined)) {
      throw appError('NOT_FOUND', { what: 'upload', id: remote.upload_id }, 'The agent has given this upload up.')
    }
    let digest: string
    if (remote.status === 'receiving') {
      await going.delta.compare(going.chunks, () => going.sending.hashUnknown(this.#signal))
      await going.sending.missing(remote.upload_id, this.#signal)
      digest = await this.#digest(going)
      this.#set({ state: 'verifying' })
      const body: CompleteUpload = { digest, ...(this.#parts.readBack() ? { read_back: true } : {}) }
      remote = await client.post(`/api/v2/uploads/${remote.upload_id}/complete`, { json: body, signal: this.#signal })
    } else {
      this.#set({ state: 'verifying', sent: this.#record.size })
      digest = await this.#digest(going)
    }
    remote = await verified(client, remote, this.#signal)
    if (remote.status === 'failed') throw this.#failed(remote)
    if (remote.status === 'receiving') {
      throw appError(
        'CONFLICT',
        { reason: 'Parts of the file were lost.' },
        'Parts of the file were lost on the cluster.',
      )
    }
    if (remote.digest !== digest) {
      throw appError('CHECKSUM_MISMATCH', { name: this.#record.name }, 'The stored file is not the one that was sent.')
    }
    this.#set({ state: 'uploaded', sent: this.#record.size, digest, warnings: remote.warnings ?? [] })
    this.#parts.store.dropChunks(this.#record)
    await this.#removeFormer()
  }

  /** Where it cannot be removed now, it is at the next start of the core, or when the upload is taken off the list. */
  async #removeFormer(): Promise<void> {
    const { client, list } = this.#parts
    const former = this.#record.formerUploadId
    if (former === undefined) return
    try {
      await client.delete(`/api/v2/uploads/${former}`)
    } catch (error) {
      if (!(error instanceof AppError && error.value.code === 'NOT_FOUND')) return
    }
    list.update(this.#record, { formerUploadId: undefined, formerSent: 0 })
  }

  #failed({ warnings, error = 'The agent could not store the file.' }: AgentUpload): AppError {
    if (warnings === undefined) return appError('AGENT', { status: 422, message: error }, error)
    return appError('FILE_REFUSED', { name: this.#record.name, warnings }, error)
  }

  /** Asks with the same key as ever: the answer is what the agent has of it. */
  async #open(going: Going): Promise<AgentUpload> {
    const { list, client } = this.#parts
    const { chunks } = going
    const remote = await client
      .post<AgentUpload>('/api/v2/uploads', { json: openingOf(this.#record), signal: this.#signal })
      .catch(async (error: unknown) => {
        const code = error instanceof AppError ? error.value.code : undefined
        // A crash came between the opening and the journal: the agent has the key with chunks of another size.
        if (error instanceof AppError && code === 'CONFLICT')
          throw appError('NOT_FOUND', { what: 'upload', id: this.#record.key }, error.value.message)
        if (code !== 'NO_SPACE' || this.#record.formerUploadId === undefined) throw error
        // Both versions beside each other are too much.
        await this.#removeFormer()
        if (this.#record.formerUploadId !== undefined) throw error
        return this.#open(going)
      })
    if (this.#record.agentUploadId !== remote.upload_id) {
      this.#set({ agentUploadId: remote.upload_id })
    }
    chunks.setReceived(remote.received)
    if (remote.status === 'receiving') list.progress(this.#record, chunks.sent)
    return remote
  }

  /** The tree digest of the file as it is now; chunks that this side has not hashed itself are read again. */
  async #digest({ chunks, sending }: Going): Promise<string> {
    await sending.hashUnknown(this.#signal)
    if (!sameVersion(await this.#source.version(), this.#record)) throw fileChanged(this.#record.name)
    return chunks.treeDigest()
  }
}
