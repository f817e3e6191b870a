import { appError, type AppError } from '../kit/app-error.ts'
import { parseDestination } from '../ssh/index.ts'

/**
 * A site's address as it is kept: for http(s) scheme, host, port and path, nothing else; for SSH `ssh://[user@]host[:port]`, which
 * `user@host` or a host alone stands for, too. Rejects with BAD_INPUT what is neither, and an http(s) address that carries a name
 * or password (it would end up in lists and logs).
 */
export function siteUrl(text: string): string {
  const trimmed = text.trim()
  if (!/^https?:/i.test(trimmed)) return sshUrl(trimmed)
  let url: URL
  try {
    url = new URL(trimmed)
  } catch {
    throw refuse('is not understood')
  }
  if (url.username !== '' || url.password !== '') throw refuse('must not carry a name or password')
  return url.origin + url.pathname.replace(/\/+$/, '')
}

export const isSsh = (url: string): boolean => url.startsWith('ssh://')

/** What a site is called where nobody has named it. */
export function nameOf(url: string): string {
  return isSsh(url) ? parseDestination(url).host : new URL(url).hostname
}

function sshUrl(text: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text) && !/^ssh:/i.test(text)) {
    throw refuse('must be user@host, or begin with ssh://, http:// or https://')
  }
  const { user, host, port } = parseDestination(text)
  const shown = host.includes(':') ? `[${host}]` : host
  return `ssh://${user === undefined ? '' : `${user}@`}${shown}${port === undefined || port === 22 ? '' : `:${port}`}`
}

const refuse = (reason: string): AppError => appError('BAD_INPUT', { path: '/url', reason }, `The address ${reason}.`)
