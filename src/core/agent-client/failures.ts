import { Value } from 'typebox/value'
import { AgentError } from '../../../contract/agent/errors.ts'
import type { DesktopFailure, ErrorData } from '../../../contract/errors.ts'
import { appError, type AppError } from '../kit/app-error.ts'
import { retryAfterSeconds } from '../kit/back-off.ts'

/** An answer that is no success. */
export interface Refusal {
  status: number
  path: string
  body: string
  retryAfter: string | undefined
}

/** A gateway's own words for "the agent behind me does not answer". */
const gateway = new Set([502, 503, 504])

/** Turns what an agent (or a proxy before it) answered into an error of the closed set. */
export function failureOf(site: string, refusal: Refusal): AppError {
  const answer = parse(refusal.body)
  if (answer === undefined) {
    if (gateway.has(refusal.status)) return offline(site)
    return agentFailure(refusal.status, `The agent answered with status ${refusal.status}.`)
  }
  const { error: message, details = {} } = answer
  const text = (key: string): string => (typeof details[key] === 'string' ? details[key] : '')
  const number = (key: string): number => (typeof details[key] === 'number' ? details[key] : 0)
  const texts = (key: string): string[] => {
    const value = details[key]
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
  }
  switch (answer.code) {
    case 'UNAUTHENTICATED':
    case 'TOKEN_EXPIRED':
    case 'TOKEN_INVALID':
      return signedOut(site)
    case 'WRONG_CREDENTIALS':
      return appError('WRONG_CREDENTIALS', {}, message)
    case 'FORBIDDEN':
      return appError('FORBIDDEN', { permission: text('permission') }, message)
    case 'ACCOUNT_REFUSED':
      return appError('ACCOUNT_REFUSED', { reason: accountReason(text('reason')) }, message)
    case 'NOT_FOUND':
      return appError('NOT_FOUND', thing(refusal.path), message)
    case 'CONFLICT':
    case 'WRONG_STATE':
    case 'MISSING_CHUNKS': {
      const reason = desktopReason(text('reason'))
      // Where it runs is not said: who asked knows.
      if (reason !== undefined) return appError('DESKTOP_UNREACHABLE', { host: '', reason, detail: message }, message)
      return appError('CONFLICT', { reason: message }, message)
    }
    case 'SECURITY_VALIDATION_FAILED':
      return appError('FILE_REFUSED', { name: text('name'), warnings: answer.warnings ?? [] }, message)
    case 'NAME_REFUSED':
      return appError('NAME_REFUSED', { name: text('name'), reason: nameReason(text('reason')) }, message)
    case 'PARAMETER_INVALID':
      return appError('PARAMETER_INVALID', { parameter: text('parameter'), reason: text('reason') || message }, message)
    case 'TEMPLATE_INVALID':
      return appError('TEMPLATE_INVALID', { line: number('line') || 1, reason: text('reason') || message }, message)
    case 'FILES_MISSING':
      return appError('FILES_MISSING', { slots: texts('slots') }, message)
    case 'REQUIREMENT_MISSING':
      return appError('REQUIREMENT_MISSING', { commands: texts('commands') }, message)
    case 'FILE_TOO_LARGE':
      return appError('FILE_TOO_LARGE', { name: text('name'), size: number('size'), limit: number('limit') }, message)
    case 'CHECKSUM_MISMATCH':
      return appError('CHECKSUM_MISMATCH', { name: text('name') }, message)
    case 'NO_SPACE':
      return appError(
        'NO_SPACE',
        { needed: number('needed'), free: number('free'), ...(number('limit') > 0 ? { limit: number('limit') } : {}) },
        message,
      )
    case 'RATE_LIMITED': {
      const seconds = answer.retry_after ?? retryAfterSeconds(refusal.retryAfter, Date.now()) ?? 1
      return appError('RATE_LIMITED', { retryAfter: seconds }, message, seconds)
    }
    default: {
      const later = gateway.has(refusal.status) ? (retryAfterSeconds(refusal.retryAfter, Date.now()) ?? 5) : undefined
      return agentFailure(refusal.status, message, later)
    }
  }
}

export const offline = (site: string): AppError => appError('OFFLINE', { site }, `${site} does not answer.`)
export const signedOut = (site: string): AppError =>
  appError('SIGNED_OUT', { site }, `The sign-in at ${site} has ended.`)
const agentFailure = (status: number, message: string, afterSeconds?: number): AppError =>
  appError('AGENT', { status, message }, message, afterSeconds)

function parse(body: string): AgentError | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return Value.Check(AgentError, value) ? value : undefined
  } catch {
    return undefined
  }
}

type NameReason = ErrorData['NAME_REFUSED']['reason']
const nameReasons: readonly NameReason[] = ['empty', 'too-long', 'traversal', 'control-character', 'reserved']
const nameReason = (text: string): NameReason => nameReasons.find((reason) => reason === text) ?? 'reserved'

type AccountReason = ErrorData['ACCOUNT_REFUSED']['reason']
const accountReasons: readonly AccountReason[] = ['no-account', 'system', 'not-allowed', 'no-home', 'not-own']
const accountReason = (text: string): AccountReason => accountReasons.find((reason) => reason === text) ?? 'not-allowed'

const desktopReasons: readonly DesktopFailure[] = ['not-ready', 'unreachable', 'needs-ssh', 'not-the-session']
const desktopReason = (text: string): DesktopFailure | undefined => desktopReasons.find((reason) => reason === text)

/** What a path of the agent's is about. */
function thing(path: string): ErrorData['NOT_FOUND'] {
  const [, noun = '', id = '', part] =
    /\/api\/(?:v2\/)?(templates|jobs|desktops|uploads|files\/uploads)\/([^/?]+)(?:\/(files\/)?)?/.exec(path) ?? []
  const decoded = decodeURIComponent(id)
  if (noun === 'templates') return { what: 'template', id: decoded }
  if (noun === 'desktops') return { what: 'desktop', id: decoded }
  if (noun === 'jobs') return part === undefined ? { what: 'job', id: decoded } : { what: 'file', id: decoded }
  if (noun !== '') return { what: 'upload', id: decoded }
  return { what: 'file', id: path }
}
