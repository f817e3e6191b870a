import type { SshFailure } from '../../../contract/errors.ts'
import { appError, type AppError } from '../kit/app-error.ts'

/** An SSH_FAILED. `host` is the hop; `detail` what the system or server said, cut to a line that can be shown. */
export function sshFailure(host: string, reason: SshFailure, detail = ''): AppError {
  const line = detail
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, 300)
  const message = line === '' ? `SSH to ${host} failed (${reason}).` : `SSH to ${host} failed (${reason}): ${line}`
  return appError('SSH_FAILED', { host, reason, detail: line }, message)
}

/** What Node's codes for a connection that could not be made mean. */
const reasons: Readonly<Record<string, SshFailure>> = {
  ENOTFOUND: 'unknown-host',
  EAI_AGAIN: 'unknown-host',
  ENODATA: 'unknown-host',
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timed-out',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ECONNRESET: 'closed',
  EPIPE: 'closed',
}

/** A failed TCP connection or a broken session in SSH's words. */
export function socketFailure(host: string, error: unknown): AppError {
  // Several addresses were tried (RFC 8305): the first failure says most.
  const first: unknown = error instanceof AggregateError ? (error.errors[0] ?? error) : error
  const code = first instanceof Error && 'code' in first ? String(first.code) : ''
  return sshFailure(host, reasons[code] ?? 'closed', first instanceof Error ? first.message : String(first))
}

/** Failures that may be over with the next try, without anybody doing something about it. */
const passing: ReadonlySet<SshFailure> = new Set(['unknown-host', 'refused', 'timed-out', 'unreachable', 'closed'])

export const isPassing = (error: AppError): boolean =>
  error.value.code === 'SSH_FAILED' && passing.has(error.value.data.reason)
