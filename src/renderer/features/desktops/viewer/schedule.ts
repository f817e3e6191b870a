import type { AppErrorValue } from '../../../../../contract/errors.ts'

/** Milliseconds before the given try (from 1): 0.5 s, twice as much each time, never over 5 s. */
export const delayOf = (attempt: number): number => Math.min(5000, 500 * 2 ** (attempt - 1))

/** Whether another try could be of use by itself: a cut line comes back, a desktop that has ended does not. */
export function isPassing(error: AppErrorValue): boolean {
  switch (error.code) {
    case 'DESKTOP_UNREACHABLE':
      return error.data.reason === 'unreachable'
    case 'OFFLINE':
    case 'DISCONNECTED':
    case 'RATE_LIMITED':
    case 'INTERNAL':
    case 'CANCELLED':
      return true
    case 'AGENT':
      return error.data.status >= 500
    case 'SSH_FAILED':
      return ['timed-out', 'unreachable', 'closed', 'refused', 'one-session'].includes(error.data.reason)
    default:
      return false
  }
}
