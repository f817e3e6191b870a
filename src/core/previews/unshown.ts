import { type AppError, appError } from '../kit/app-error.ts'

/** What cannot be shown, and why in a sentence. */
export const unshown = (reason: string): AppError => appError('CONFLICT', { reason }, reason)
