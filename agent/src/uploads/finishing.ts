import type { Durability } from '../db/durability.ts'
import { Failure, refuseClosed } from '../kit/failure.ts'
import { digestOf } from './digests.ts'
import type { Endings, EndingsParts, Origin } from './endings.ts'
import { overFailure } from './over.ts'
import type { Placing } from './place.ts'
import { checkFile } from './security/index.ts'
import type { UploadRow } from './store.ts'
import type { Transfer } from './transfer.ts'

export type { Origin } from './endings.ts'

export interface FinishingParts extends EndingsParts {
  endings: Endings
  placing: Placing
  durability: Durability
}

/** What is asked of an end; see Finishing.complete. */
export interface Completing {
  /** Tree digest, hex. */
  digest?: string | undefined
  wholeFile?: boolean
  readBack?: boolean
}

interface Running {
  done: Promise<UploadRow>
  abort: AbortController
}

const missing = ({ received }: Transfer, sentence: string): Failure =>
  new Failure('MISSING_CHUNKS', sentence, { details: { missing: received.missing() } })

/** Brings uploads to their end: whole and verified, refused, failed or cancelled. */
export class Finishing {
  readonly #parts: FinishingParts
  readonly #placing: Placing
  readonly #running = new Map<string, Running>()

  constructor(parts: FinishingParts) {
    this.#parts = parts
    this.#placing = parts.placing
  }

  /**
   * Checks that all has come and fits `digest` (where one is given), then verifies, syncs and renames. Resolves when
   * that has begun; `done` is the end of it. The same again, also after the end, answers the same.
   * `wholeFile: false` leaves the checksum of init unchecked, `readBack` compares every chunk on the disk once more.
   *
   * @throws Failure MISSING_CHUNKS (`details.missing`), CHECKSUM_MISMATCH, WRONG_STATE; `done` also
   *   SECURITY_VALIDATION_FAILED. After MISSING_CHUNKS the upload takes the missing ones.
   */
  async complete(
    row: UploadRow,
    { digest, wholeFile = true, readBack = false }: Completing,
    origin: Origin,
  ): Promise<{ done: Promise<UploadRow> }> {
    const running = this.#running.get(row.id)
    if (running !== undefined) return { done: running.done }
    const { transfers } = this.#parts
    const transfer = await transfers.get(row.id)
    if (transfer === undefined) return { done: this.#over(row.id, digest) }
    const begun = this.#running.get(row.id)
    if (begun !== undefined) return { done: begun.done }

    if (!transfer.received.full) throw missing(transfer, 'Some parts of the file have not arrived.')
    const proven = await transfer.treeDigest()
    if (digest !== undefined && digest !== proven) {
      throw new Failure('CHECKSUM_MISMATCH', 'The file is not the one that was sent: its checksum differs.')
    }
    // Another call may have come as far, or the upload may have been cancelled, while this one was reading.
    const twice = this.#running.get(row.id)
    if (twice !== undefined) return { done: twice.done }
    if (transfer.row.status !== 'receiving') return { done: this.#over(row.id, digest) }
    if (!wholeFile) transfer.row.checksum = null
    return { done: this.#run(transfer, proven, origin, readBack) }
  }

  /**
   * Begins again what was being verified when the agent ended, perhaps with the machine: all of it is read back, whatever
   * was asked then. How it ends is kept with the upload: 50 GB are read for minutes.
   */
  async resume(row: UploadRow): Promise<void> {
    const transfer = await this.#parts.transfers.load(row)
    void this.#run(transfer, row.digest ?? '', {}, true)
  }

  /** Ends an upload that is not whole and removes what has come. Throws WRONG_STATE for one that is. */
  async cancel(row: UploadRow, origin: Origin, reason?: string): Promise<UploadRow> {
    const { store, transfers, agent } = this.#parts
    const running = this.#running.get(row.id)
    if (running !== undefined) {
      running.abort.abort(new Failure('WRONG_STATE', 'This upload was cancelled.'))
      await running.done.catch(() => {})
    }
    const transfer = await transfers.get(row.id)
    const now = transfer?.row ?? (await store.find(row.id)) ?? row
    if (now.status === 'uploaded') throw new Failure('WRONG_STATE', 'This upload is already complete.')
    if (now.status === 'failed' || now.status === 'cancelled' || transfer === undefined) return now
    await this.#parts.endings.close(transfer, { status: 'cancelled', error: reason ?? null })
    agent.audit.record({ user: row.user, action: 'upload.cancel', resource: row.id, status: 'success', ...origin })
    return transfer.row
  }

  async close(): Promise<void> {
    for (const { abort } of this.#running.values()) abort.abort(new Failure('WRONG_STATE', 'The agent is ending.'))
    await Promise.allSettled([...this.#running.values()].map(({ done }) => done))
  }

  /** For an upload that is over: the same answer as the first time. */
  async #over(id: string, digest: string | undefined): Promise<UploadRow> {
    const row = await this.#parts.store.find(id)
    if (row?.status === 'uploaded' && (digest === undefined || digest === row.digest)) return row
    throw row === undefined ? new Failure('NOT_FOUND', 'There is no such upload.') : overFailure(row)
  }

  #run(transfer: Transfer, digest: string, origin: Origin, readBack: boolean): Promise<UploadRow> {
    const abort = new AbortController()
    // Before anything is awaited: from here on the upload takes no more chunks, and a second call finds this one.
    transfer.row.status = 'verifying'
    transfer.row.digest = digest
    const done = this.#verify(transfer, origin, readBack, abort.signal).finally(() =>
      this.#running.delete(transfer.row.id),
    )
    this.#running.set(transfer.row.id, { done, abort })
    // It may fail before, or long after, anybody waits for it.
    done.catch(() => {})
    return done
  }

  async #verify(transfer: Transfer, origin: Origin, readBack: boolean, signal: AbortSignal): Promise<UploadRow> {
    const { store, transfers, reservations, progress, durability, agent } = this.#parts
    const { row } = transfer
    const { id, user, digest, checksum } = row
    try {
      await store.update(id, { status: 'verifying', digest, checksum, updated_at: agent.now().toISOString() })
      progress.publish(row, row.total_chunks)
      const warnings = await this.#check(transfer, readBack, signal)
      const path = await this.#placing.place(row).catch(refuseClosed)
      const end = {
        status: 'uploaded' as const,
        path,
        warnings: warnings.length === 0 ? null : JSON.stringify(warnings),
      }
      await store.update(id, { ...end, updated_at: agent.now().toISOString() })
      Object.assign(row, end)
      await store.removeChunks(id)
      // The file is there whatever comes of this.
      await durability
        .sync()
        .catch((error: unknown) => agent.log.warn({ err: error }, 'the database could not be synced'))
      reservations.set(row, 0)
      await transfers.drop(id)
      progress.publish(row, row.total_chunks)
      agent.audit.record({ user, action: 'upload.complete', resource: id, status: 'success', ...origin })
      return row
    } catch (error) {
      // Ended from outside: who ended it decides what becomes of the upload.
      if (!signal.aborted) await this.#parts.endings.fail(transfer, error, origin)
      throw error
    }
  }

  /** Content, whole-file checksum, and all bytes on the disk. Nothing to do where a crash came after the rename. */
  async #check(transfer: Transfer, readBack: boolean, signal: AbortSignal): Promise<string[]> {
    const { row } = transfer
    if (row.path !== null && (await this.#placing.isPlaced(row, row.path))) return []
    const handle = await transfer.handle()
    await transfer.recheck(readBack ? 'all' : 'other-boots', signal)
    if (!transfer.received.full) throw missing(transfer, 'Some parts of the file were lost on the cluster.')
    if ((await handle.stat()).size !== row.size) {
      throw new Failure('CHECKSUM_MISMATCH', 'Parts of the file were lost on the cluster. Send it again.')
    }
    const warnings = await checkFile(handle, { name: row.filename, size: row.size }, signal)
    if (row.checksum !== null) {
      const algorithm = row.checksum.length === 32 ? 'md5' : 'sha256'
      const found = await digestOf(handle, { offset: 0, length: row.size }, algorithm, signal)
      if (found.toString('hex') !== row.checksum) {
        throw new Failure('CHECKSUM_MISMATCH', 'The file is not the one that was announced: its checksum differs.')
      }
    }
    await transfer.sync()
    signal.throwIfAborted()
    return warnings
  }
}
