import type { UploadRecord } from './record.ts'
import { AppError, appError } from '../kit/app-error.ts'

/** What an error means for an upload. */
export type Trouble =
  /** Goes on by itself once the site is there again, or the user has signed in. */
  | { kind: 'network' | 'sign-in' }
  /** The agent wants to be left alone for so long. */
  | { kind: 'server-limit'; seconds: number }
  /** The agent could not just now, or knows the upload in another state than this side thought: worth a few tries. */
  | { kind: 'again' }
  /** The agent does not have the upload any more. */
  | { kind: 'lost' }
  | { kind: 'end'; error: AppError }

export function troubleOf(error: unknown, { name }: Pick<UploadRecord, 'name'>): Trouble {
  if (!(error instanceof AppError)) {
    return {
      kind: 'end',
      error: appError('INTERNAL', { reference: '' }, error instanceof Error ? error.message : String(error)),
    }
  }
  const { value } = error
  switch (value.code) {
    case 'OFFLINE':
      return { kind: 'network' }
    case 'SIGNED_OUT':
      return { kind: 'sign-in' }
    case 'RATE_LIMITED':
      return { kind: 'server-limit', seconds: value.data.retryAfter }
    case 'CONFLICT':
      return { kind: 'again' }
    case 'AGENT':
      return value.data.status >= 500 || value.data.status === 409 ? { kind: 'again' } : { kind: 'end', error }
    case 'NOT_FOUND':
      return { kind: 'lost' }
    case 'FORBIDDEN':
      // Where it is none of the agent's permissions that is lacking, its sentence says what is.
      if (value.data.permission !== '') return { kind: 'end', error }
      return { kind: 'end', error: appError('AGENT', { status: 403, message: value.message }, value.message) }
    // The agent's answers do not repeat the name.
    case 'FILE_REFUSED':
      return { kind: 'end', error: appError('FILE_REFUSED', { ...value.data, name }, value.message) }
    case 'FILE_TOO_LARGE':
      return { kind: 'end', error: appError('FILE_TOO_LARGE', { ...value.data, name }, value.message) }
    case 'NAME_REFUSED':
      return { kind: 'end', error: appError('NAME_REFUSED', { ...value.data, name }, value.message) }
    case 'CHECKSUM_MISMATCH':
      return { kind: 'end', error: appError('CHECKSUM_MISMATCH', { name }, value.message) }
    default:
      return { kind: 'end', error }
  }
}
