import type { DesktopFailure } from '../../../contract/errors.ts'
import { AppError, appError } from '../kit/app-error.ts'
import { NotRfb } from './rfb.ts'

const longestDetail = 300

/** A DESKTOP_UNREACHABLE; `host` is where the desktop runs, `detail` one line. */
export function unreachable(host: string, reason: DesktopFailure, detail: string): AppError {
  const line = detail
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, longestDetail)
  return appError('DESKTOP_UNREACHABLE', { host, reason, detail: line }, `The desktop on ${host}: ${line}`)
}

/** What became of opening a way to a desktop on `host`, as it leaves the core. What is no matter of the way stays as it is. */
export function wayFailure(error: unknown, host: string): AppError {
  if (error instanceof AppError) {
    const { code, data } = error.value
    if (code === 'DESKTOP_UNREACHABLE' && data.host === '') return unreachable(host, data.reason, data.detail)
    if (code === 'CONFLICT') return unreachable(host, 'not-ready', error.message)
    return code === 'SSH_FAILED' || code === 'AGENT' ? unreachable(host, 'unreachable', error.message) : error
  }
  const said = error instanceof Error ? error.message : String(error)
  return unreachable(host, error instanceof NotRfb ? 'not-the-session' : 'unreachable', said)
}
