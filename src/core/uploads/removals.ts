import type { AgentUpload } from '../../../contract/agent/uploads.ts'
import type { Agents } from '../agent-client/index.ts'
import { AppError } from '../kit/app-error.ts'
import type { Platform } from '../platform.ts'
import type { UploadList } from './list.ts'
import { checkUser, hasPart, leavesPart, openingOf, type UploadRecord } from './record.ts'
import { untilReachable } from './waiting.ts'

const LATER = new Set(['OFFLINE', 'SIGNED_OUT', 'RATE_LIMITED'])

interface RemovalParts {
  agents: Agents
  userOf: (site: string) => string | undefined
  list: UploadList
  platform: Platform
}

/** Unless the user has thought better of it, nothing of it at the agent is needed any more but a whole file. */
const isOver = ({ state }: UploadRecord): boolean => state === 'cancelled' || state === 'uploaded'

/**
 * Removes at the agents what cancelled uploads have left there, and earlier versions of whole ones; what cannot be reached
 * is removed when it can.
 */
export class Removals {
  readonly #parts: RemovalParts
  readonly #waiting = new Map<string, Set<UploadRecord>>()
  readonly #end = new AbortController()

  constructor(parts: RemovalParts) {
    this.#parts = parts
  }

  add(record: UploadRecord): void {
    if (!leavesPart(record)) return
    const waiting = this.#waiting.get(record.site) ?? new Set()
    this.#waiting.set(record.site, waiting.add(record))
    if (waiting.size === 1) this.#work(record.site, waiting).catch(() => undefined)
  }

  async #work(site: string, waiting: Set<UploadRecord>): Promise<void> {
    for (const record of waiting) {
      await this.#removeInTime(site, record)
      waiting.delete(record)
      if (!isOver(record)) continue
      const none = { formerUploadId: undefined, formerSent: 0 }
      if (record.forgotten) await this.#parts.list.remove([record])
      else if (record.state === 'uploaded') this.#parts.list.update(record, none)
      else this.#parts.list.update(record, { ...none, opened: false, agentUploadId: undefined })
    }
  }

  async #removeInTime(site: string, record: UploadRecord): Promise<void> {
    for (let tries = 1; isOver(record); tries += 1) {
      try {
        return await this.#remove(record)
      } catch (error) {
        const code = error instanceof AppError ? error.value.code : 'INTERNAL'
        if (!LATER.has(code)) {
          // The agent clears out by itself what nobody continues.
          this.#parts.platform.log.warn('what an upload left could not be removed', {
            upload: record.id,
            code,
          })
          return
        }
        await untilReachable(this.#parts.agents.link(site), tries, this.#end.signal)
      }
    }
  }

  async #remove(record: UploadRecord): Promise<void> {
    checkUser(record, this.#parts.userOf)
    const client = this.#parts.agents.client(record.site)
    const own = hasPart(record) ? [record.agentUploadId ?? (await this.#idOf(record))] : []
    for (const id of [record.formerUploadId ?? [], own].flat()) {
      await client.delete(`/api/v2/uploads/${id}`).catch((error: unknown) => {
        if (!(error instanceof AppError && (error.value.code === 'NOT_FOUND' || error.value.code === 'CONFLICT')))
          throw error
      })
    }
  }

  /** The answer to its opening was lost: the key finds it. */
  async #idOf(record: UploadRecord): Promise<string> {
    const client = this.#parts.agents.client(record.site)
    return (await client.post<AgentUpload>('/api/v2/uploads', { json: openingOf(record) })).upload_id
  }

  close(): void {
    this.#end.abort()
  }
}
