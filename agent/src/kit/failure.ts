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
