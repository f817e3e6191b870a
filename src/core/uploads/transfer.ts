import type { AgentUpload, ChunkAnswer, CompleteUpload } from '../../../contract/agent/uploads.ts'
import type { AgentClient, AgentLink } from '../agent-client/index.ts'
import { AppError, appError } from '../kit/app-error.ts'
import { wait } from '../kit/wait.ts'
import type { Platform } from '../platform.ts'
import type { Buffers } from './buffers.ts'
import { ChunkSet, chunkRange } from './chunks.ts'
import { sha256 } from './digest.ts'
import type { Lane } from './lane.ts'
import type { UploadList } from './list.ts'
import type { RateLimit } from './rate-limit.ts'
import { checkUser, chunkSizeOf, isTheirs, openingOf, type UploadRecord } from './record.ts'
import { fileChanged, openSource, sameVersion, type ChunkSource } from './source.ts'
import type { UploadStore } from './store.ts'
import { type Trouble, troubleOf } from './trouble.ts'
import { untilReachable, verified } from './waiting.ts'

/** A chunk that arrives damaged is sent again so often: more than that is no accident. */
const DAMAGED_TRIES = 5
/** A chunk whose connection broke while the site is there is sent again at once, before anything else is asked. */
const BROKEN_TRIES = 3
/** Tries without any progress, where the agent answers and cannot. */
const AGAIN_TRIES = 6
/** An upload that the agent has lost begins anew so often. */
const LOST_TRIES = 2

/** What all uploads to one site share. */
export interface TransferParts {
  platform: Platform
  list: UploadList
  store: UploadStore
  userOf: (site: string) => string | undefined
  client: AgentClient
  link: AgentLink
  lane: Lane
  rate: RateLimit
  buffers: Buffers
}

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

/** Begins `record` anew, with the version the file has now: what the agent has of another version is of no use. */
export async function restart(
  { list, store, client }: Pick<TransferParts, 'list' | 'store' | 'client'>,
  record: UploadRecord,
  version: { size: number; modified: number },
): Promise<void> {
  const old = record.agentUploadId
  // In the background, and not again if it fails: the agent clears out what nobody continues.
  if (old !== undefined) client.delete(`/api/v2/uploads/${old}`).catch(() => undefined)
  store.dropChunks(record)
  const key = crypto.randomUUID()
  await list.updateAll([record], {
    ...version,
    key,
    opened: false,
    agentUploadId: undefined,
    sent: 0,
    digest: undefined,
  })
}

class Transfer {
  readonly #parts: TransferParts
  readonly #record: UploadRecord
  readonly #source: ChunkSource
  readonly #signal: AbortSignal
  #chunks: ChunkSet

  constructor(parts: TransferParts, record: UploadRecord, source: ChunkSource, signal: AbortSignal) {
    this.#parts = parts
    this.#record = record
    this.#source = source
    this.#signal = signal
    this.#chunks = new ChunkSet(record.size, chunkSizeOf(record), parts.store.chunks(record))
  }

  async run(): Promise<void> {
    const version = await this.#source.version()
    if (!sameVersion(version, this.#record)) {
      if (!this.#record.rebase) throw fileChanged(this.#record.name)
      await this.#restart(version)
    }
    let tries = 0
    let lost = 0
    for (;;) {
      const before = this.#record.sent
      try {
        this.#set({ state: 'uploading', wait: undefined, opened: true, rebase: false })
        return await this.#once()
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
          await this.#restart(version)
        } else if (trouble.kind === 'server-limit') {
          await this.#hold(trouble.seconds)
        } else {
          if (trouble.kind !== 'again') this.#set({ state: 'waiting', wait: trouble.kind })
          await untilReachable(this.#parts.link, tries, this.#signal)
        }
      }
    }
  }

  /** Whoever ends a run from outside says what becomes of the upload; from then on the run changes nothing. */
  #set(change: Partial<UploadRecord>): void {
    this.#signal.throwIfAborted()
    this.#parts.list.update(this.#record, change)
  }

  async #restart(version: { size: number; modified: number }): Promise<void> {
    await restart(this.#parts, this.#record, version)
    this.#chunks = new ChunkSet(this.#record.size, chunkSizeOf(this.#record))
  }

  async #once(): Promise<void> {
    const { client, userOf } = this.#parts
    checkUser(this.#record, userOf)
    let remote = await this.#open()
    if (remote.status === 'cancelled' || (remote.status === 'failed' && remote.warnings === undefined)) {
      throw appError('NOT_FOUND', { what: 'upload', id: remote.upload_id }, 'The agent has given this upload up.')
    }
    let digest: string
    if (remote.status === 'receiving') {
      await this.#sendMissing(remote.upload_id)
      digest = await this.#digest()
      this.#set({ state: 'verifying' })
      const body: CompleteUpload = { digest }
      remote = await client.post(`/api/v2/uploads/${remote.upload_id}/complete`, { json: body, signal: this.#signal })
    } else {
      this.#set({ state: 'verifying', sent: this.#record.size })
      digest = await this.#digest()
    }
    remote = await verified(client, remote, this.#signal)
    if (remote.status === 'failed') throw this.#failed(remote)
    if (remote.digest !== digest) {
      throw appError('CHECKSUM_MISMATCH', { name: this.#record.name }, 'The stored file is not the one that was sent.')
    }
    this.#set({ state: 'uploaded', sent: this.#record.size, digest })
    this.#parts.store.dropChunks(this.#record)
  }

  #failed({ warnings, error = 'The agent could not store the file.' }: AgentUpload): AppError {
    if (warnings === undefined) return appError('AGENT', { status: 422, message: error }, error)
    return appError('FILE_REFUSED', { name: this.#record.name, warnings }, error)
  }

  /** Asks with the same key as ever: the answer is what the agent has of it. */
  async #open(): Promise<AgentUpload> {
    const { list, client } = this.#parts
    const remote = await client.post<AgentUpload>('/api/v2/uploads', {
      json: openingOf(this.#record),
      signal: this.#signal,
    })
    if (this.#record.agentUploadId !== remote.upload_id) {
      this.#set({ agentUploadId: remote.upload_id })
    }
    this.#chunks.setReceived(remote.received)
    if (remote.status === 'receiving') list.progress(this.#record, this.#chunks.sent)
    return remote
  }

  async #sendMissing(id: string): Promise<void> {
    const stop = new AbortController()
    const signal = AbortSignal.any([this.#signal, stop.signal])
    const under = new Set<Promise<void>>()
    try {
      for (const index of this.#chunks.missing()) {
        const { length } = chunkRange(this.#record.size, this.#chunks.chunkSize, index)
        const leave = await this.#parts.lane.enter(this.#record.rank, length, signal)
        const sending = this.#sendChunk(id, index, signal).then(
          () => leave(true),
          (error: unknown) => {
            leave(false)
            stop.abort(error)
          },
        )
        under.add(sending)
        void sending.finally(() => under.delete(sending))
      }
    } catch (error) {
      stop.abort(error)
    } finally {
      await Promise.all(under)
    }
    this.#signal.throwIfAborted()
    if (stop.signal.aborted) throw stop.signal.reason
  }

  async #sendChunk(id: string, index: number, signal: AbortSignal): Promise<void> {
    const { buffers, lane, link, list, store } = this.#parts
    let buffer: Buffer | undefined
    try {
      const range = chunkRange(this.#record.size, this.#chunks.chunkSize, index)
      const into = () => (buffer = buffers.take(this.#chunks.chunkSize))
      const bytes = await this.#source.read(range, this.#record, into, signal)
      const digest = await sha256(bytes)
      for (let damaged = 0, broken = 0; ;) {
        try {
          await this.#put(`/api/v2/uploads/${id}/chunks/${index}`, bytes, digest, signal)
          break
        } catch (error) {
          signal.throwIfAborted()
          const code = error instanceof AppError ? error.value.code : undefined
          const trouble = troubleOf(error, this.#record)
          if (trouble.kind === 'server-limit') await this.#hold(trouble.seconds)
          else if (code === 'CHECKSUM_MISMATCH' && damaged < DAMAGED_TRIES) damaged += 1
          else if (trouble.kind === 'network' && link.ready && broken < BROKEN_TRIES) {
            lane.lost()
            await untilReachable(link, (broken += 1), signal)
          } else throw error
        }
      }
      this.#chunks.add(index, digest)
      list.progress(this.#record, this.#chunks.sent)
      store.addChunk(this.#record, index, digest)
    } finally {
      if (buffer !== undefined) buffers.give(buffer)
    }
  }

  async #put(path: string, bytes: Uint8Array, digest: Buffer, signal: AbortSignal): Promise<ChunkAnswer> {
    const { client, rate, userOf } = this.#parts
    checkUser(this.#record, userOf)
    const headers = {
      'content-type': 'application/octet-stream',
      'content-digest': `sha-256=:${digest.toString('base64')}:`,
    }
    return client.putBytes(path, bytes, headers, signal, rate.limited ? (left) => rate.take(left, signal) : undefined)
  }

  /** Nothing of this site goes out for so long. */
  async #hold(seconds: number): Promise<void> {
    const { lane } = this.#parts
    lane.hold(seconds)
    this.#set({ state: 'waiting', wait: 'server-limit' })
    await wait(lane.held, this.#signal)
    this.#set({ state: 'uploading', wait: undefined })
  }

  /** The tree digest of the file as it is now; chunks that this side has not hashed itself are read again. */
  async #digest(): Promise<string> {
    const { buffers, store } = this.#parts
    const unknown = this.#chunks.unknown()
    if (unknown.length > 0) {
      const buffer = buffers.take(this.#chunks.chunkSize)
      try {
        for (const index of unknown) {
          const range = chunkRange(this.#record.size, this.#chunks.chunkSize, index)
          const digest = await sha256(await this.#source.read(range, this.#record, () => buffer, this.#signal))
          this.#chunks.setDigest(index, digest)
          store.addChunk(this.#record, index, digest)
        }
      } finally {
        buffers.give(buffer)
      }
    }
    if (!sameVersion(await this.#source.version(), this.#record)) throw fileChanged(this.#record.name)
    return this.#chunks.treeDigest()
  }
}
