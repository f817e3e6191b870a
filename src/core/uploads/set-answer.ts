import { agentErrorStatus } from '../../../contract/agent/errors.ts'
import type { AgentUpload, UploadSetAnswer } from '../../../contract/agent/uploads.ts'
import { failureOf } from '../agent-client/index.ts'
import { appError, type AppError } from '../kit/app-error.ts'
import type { UploadRecord } from './record.ts'
import { troubleOf } from './trouble.ts'

/** What the agent's word on one file of a set means for it. */
type SetOutcome =
  | { kind: 'uploaded'; upload: AgentUpload }
  | { kind: 'failed'; error: AppError }
  /** It stands in the way of others as well, or is worth another try. */
  | { kind: 'again'; error: AppError }
  /** The agent has given up what it knew by this key. */
  | { kind: 'anew' }
  /** Damaged, forgotten, or on its way otherwise: to be gone on with by itself. */
  | { kind: 'alone' }

type Told = UploadSetAnswer['files'][number]

const statuses: Record<string, number> = agentErrorStatus

/** @param digest Tree digest of what was sent, hex. */
export function outcomeOf(record: UploadRecord, digest: string, told: Told | undefined, path: string): SetOutcome {
  if (told === undefined) return { kind: 'alone' }
  return 'upload' in told ? stateOf(record, digest, told.upload) : refusalOf(record, told.error, path)
}

function stateOf({ name }: UploadRecord, digest: string, upload: AgentUpload): SetOutcome {
  const { status, warnings, error: reason = 'The agent refused the file.' } = upload
  switch (status) {
    case 'uploaded': {
      if (upload.digest === digest) return { kind: 'uploaded', upload }
      const error = appError('CHECKSUM_MISMATCH', { name }, 'The stored file is not the one that was sent.')
      return { kind: 'failed', error }
    }
    case 'failed':
      if (warnings === undefined) return { kind: 'anew' }
      return { kind: 'failed', error: appError('FILE_REFUSED', { name, warnings }, reason) }
    case 'cancelled':
      return { kind: 'anew' }
    default:
      return { kind: 'alone' }
  }
}

function refusalOf(record: UploadRecord, error: Extract<Told, { error: unknown }>['error'], path: string): SetOutcome {
  const status = statuses[error.code] ?? 500
  const failure = failureOf(record.site, { status, path, body: JSON.stringify(error), retryAfter: undefined })
  if (failure.value.code === 'CHECKSUM_MISMATCH') return { kind: 'alone' }
  const trouble = troubleOf(failure, record)
  if (trouble.kind === 'end') return { kind: 'failed', error: trouble.error }
  if (trouble.kind === 'lost') return { kind: 'anew' }
  return { kind: 'again', error: failure }
}

/** What an answer means for the files of a set. */
export interface Judged {
  uploaded: Map<UploadRecord, Partial<UploadRecord>>
  failed: { record: UploadRecord; error: AppError }[]
  /** With another key. */
  anew: UploadRecord[]
  alone: UploadRecord[]
  /** Why some of them need another try. */
  again: AppError | undefined
}

/** @param crossed Bytes on the network for each byte of a file. */
export function judge(
  files: readonly { record: UploadRecord; digest: string }[],
  { files: told }: UploadSetAnswer,
  { path, crossed }: { path: string; crossed: number },
): Judged {
  const byKey = new Map(told.map((one) => [one.key, one]))
  const judged: Judged = { uploaded: new Map(), failed: [], anew: [], alone: [], again: undefined }
  for (const { record, digest } of files) {
    const outcome = outcomeOf(record, digest, byKey.get(record.key), path)
    switch (outcome.kind) {
      case 'uploaded': {
        const { upload_id: agentUploadId, warnings = [] } = outcome.upload
        const { size } = record
        const end = { state: 'uploaded' as const, sent: size, crossed: Math.round(size * crossed) }
        judged.uploaded.set(record, { ...end, agentUploadId, digest, warnings })
        break
      }
      case 'failed':
        judged.failed.push({ record, error: outcome.error })
        break
      case 'again':
        judged.again = outcome.error
        break
      case 'anew':
        judged.anew.push(record)
        judged.again ??= appError('CONFLICT', { reason: 'given up' }, 'The agent has given an upload up.')
        break
      default:
        judged.alone.push(record)
    }
  }
  return judged
}
