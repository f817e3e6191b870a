import { Failure } from '../kit/failure.ts'
import { refused } from './security/index.ts'
import type { UploadRow } from './store.ts'

/** The sentences kept with an upload. */
export const warningsOf = (row: Pick<UploadRow, 'warnings'>): string[] =>
  row.warnings === null ? [] : (JSON.parse(row.warnings) as string[])

/** The answer to whoever would go on with an upload that takes nothing more; a refused one is refused again. */
export function overFailure(row: Pick<UploadRow, 'status' | 'warnings'>): Failure {
  if (row.status === 'failed' && row.warnings !== null) return refused(warningsOf(row))
  return new Failure('WRONG_STATE', 'This upload takes nothing more.', { details: { status: row.status } })
}
