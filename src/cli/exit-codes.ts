import type { ErrorCode } from '../../contract/errors.ts'

/** Documented in docs/cli.md; scripts rely on them. */
export const exitCode = {
  done: 0,
  failed: 1,
  usage: 2,
  offline: 3,
  signedOut: 4,
  refused: 5,
  /** `submit --wait`: the job ended in another state than completed. */
  jobFailed: 6,
  /** `outbox send`: something needs the user, or was refused. */
  needsYou: 7,
  /** Another process has the terminal's outbox. */
  inUse: 8,
  interrupted: 130,
} as const

/** The exit code for an error of the closed set. */
export const exitCodeOf: Readonly<Record<ErrorCode, number>> = {
  OFFLINE: exitCode.offline,
  NOT_AN_AGENT: exitCode.offline,
  DISCONNECTED: exitCode.offline,
  SSH_FAILED: exitCode.offline,
  TLS_FAILED: exitCode.offline,
  PROXY_FAILED: exitCode.offline,
  DESKTOP_UNREACHABLE: exitCode.offline,
  SIGNED_OUT: exitCode.signedOut,
  WRONG_CREDENTIALS: exitCode.signedOut,
  BAD_INPUT: exitCode.refused,
  UNKNOWN_METHOD: exitCode.refused,
  NOT_FOUND: exitCode.refused,
  CONFLICT: exitCode.refused,
  FORBIDDEN: exitCode.refused,
  ACCOUNT_REFUSED: exitCode.refused,
  FILE_TOO_LARGE: exitCode.refused,
  FILE_CHANGED: exitCode.refused,
  FILE_MISSING: exitCode.refused,
  FILE_UNREADABLE: exitCode.refused,
  FILE_DETACHED: exitCode.refused,
  FILE_REFUSED: exitCode.refused,
  NAME_REFUSED: exitCode.refused,
  NO_SPACE: exitCode.refused,
  TEMPLATE_INVALID: exitCode.refused,
  PARAMETER_INVALID: exitCode.refused,
  REQUIREMENT_MISSING: exitCode.refused,
  FILES_MISSING: exitCode.refused,
  PORT_TAKEN: exitCode.refused,
  CANCELLED: exitCode.interrupted,
  INTERNAL: exitCode.failed,
  INSTALL_FAILED: exitCode.failed,
  FRAME_TOO_LARGE: exitCode.failed,
  RATE_LIMITED: exitCode.failed,
  AGENT: exitCode.failed,
  SECRETS_UNAVAILABLE: exitCode.failed,
  CHECKSUM_MISMATCH: exitCode.failed,
}
