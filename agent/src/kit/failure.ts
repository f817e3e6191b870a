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

/** Whether the file system (or the database on it) is full, or a quota is used up. */
export const isFull = (error: unknown): boolean => {
  if (!(error instanceof Error) || !('code' in error)) return false
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') return true
  return error.code === 'ERR_SQLITE_ERROR' && 'errcode' in error && error.errcode === 13
}

/** Rethrows, a full disk as Failure NO_SPACE. For `catch`. */
export function refuseFull(error: unknown): never {
  if (isFull(error)) throw new Failure('NO_SPACE', 'There is no space left on the agent for this.')
  throw error
}
