import { AppError, appError } from '../kit/app-error.ts'
import { reasonOf } from '../kit/wait.ts'
import type { UploadList } from './list.ts'
import type { UploadRecord } from './record.ts'

interface Uploaded {
  id: string
  agentUploadId: string
  slot?: string
}

/** Throws why it will not be uploaded, if that is so. */
function check({ state, error, name }: UploadRecord): void {
  if (state === 'cancelled') throw appError('CANCELLED', {}, `The upload of "${name}" was cancelled.`)
  if (state === 'failed' && error !== undefined) throw new AppError(error)
}

const endOf = ({ id, state, agentUploadId, slot }: UploadRecord): Uploaded | undefined =>
  state !== 'uploaded' || agentUploadId === undefined
    ? undefined
    : { id, agentUploadId, ...(slot === undefined ? {} : { slot }) }

/** See `Uploads.whenUploaded`. */
export function whenUploaded(list: UploadList, ids: readonly string[], signal: AbortSignal): Promise<Uploaded[]> {
  return new Promise((resolve, reject) => {
    const wanted = new Set(ids)
    const left = new Set(ids)
    /** Looks only at those that have changed: there may be tens of thousands. */
    const settle = (changed: Iterable<string>): void => {
      try {
        if (signal.aborted) throw reasonOf(signal)
        for (const id of changed) {
          if (!wanted.has(id)) continue
          const record = list.get(id)
          check(record)
          if (endOf(record) === undefined) left.add(id)
          else left.delete(id)
        }
        if (left.size > 0) return
        resolve(ids.flatMap((id) => endOf(list.get(id)) ?? []))
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)))
      }
      stop()
      signal.removeEventListener('abort', end)
    }
    const end = (): void => settle([])
    const stop = list.onState((changed) => settle([...changed].map(({ id }) => id)))
    signal.addEventListener('abort', end)
    settle(ids)
  })
}
