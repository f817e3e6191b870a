import type { AgentUpload, ChunkAnswer } from '../../../contract/agent/uploads.ts'
import type { Agent } from '../kit/agent.ts'
import { Failure } from '../kit/failure.ts'
import { isAdmin, type Identity } from '../kit/identity.ts'
import { bootId } from './boot.ts'
import { Finishing, type Origin } from './finishing.ts'
import { createOpening, type Opening } from './opening.ts'
import { overFailure } from './over.ts'
import { folderOf, partialPath } from './place.ts'
import { percent, ProgressEvents } from './progress.ts'
import { Reservations } from './reservations.ts'
import { UploadStore, type UploadRow } from './store.ts'
import type { Chunk } from './transfer.ts'
import { Transfers } from './transfers.ts'
import { viewOf } from './view.ts'

/** How long a call to complete waits before it answers that verification goes on. */
const PATIENCE_MS = 1_500
const SWEEP_MS = 10 * 60_000

const FULL = new Set(['ENOSPC', 'EDQUOT'])
const isNoSpace = (error: unknown): boolean => error instanceof Error && 'code' in error && FULL.has(String(error.code))

/** What routes and other nouns do with uploads; who may is checked here, by identity. */
export class UploadService {
  readonly store: UploadStore
  readonly #agent: Agent
  readonly #reservations = new Reservations()
  readonly #transfers: Transfers
  readonly #progress: ProgressEvents
  readonly #finishing: Finishing
  readonly #open: ReturnType<typeof createOpening>
  #sweep: NodeJS.Timeout | undefined

  constructor(agent: Agent) {
    this.#agent = agent
    this.store = new UploadStore(agent.db)
    this.#transfers = new Transfers({ files: agent.files, store: this.store, boot: bootId() })
    this.#progress = new ProgressEvents(agent.hub)
    this.#finishing = new Finishing({
      agent,
      store: this.store,
      transfers: this.#transfers,
      reservations: this.#reservations,
      progress: this.#progress,
    })
    this.#open = createOpening(agent, this.store, this.#reservations)
  }

  /** Takes up what a former run of the agent left: verification goes on, what waits for bytes keeps its reservation. */
  async start(): Promise<void> {
    for (const row of await this.store.open()) {
      await this.#guarded(row, async () => {
        if (row.status === 'verifying') return this.#finishing.resume(row)
        this.#reservations.set(row.id, (await this.#transfers.load(row)).remaining)
      })
    }
    await this.#removeStale()
    this.#sweep = setInterval(() => {
      this.#removeStale().catch((error: unknown) => this.#agent.log.warn({ err: error }, 'stale uploads stay'))
    }, SWEEP_MS).unref()
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep)
    await this.#finishing.close()
    await this.#transfers.close()
    this.#progress.close()
  }

  open(user: string, opening: Opening): Promise<{ row: UploadRow; created: boolean }> {
    return this.#open(user, opening)
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

  /** Before a body is read. Throws WRONG_STATE; BAD_REQUEST out of range. */
  checkChunk(row: UploadRow, index: number): void {
    if (row.status !== 'receiving') throw overFailure(row)
    if (index >= row.total_chunks) {
      throw new Failure('BAD_REQUEST', 'The file has no such chunk.', { details: { total_chunks: row.total_chunks } })
    }
  }

  /** Takes one chunk of one's own upload; see Transfer.receive for what it throws. */
  async chunk(who: Pick<Identity, 'username'>, id: string, chunk: Chunk, origin: Origin): Promise<ChunkAnswer> {
    this.checkChunk(await this.own(who, id), chunk.index)
    const transfer = await this.#transfers.get(id)
    if (transfer === undefined) throw overFailure(await this.own(who, id))
    try {
      await transfer.receive(chunk)
    } catch (error) {
      if (error instanceof Failure && error.code === 'SECURITY_VALIDATION_FAILED') {
        await this.#finishing.refuse(transfer, error, origin)
      }
      if (!isNoSpace(error)) throw error
      throw new Failure('NO_SPACE', 'The disk of the cluster is full. What has arrived is kept.', {
        details: { needed: transfer.remaining, free: (await this.#agent.files.space(who.username)).free },
      })
    }
    this.#reservations.set(id, transfer.remaining)
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
    request: { digest?: string | undefined; wholeFile?: boolean; wait?: boolean },
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

  cancel(row: UploadRow, origin: Origin): Promise<UploadRow> {
    return this.#finishing.cancel(row, origin)
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
        await this.#finishing.cancel(row, {}, 'Nothing arrived for a long time.')
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
