import { appError, type AppError } from '../../kit/app-error.ts'

/** What is wrong with the configuration, for this host ('' where it is wrong for all). */
export function configFailure(host: string, detail: string): AppError {
  return appError('SSH_FAILED', { host, reason: 'config', detail }, `The ssh configuration cannot be used: ${detail}.`)
}
