import { AppError, appError } from '../kit/app-error.ts'
import { reasonOf } from '../kit/wait.ts'
import type { UploadList } from './list.ts'

interface Uploaded {
  id: string
  agentUploadId: string
  slot?: string
}

/** What came of them, or undefined while some are not there yet. Throws why one will not be. */
function outcome(list: UploadList, ids: readonly string[]): Uploaded[] | undefined {
  const records = ids.map((id) => list.get(id))
  for (const { state, error, name } of records) {
    if (state === 'cancelled') throw appError('CANCELLED', {}, `The upload of "${name}" was cancelled.`)
    if (state === 'failed' && error !== undefined) throw new AppError(error)
  }
  const done = records.flatMap(({ id, state, agentUploadId, slot }) =>
    state === 'uploaded' && agentUploadId !== undefined
      ? [{ id, agentUploadId, ...(slot === undefined ? {} : { slot }) }]
      : [],
  )
  return done.length === records.length ? done : undefined
}

/** See `Uploads.whenUploaded`. */
export function whenUploaded(list: UploadList, ids: readonly string[], signal: AbortSignal): Promise<Uploaded[]> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      try {
        if (signal.aborted) throw reasonOf(signal)
        const done = outcome(list, ids)
        if (done === undefined) return
        resolve(done)
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)))
      }
      stop()
      signal.removeEventListener('abort', settle)
    }
    const stop = list.onState(settle)
    signal.addEventListener('abort', settle)
    settle()
  })
}
