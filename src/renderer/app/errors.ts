import { useCallback } from 'react'
import type { AppErrorValue, ErrorCode, ErrorData } from '../../../contract/errors.ts'
import { RpcError } from '../../rpc/types.ts'
import { formatBytes, formatDuration, formatLimit } from '../ui/format.ts'
import { plainLine } from '../ui/plain-text.ts'
import { sayIn, useLanguage, useMessages, type Language, type Messages, type Say } from '../ui/text.ts'
import { connectionErrorMessages } from './connection-error-messages.ts'
import { desktopErrorMessages } from './desktop-error-messages.ts'
import { errorMessages } from './error-messages.ts'
import { findingText } from './findings.ts'
import { installErrorMessages } from './install-error-messages.ts'

/** An error in the user's words: what happened, and what to do. */
export interface Explanation {
  title: string
  next?: string
  /** What a machine said, in its own words: for the administrator. */
  detail?: string
}

/** A sentence of the site's without its full stop: ours ends with one. */
const clause = (text: string): string => text.trim().replace(/\.+$/, '')

type SayError = Say<typeof errorMessages.entries>

type Both = { readonly en: string; readonly ko: string }

/** The two sentences of a reason, one without is a type error, and what the server or the system said beside them. */
function because<R extends string>(
  messages: Messages & { readonly entries: { readonly [K in R | `${R}.next`]: Both } },
  reason: R,
  values: { host: string } | { proxy: string },
  detail: string,
  language: Language,
): Explanation {
  const say = sayIn(messages as Messages, language) as (key: string, values: object) => string
  const clean = plainLine(detail)
  return {
    title: say(reason, values),
    next: say(`${reason}.next`, values),
    ...(clean === '' ? {} : { detail: clean }),
  }
}

/** The one table of all codes: a code without a sentence is a type error. */
const table: {
  [C in ErrorCode]: (data: ErrorData[C], say: SayError, language: Language) => Explanation
} = {
  BAD_INPUT: (data, say) => ({ title: say('BAD_INPUT', data), next: say('BAD_INPUT.next') }),
  UNKNOWN_METHOD: (_, say) => ({ title: say('UNKNOWN_METHOD'), next: say('UNKNOWN_METHOD.next') }),
  CANCELLED: (_, say) => ({ title: say('CANCELLED') }),
  INTERNAL: (data, say) => ({ title: say('INTERNAL'), next: say('INTERNAL.next', data) }),
  FRAME_TOO_LARGE: ({ limit }, say, language) => ({
    title: say('FRAME_TOO_LARGE', { limit: formatBytes(limit, language) }),
    next: say('FRAME_TOO_LARGE.next'),
  }),
  DISCONNECTED: (_, say) => ({ title: say('DISCONNECTED'), next: say('DISCONNECTED.next') }),
  NOT_FOUND: ({ what, id }, say) => {
    const next = say('NOT_FOUND.next')
    if (what === 'question') return { title: say('NOT_FOUND.question'), next: say('NOT_FOUND.question.next') }
    if (what === 'template' || what === 'job' || what === 'file')
      return { title: say(`NOT_FOUND.${what}`, { id }), next }
    return { title: say(`NOT_FOUND.${what}`), next }
  },
  CONFLICT: ({ reason }, say) => ({ title: say('CONFLICT', { reason: clause(reason) }), next: say('CONFLICT.next') }),
  OFFLINE: (data, say) => ({ title: say('OFFLINE', data), next: say('OFFLINE.next') }),
  NOT_AN_AGENT: (data, say) => ({ title: say('NOT_AN_AGENT', data), next: say('NOT_AN_AGENT.next') }),
  SSH_FAILED: ({ host, reason, detail }, _, language) =>
    because(connectionErrorMessages, `ssh.${reason}`, { host }, detail, language),
  INSTALL_FAILED: ({ host, reason, detail }, _, language) =>
    because(installErrorMessages, reason, { host }, detail, language),
  TLS_FAILED: ({ host, reason, detail }, _, language) =>
    because(connectionErrorMessages, `tls.${reason}`, { host }, detail, language),
  PROXY_FAILED: ({ proxy, reason, detail }, _, language) =>
    because(connectionErrorMessages, `proxy.${reason}`, { proxy }, detail, language),
  DESKTOP_UNREACHABLE: ({ host, reason, detail }, _, language) =>
    because(desktopErrorMessages, reason, { host }, detail, language),
  PORT_TAKEN: ({ port }, say) => ({ title: say('PORT_TAKEN', { port }), next: say('PORT_TAKEN.next') }),
  SIGNED_OUT: (data, say) => ({ title: say('SIGNED_OUT', data), next: say('SIGNED_OUT.next') }),
  WRONG_CREDENTIALS: (_, say) => ({ title: say('WRONG_CREDENTIALS'), next: say('WRONG_CREDENTIALS.next') }),
  RATE_LIMITED: ({ retryAfter }, say, language) => ({
    title: say('RATE_LIMITED'),
    next: say('RATE_LIMITED.next', { wait: formatDuration(Math.max(1, retryAfter), language) }),
  }),
  FORBIDDEN: (data, say) => ({ title: say('FORBIDDEN', data), next: say('FORBIDDEN.next') }),
  ACCOUNT_REFUSED: ({ reason }, say) => ({
    title: say(`ACCOUNT_REFUSED.${reason}`),
    next: say(`ACCOUNT_REFUSED.${reason}.next`),
  }),
  AGENT: ({ status, message }, say) => ({
    title: say('AGENT', { status, message: clause(message) }),
    next: say('AGENT.next'),
  }),
  SECRETS_UNAVAILABLE: (data, say) => ({
    title: say('SECRETS_UNAVAILABLE', data),
    next: say('SECRETS_UNAVAILABLE.next'),
  }),
  FILE_TOO_LARGE: ({ name, size, limit }, say, language) => ({
    title: say('FILE_TOO_LARGE', { limit: formatLimit(limit, language) }),
    next: say('FILE_TOO_LARGE.next', { name, size: formatBytes(size, language) }),
  }),
  FILE_CHANGED: (data, say) => ({ title: say('FILE_CHANGED', data), next: say('FILE_CHANGED.next') }),
  FILE_MISSING: (data, say) => ({ title: say('FILE_MISSING', data), next: say('FILE_MISSING.next') }),
  FILE_UNREADABLE: (data, say) => ({ title: say('FILE_UNREADABLE', data), next: say('FILE_UNREADABLE.next') }),
  FILE_DETACHED: (data, say) => ({ title: say('FILE_DETACHED', data), next: say('FILE_DETACHED.next') }),
  FILE_REFUSED: ({ name, warnings }, say, language) => ({
    title: say('FILE_REFUSED', {
      name,
      warnings: warnings.map((warning) => clause(findingText(warning, language))).join('; '),
    }),
    next: say('FILE_REFUSED.next'),
  }),
  NAME_REFUSED: ({ name, reason }, say) => ({
    title: reason === 'empty' ? say('NAME_REFUSED.empty') : say(`NAME_REFUSED.${reason}`, { name: shorten(name) }),
    next: say('NAME_REFUSED.next'),
  }),
  CHECKSUM_MISMATCH: (data, say) => ({ title: say('CHECKSUM_MISMATCH', data), next: say('CHECKSUM_MISMATCH.next') }),
  NO_SPACE: ({ needed, free, limit, here }, say, language) => {
    const bytes = { needed: formatBytes(needed, language), free: formatBytes(free, language) }
    if (here === true) return { title: say('NO_SPACE.here', bytes), next: say('NO_SPACE.hereNext') }
    return {
      title:
        limit === undefined
          ? say('NO_SPACE', bytes)
          : say('NO_SPACE.quota', { ...bytes, limit: formatBytes(limit, language) }),
      next: say('NO_SPACE.next'),
    }
  },
  TEMPLATE_INVALID: ({ line, reason }, say) => ({
    title: say('TEMPLATE_INVALID', { line, reason: clause(reason) }),
    next: say('TEMPLATE_INVALID.next'),
  }),
  PARAMETER_INVALID: ({ parameter, reason }, say) => ({
    title: say('PARAMETER_INVALID', { parameter, reason: clause(reason) }),
    next: say('PARAMETER_INVALID.next'),
  }),
  REQUIREMENT_MISSING: ({ commands }, say) => ({
    title: say('REQUIREMENT_MISSING', { commands: commands.join(', ') }),
    next: say('REQUIREMENT_MISSING.next'),
  }),
  FILES_MISSING: ({ slots }, say) => ({
    title: say('FILES_MISSING', { slots: slots.join(', ') }),
    next: say('FILES_MISSING.next'),
  }),
}

/** The start of a name that is too long to be read. */
const shorten = (name: string): string => (name.length > 60 ? `${name.slice(0, 57)}…` : name)

/** The sentence and the next step of an error. */
export function explain(error: AppErrorValue, say: SayError, language: Language): Explanation {
  const entry = table[error.code] as (data: unknown, say: SayError, language: Language) => Explanation
  return entry(error.data, say, language)
}

/** Explains errors in the window's language. */
export function useExplain(): (error: AppErrorValue) => Explanation {
  const say = useMessages(errorMessages)
  const language = useLanguage()
  return useCallback((error) => explain(error, say, language), [say, language])
}

/** What a failed call was rejected with, as a value; anything unforeseen is a fault of ours. */
export function errorValue(error: unknown): AppErrorValue {
  if (error instanceof RpcError) return error.value
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'INTERNAL', data: { reference: 'window' }, message }
}
