import type { Agent } from '../kit/agent.ts'
import { Failure } from '../kit/failure.ts'
import { digestOf } from './digests.ts'
import { Placing } from './place.ts'
import type { ProgressEvents } from './progress.ts'
import type { Reservations } from './reservations.ts'
import { overFailure } from './over.ts'
import { checkFile } from './security/index.ts'
import type { UploadRow, UploadStore } from './store.ts'
import type { Transfer } from './transfer.ts'
import type { Transfers } from './transfers.ts'

/** Who asked and from where, for the audit. */
export interface Origin {
  method?: string
  address?: string
  userAgent?: string
}

export interface FinishingParts {
  agent: Agent
  store: UploadStore
  transfers: Transfers
  reservations: Reservations
  progress: ProgressEvents
}

interface Running {
  done: Promise<UploadRow>
  abort: AbortController
}

/** Brings uploads to their end: whole and verified, refused, failed or cancelled. */
export class Finishing {
  readonly #parts: FinishingParts
  readonly #placing: Placing
  readonly #running = new Map<string, Running>()

  constructor(parts: FinishingParts) {
    this.#parts = parts
    this.#placing = new Placing(parts.agent.files, parts.store)
  }

  /**
   * Checks that all has come and fits `digest` (where one is given), then verifies, syncs and renames. Resolves when
   * that has begun; `done` is the end of it. The same again, also after the end, answers the same.
   * `wholeFile: false` leaves the checksum of init unchecked.
   *
   * @throws Failure MISSING_CHUNKS (`details.missing`), CHECKSUM_MISMATCH, WRONG_STATE; `done` also SECURITY_VALIDATION_FAILED.
   */
  async complete(
    row: UploadRow,
    { digest, wholeFile = true }: { digest?: string | undefined; wholeFile?: boolean },
    origin: Origin,
  ): Promise<{ done: Promise<UploadRow> }> {
    const running = this.#running.get(row.id)
    if (running !== undefined) return { done: running.done }
    const { transfers } = this.#parts
    const transfer = await transfers.get(row.id)
    if (transfer === undefined) return { done: this.#over(row.id, digest) }
    const begun = this.#running.get(row.id)
    if (begun !== undefined) return { done: begun.done }

    if (transfer.received.full) await transfer.recheck()
    if (!transfer.received.full) {
      throw new Failure('MISSING_CHUNKS', 'Some parts of the file have not arrived.', {
        details: { missing: transfer.received.missing() },
      })
    }
    const proven = await transfer.treeDigest()
    if (digest !== undefined && digest !== proven) {
      throw new Failure('CHECKSUM_MISMATCH', 'The file is not the one that was sent: its checksum differs.')
    }
    // Another call may have come as far, or the upload may have been cancelled, while this one was reading.
    const twice = this.#running.get(row.id)
    if (twice !== undefined) return { done: twice.done }
    if (transfer.row.status !== 'receiving') return { done: this.#over(row.id, digest) }
    if (!wholeFile) transfer.row.checksum = null
    return { done: this.#run(transfer, proven, origin) }
  }

  /**
   * Begins again what was being verified when the agent ended, perhaps with the machine. How it ends is kept with the
   * upload: 50 GB are read for minutes.
   */
  async resume(row: UploadRow): Promise<void> {
    const transfer = await this.#parts.transfers.load(row)
    void this.#run(transfer, row.digest ?? '', {}, { recheck: true })
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
    await this.#close(transfer, { status: 'cancelled', error: reason ?? null })
    agent.audit.record({ user: row.user, action: 'upload.cancel', resource: row.id, status: 'success', ...origin })
    return transfer.row
  }

  /** A program at the first chunk, a bomb at the end: nothing of it stays. */
  async refuse(transfer: Transfer, failure: Failure, origin: Origin): Promise<void> {
    if (transfer.row.status !== 'receiving' && transfer.row.status !== 'verifying') return
    const { agent } = this.#parts
    const { user, id, filename } = transfer.row
    const warnings = failure.warnings ?? []
    await this.#close(transfer, { status: 'failed', error: failure.message, warnings: JSON.stringify(warnings) })
    const address = origin.address === undefined ? {} : { address: origin.address }
    const detail = `${filename}: ${warnings.join(' ')}`
    agent.audit.security({ type: 'upload_refused', severity: 'medium', user, ...address, detail })
    const entry = { user, action: 'upload.complete', resource: id, status: 'failure' as const }
    agent.audit.record({ ...entry, error: failure.message, ...origin })
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

  #run(transfer: Transfer, digest: string, origin: Origin, { recheck = false } = {}): Promise<UploadRow> {
    const abort = new AbortController()
    // Before anything is awaited: from here on the upload takes no more chunks, and a second call finds this one.
    transfer.row.status = 'verifying'
    transfer.row.digest = digest
    const done = this.#verify(transfer, origin, recheck, abort.signal).finally(() =>
      this.#running.delete(transfer.row.id),
    )
    this.#running.set(transfer.row.id, { done, abort })
    // It may fail before, or long after, anybody waits for it.
    done.catch(() => {})
    return done
  }

  async #verify(transfer: Transfer, origin: Origin, recheck: boolean, signal: AbortSignal): Promise<UploadRow> {
    const { store, transfers, reservations, progress, agent } = this.#parts
    const { row } = transfer
    const { id, user, digest, checksum } = row
    try {
      await store.update(id, { status: 'verifying', digest, checksum, updated_at: agent.now().toISOString() })
      progress.publish(row, row.total_chunks)
      const warnings = await this.#check(transfer, recheck, signal)
      const path = await this.#placing.place(row)
      const end = {
        status: 'uploaded' as const,
        path,
        warnings: warnings.length === 0 ? null : JSON.stringify(warnings),
      }
      await store.update(id, { ...end, updated_at: agent.now().toISOString() })
      Object.assign(row, end)
      await store.removeChunks(id)
      reservations.set(id, 0)
      await transfers.drop(id)
      progress.publish(row, row.total_chunks)
      agent.audit.record({ user, action: 'upload.complete', resource: id, status: 'success', ...origin })
      return row
    } catch (error) {
      // Ended from outside: who ended it decides what becomes of the upload.
      if (!signal.aborted) await this.#fail(transfer, error, origin)
      throw error
    }
  }

  /** Content, whole-file checksum, and all bytes on the disk. Nothing to do where a crash came after the rename. */
  async #check(transfer: Transfer, recheck: boolean, signal: AbortSignal): Promise<string[]> {
    const { row } = transfer
    if (row.path !== null && (await this.#placing.isPlaced(row, row.path))) return []
    const handle = await transfer.handle()
    if (recheck) await transfer.recheck(signal)
    if (!transfer.received.full || (await handle.stat()).size !== row.size) {
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

  async #fail(transfer: Transfer, error: unknown, origin: Origin): Promise<void> {
    const { row } = transfer
    if (error instanceof Failure && error.code === 'SECURITY_VALIDATION_FAILED') {
      return this.refuse(transfer, error, origin)
    }
    const expected = error instanceof Failure
    if (!expected) this.#parts.agent.log.warn({ err: error, upload: row.id }, 'an upload could not be finished')
    const sentence = expected ? error.message : 'The cluster could not store the file. Send it again.'
    await this.#close(transfer, { status: 'failed', error: sentence })
    const entry = { user: row.user, action: 'upload.complete', resource: row.id, status: 'failure' as const }
    this.#parts.agent.audit.record({ ...entry, error: sentence, ...origin })
  }

  async #close(transfer: Transfer, end: Pick<UploadRow, 'status' | 'error'> & { warnings?: string }): Promise<void> {
    const { store, transfers, reservations, progress, agent } = this.#parts
    const { row } = transfer
    const arrived = transfer.received.count
    Object.assign(row, end)
    await transfer.end(overFailure(row))
    await transfers.removePartial(row).catch((error: unknown) => {
      // Its folder may have been swapped for something else. The upload is over all the same.
      agent.log.warn({ err: error, upload: row.id }, 'a partial file could not be removed')
    })
    await store.update(row.id, { ...end, updated_at: agent.now().toISOString() })
    await store.removeChunks(row.id)
    reservations.set(row.id, 0)
    progress.publish(row, arrived)
  }
}
