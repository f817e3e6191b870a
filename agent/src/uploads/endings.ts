import type { Agent } from '../kit/agent.ts'
import { Failure, isNoSpace } from '../kit/failure.ts'
import { overFailure } from './over.ts'
import type { ProgressEvents } from './progress.ts'
import type { Reservations } from './reservations.ts'
import type { UploadRow, UploadStore } from './store.ts'
import type { Transfer } from './transfer.ts'
import type { Transfers } from './transfers.ts'

/** Who asked and from where, for the audit. */
export interface Origin {
  method?: string
  address?: string
  userAgent?: string
}

export interface EndingsParts {
  agent: Agent
  store: UploadStore
  transfers: Transfers
  reservations: Reservations
  progress: ProgressEvents
}

/** What becomes of uploads that do not get whole. */
export class Endings {
  readonly #parts: EndingsParts

  constructor(parts: EndingsParts) {
    this.#parts = parts
  }

  /** A program at the first chunk, a bomb at the end: nothing of it stays. */
  async refuse(transfer: Transfer, failure: Failure, origin: Origin): Promise<void> {
    if (transfer.row.status !== 'receiving' && transfer.row.status !== 'verifying') return
    const { agent } = this.#parts
    const { user, id, filename } = transfer.row
    const warnings = failure.warnings ?? []
    await this.close(transfer, { status: 'failed', error: failure.message, warnings: JSON.stringify(warnings) })
    const address = origin.address === undefined ? {} : { address: origin.address }
    const detail = `${filename}: ${warnings.join(' ')}`
    agent.audit.security({ type: 'upload_refused', severity: 'medium', user, ...address, detail })
    const entry = { user, action: 'upload.complete', resource: id, status: 'failure' as const }
    agent.audit.record({ ...entry, error: failure.message, ...origin })
  }

  /** It could not be finished: what was lost is wanted again, else nothing of it stays. */
  async fail(transfer: Transfer, error: unknown, origin: Origin): Promise<void> {
    const { row } = transfer
    if (error instanceof Failure && error.code === 'SECURITY_VALIDATION_FAILED') {
      return this.refuse(transfer, error, origin)
    }
    if (error instanceof Failure && error.code === 'MISSING_CHUNKS') return this.#reopen(transfer)
    const expected = error instanceof Failure
    if (!expected) this.#parts.agent.log.warn({ err: error, upload: row.id }, 'an upload could not be finished')
    const reason = isNoSpace(error) ? 'There is no space left on the cluster' : 'The cluster could not store the file'
    const sentence = expected ? error.message : `${reason}. Send it again.`
    await this.close(transfer, { status: 'failed', error: sentence })
    const entry = { user: row.user, action: 'upload.complete', resource: row.id, status: 'failure' as const }
    this.#parts.agent.audit.record({ ...entry, error: sentence, ...origin })
  }

  /** What was lost can be sent again; what has been proven stays. */
  async #reopen(transfer: Transfer): Promise<void> {
    const { store, reservations, progress, agent } = this.#parts
    const { row } = transfer
    const change = { status: 'receiving' as const, digest: null }
    await store.update(row.id, { ...change, updated_at: agent.now().toISOString() })
    Object.assign(row, change)
    reservations.set(row, transfer.remaining)
    progress.publish(row, transfer.received.count)
    agent.log.warn(
      { upload: row.id, missing: transfer.received.missing().slice(0, 10) },
      'parts of an upload were lost',
    )
  }

  /** Ends it for good: nothing of it stays. */
  async close(transfer: Transfer, end: Pick<UploadRow, 'status' | 'error'> & { warnings?: string }): Promise<void> {
    const { store, transfers, reservations, progress, agent } = this.#parts
    const { row } = transfer
    const arrived = transfer.received.count
    Object.assign(row, end)
    await transfer.end(overFailure(row))
    await transfers.removePartial(row).catch((error: unknown) => {
      // Its folder may have been swapped for something else. The upload is over all the same.
      agent.log.warn({ err: error, upload: row.id }, 'a partial file could not be removed')
    })
    try {
      await store.update(row.id, { ...end, updated_at: agent.now().toISOString() })
      await store.removeChunks(row.id)
    } finally {
      // Not before: whoever asked meanwhile would find an upload that still takes bytes.
      await transfers.drop(row.id)
    }
    reservations.set(row, 0)
    progress.publish(row, arrived)
  }
}
