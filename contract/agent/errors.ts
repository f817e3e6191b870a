import { Type, type Static } from 'typebox'

/** The closed set of codes in the agent's answers, with the HTTP status each comes with. */
export const agentErrorStatus = {
  BAD_REQUEST: 400,
  VALIDATION_FAILED: 400,
  SECURITY_VALIDATION_FAILED: 400,
  NAME_REFUSED: 400,
  PARAMETER_INVALID: 400,
  TEMPLATE_INVALID: 400,
  FILES_MISSING: 400,
  REFRESH_TOKEN_MISSING: 400,
  UNAUTHENTICATED: 401,
  TOKEN_EXPIRED: 401,
  TOKEN_INVALID: 401,
  WRONG_CREDENTIALS: 401,
  FORBIDDEN: 403,
  /** Nothing can be done as the user's account on the cluster; `details.reason`. */
  ACCOUNT_REFUSED: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  WRONG_STATE: 409,
  MISSING_CHUNKS: 409,
  REQUIREMENT_MISSING: 409,
  TOO_LARGE: 413,
  FILE_TOO_LARGE: 413,
  /** The body is in a form that this agent does not take: to be sent plainly. */
  UNSUPPORTED_MEDIA_TYPE: 415,
  RANGE_NOT_SATISFIABLE: 416,
  CHECKSUM_MISMATCH: 422,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  SCHEDULER_UNAVAILABLE: 503,
  NO_SPACE: 507,
} as const

export type AgentErrorCode = keyof typeof agentErrorStatus

/** Every answer that is not a success. `error` is a sentence; `details` depends on the code. */
export const AgentError = Type.Object({
  error: Type.String(),
  code: Type.String(),
  details: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  /** Seconds, with 429. */
  retry_after: Type.Optional(Type.Number()),
  /** With SECURITY_VALIDATION_FAILED. */
  warnings: Type.Optional(Type.Array(Type.String())),
})
export type AgentError = Static<typeof AgentError>
