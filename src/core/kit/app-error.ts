import { randomUUID } from 'node:crypto'
import type { AppErrorValue, ErrorCode, ErrorData } from '../../../contract/errors.ts'
import type { Logger } from '../platform.ts'

/** An error of the closed set, thrown inside the core; it crosses the boundary as its `value`. */
export class AppError extends Error {
  readonly value: AppErrorValue

  constructor(value: AppErrorValue) {
    super(value.message)
    this.name = 'AppError'
    this.value = value
  }
}

/** Makes an error; `message` is English, for logs and scripts. `afterSeconds`: trying again then makes sense. */
export function appError<C extends ErrorCode>(
  code: C,
  data: ErrorData[C],
  message: string,
  afterSeconds?: number,
): AppError {
  const value = { code, data, message, ...(afterSeconds === undefined ? {} : { retry: { afterSeconds } }) }
  return new AppError(value as AppErrorValue)
}

/** Any error as it may cross the boundary; an unknown one goes to the log, and only its reference leaves. */
export function errorValueOf(error: unknown, log: Logger, where: string): AppErrorValue {
  if (error instanceof AppError) return error.value
  const reference = randomUUID().slice(0, 8)
  log.error('a fault', { reference, where, error: error instanceof Error ? (error.stack ?? error.message) : 'unknown' })
  return { code: 'INTERNAL', data: { reference }, message: `Something failed inside Headway (${reference}).` }
}
