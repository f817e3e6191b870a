import { join } from 'node:path'
import type { AgentUpload, ChunkAnswer } from '../../../contract/agent/uploads.ts'
import { Durability } from '../db/durability.ts'
import type { Agent } from '../kit/agent.ts'
import { Failure, isNoSpace } from '../kit/failure.ts'
import { isAdmin, type Identity } from '../kit/identity.ts'
import { bootId } from './boot.ts'
import { Endings } from './endings.ts'
import { type Completing, Finishing, type Origin } from './finishing.ts'
import { createOpening, type Open, type Opened, type Opening } from './opening.ts'
import { overFailure } from './over.ts'
import { folderOf, partialPath, Placing } from './place.ts'
import { percent, ProgressEvents } from './progress.ts'
import { chunkAt } from './ranges.ts'
import { Reservations } from './reservations.ts'
import { UploadSets } from './sets.ts'
import { Signatures } from './signatures.ts'
import { Sources } from './sources.ts'
import { Space } from './space.ts'
import { UploadStore, type UploadRow } from './store.ts'
import type { Chunk } from './transfer.ts'
import { Transfers } from './transfers.ts'
import { TusUploads } from './tus.ts'
import { viewOf } from './view.ts'

/** How long a call to complete waits before it answers that verification goes on. */
const PATIENCE_MS = 1_500
const SWEEP_MS = 10 * 60_000

/** What routes and other nouns do with uploads; who may is checked here, by identity. */
export class UploadService {
  readonly store: UploadStore
  readonly sources: Sources
  readonly signatures: Signatures
  readonly sets: UploadSets
  readonly tus: TusUploads
  readonly #agent: Agent
  readonly #reservations = new Reservations()
  readonly #space: Space
  readonly #transfers: Transfers
  readonly #progress: ProgressEvents
  readonly #endings: Endings
  readonly #finishing: Finishing
  readonly #open: Open
  #sweep: NodeJS.Timeout | undefined

  constructor(agent: Agent) {
    this.#agent = agent
    this.store = new UploadStore(agent.db)
    const boot = bootId()
    this.#transfers = new Transfers({ files: agent.files, store: this.store, boot })
    this.#progress = new ProgressEvents(agent.hub)
    const parts = {
      agent,
      store: this.store,
      transfers: this.#transfers,
      placing: new Placing(agent.files, this.store),
      reservations: this.#reservations,
      progress: this.#progress,
      durability: new Durability(agent.config.data),
    }
    this.#endings = new Endings(parts)
    this.#finishing = new Finishing({ ...parts, endings: this.#endings })
    this.sources = new Sources({ files: agent.files, store: this.store, transfers: this.#transfers })
    this.signatures = new Signatures(join(agent.config.data, 'signatures'), { sources: this.sources, log: agent.log })
    this.#space = new Space({ config: agent.config, files: agent.files, reservations: this.#reservations })
    this.#open = createOpening(agent, this.store, { space: this.#space, reservations: this.#reservations })
    const ways = { ...parts, endings: this.#endings, finishing: this.#finishing, space: this.#space }
    this.sets = new UploadSets({ ...ways, open: this.#open })
    this.tus = new TusUploads({
      ...ways,
      boot,
      open: (user, opening) => this.open(user, opening),
      own: (who, id) => this.own(who, id),
      cancel: (row, origin) => this.cancel(row, origin),
    })
  }

  /** Takes up what a former run of the agent left: verification goes on, what waits for bytes keeps its reservation. */
  async start(): Promise<void> {
    for (const row of await this.store.open()) {
      await this.#guarded(row, async () => {
        if (row.status === 'verifying') return this.#finishing.resume(row)
        this.#reservations.set(row, (await this.#transfers.load(row)).remaining)
      })
    }
    await this.#removeStale()
    this.#sweep = setInterval(() => {
      this.#removeStale().catch((error: unknown) => this.#agent.log.warn({ err: error }, 'stale uploads stay'))
    }, SWEEP_MS).unref()
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep)
    await this.signatures.close()
    await this.#finishing.close()
    await this.#transfers.close()
    this.#progress.close()
  }

  async open(user: string, opening: Opening): Promise<Opened> {
    for (const outcome of await this.#open(user, [opening])) {
      if (outcome instanceof Failure) throw outcome
      return outcome
    }
    throw new Error('nothing was opened')
  }

  async view(row: UploadRow): Promise<AgentUpload> {
    const transfer = row.status === 'receiving' ? await this.#transfers.get(row.id) : undefined
    return viewOf(transfer?.row ?? row, { store: this.store, files: this.#agent.files, transfer })
  }

  /** Absolute. */
  folder(row: UploadRow): Promise<string> {
    return this.#agent.files.absolute(row.user, folderOf(row))
  }

  /** One's own; an admin also sees those of others. Throws NOT_FOUND, FORBIDDEN. */
  async visible(who: Identity, id: string): Promise<UploadRow> {
    const row = await this.store.find(id)
    if (row === undefined) throw new Failure('NOT_FOUND', 'There is no such upload.')
    if (row.user !== who.username && !isAdmin(who)) throw notYours()
    return row
  }

  /** One's own and nobody else's: only the owner sends bytes. Throws NOT_FOUND, FORBIDDEN. */
  async own(who: Pick<Identity, 'username'>, id: string): Promise<UploadRow> {
    const row = (await this.#transfers.get(id))?.row ?? (await this.store.find(id))
    if (row === undefined) throw new Failure('NOT_FOUND', 'There is no such upload.')
    if (row.user !== who.username) throw notYours()
    return row
  }

  /** The bytes of a chunk of one's own upload, before its body is read. Throws as `own`, WRONG_STATE; BAD_REQUEST out of range. */
  async chunkLength(who: Pick<Identity, 'username'>, id: string, index: number): Promise<number> {
    const row = await this.own(who, id)
    if (row.status !== 'receiving') throw overFailure(row)
    if (index >= row.total_chunks) {
      throw new Failure('BAD_REQUEST', 'The file has no such chunk.', { details: { total_chunks: row.total_chunks } })
    }
    return chunkAt(row.size, row.chunk_size, index).length
  }

  /** Takes one chunk of one's own upload; see Transfer.receive for what it throws. */
  async chunk(who: Pick<Identity, 'username'>, id: string, chunk: Chunk, origin: Origin): Promise<ChunkAnswer> {
    await this.chunkLength(who, id, chunk.index)
    const transfer = await this.#transfers.get(id)
    if (transfer === undefined) throw overFailure(await this.own(who, id))
    try {
      await transfer.receive(chunk)
    } catch (error) {
      if (error instanceof Failure && error.code === 'SECURITY_VALIDATION_FAILED') {
        await this.#endings.refuse(transfer, error, origin)
      }
      throw isNoSpace(error) ? await this.#space.full(who.username, transfer.remaining) : error
    }
    this.#reservations.set(transfer.row, transfer.remaining)
    const arrived = transfer.received.count
    this.#progress.publish(transfer.row, arrived)
    const total = transfer.row.total_chunks
    return { uploaded_chunks: arrived, total_chunks: total, progress: percent(arrived, total) }
  }

  /**
   * Completes one's own upload. Resolves with the finished row, or with the verifying one where that takes long and
   * `wait` is not set. See Finishing.complete for what it throws.
   */
  async complete(
    who: Pick<Identity, 'username'>,
    id: string,
    request: Completing & { wait?: boolean },
    origin: Origin,
  ): Promise<UploadRow> {
    const row = await this.own(who, id)
    const { done } = await this.#finishing.complete(row, request, origin)
    if (request.wait === true) return done
    const { promise: enough, resolve } = Promise.withResolvers<'enough'>()
    const timer = setTimeout(resolve, PATIENCE_MS, 'enough' as const)
    try {
      const first = await Promise.race([done, enough])
      return first === 'enough' ? await this.own(who, id) : first
    } finally {
      clearTimeout(timer)
    }
  }

  async cancel(row: UploadRow, origin: Origin, reason?: string): Promise<UploadRow> {
    const ended = await this.#finishing.cancel(row, origin, reason)
    await this.signatures.forget(row.id)
    return ended
  }

  /** Uploads that have got no byte for the configured time. */
  async #removeStale(): Promise<void> {
    const { config, files, log } = this.#agent
    const before = new Date(this.#agent.now().getTime() - config.limits.partialUploadHours * 3_600_000)
    for (const row of await this.store.open(before.toISOString())) {
      await this.#guarded(row, async () => {
        // The row is not touched with every chunk; the partial file is.
        const partial = await files.stat(row.user, partialPath(row))
        if (row.status !== 'receiving' || (partial !== undefined && partial.modified > before)) return
        await this.cancel(row, {}, 'Nothing arrived for a long time.')
        log.info({ upload: row.id }, 'a stale upload was removed')
      })
    }
  }

  /** One user's folder, swapped for a link, must not keep the agent from starting or from the uploads of others. */
  async #guarded(row: UploadRow, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#agent.log.warn({ err: error, upload: row.id }, 'an upload could not be taken up')
    }
  }
}

const notYours = (): Failure => new Failure('FORBIDDEN', 'This upload belongs to somebody else.')
