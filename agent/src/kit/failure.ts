import { constants } from 'node:os'
import { agentErrorStatus, type AgentErrorCode } from '../../../contract/agent/errors.ts'

/** A refusal that becomes an answer: the code fixes the status, the message is the sentence the client shows. */
export class Failure extends Error {
  readonly code: AgentErrorCode
  readonly details: Record<string, unknown> | undefined
  /** Seconds, for 429. */
  readonly retryAfter: number | undefined
  /** For SECURITY_VALIDATION_FAILED. */
  readonly warnings: string[] | undefined

  constructor(
    code: AgentErrorCode,
    message: string,
    extra: { details?: Record<string, unknown>; retryAfter?: number; warnings?: string[] } = {},
  ) {
    super(message)
    this.name = 'Failure'
    this.code = code
    this.details = extra.details
    this.retryAfter = extra.retryAfter
    this.warnings = extra.warnings
  }

  get status(): number {
    return agentErrorStatus[this.code]
  }
}

/** Node has no word for EDQUOT: libuv does not know it, and gives its number. */
const FULL = new Set(['ENOSPC', `Unknown system error -${constants.errno.EDQUOT}`])

/** Whether a file could not be written for want of space or of quota. */
export const isNoSpace = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && FULL.has(String(error.code))

/** Whether the file system (or the database on it) is full, or a quota is used up. */
export const isFull = (error: unknown): boolean => {
  if (!(error instanceof Error) || !('code' in error)) return false
  if (isNoSpace(error)) return true
  return error.code === 'ERR_SQLITE_ERROR' && 'errcode' in error && error.errcode === 13
}

const CLOSED = new Set(['EACCES', 'EPERM', 'EROFS'])

/** Rethrows; where permissions, or a disk that can only be read, keep a file from being stored, Failure FORBIDDEN. For `catch`. */
export function refuseClosed(error: unknown): never {
  if (error instanceof Error && 'code' in error && CLOSED.has(String(error.code))) {
    const next = 'Make it writable for your account there, then send the file again.'
    throw new Failure('FORBIDDEN', `Your folder on the cluster does not let files be stored in it. ${next}`)
  }
  throw error
}

/** Rethrows, a full disk as Failure NO_SPACE. For `catch`. */
export function refuseFull(error: unknown): never {
  if (isFull(error)) throw new Failure('NO_SPACE', 'There is no space left on the agent for this.')
  throw error
}
