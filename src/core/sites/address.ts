import { appError, type AppError } from '../kit/app-error.ts'

/**
 * A site's address as it is kept: scheme, host, port and path, nothing else. Rejects with BAD_INPUT what is no http(s)
 * address, and one that carries a name or password (it would end up in lists and logs).
 */
export function siteUrl(text: string): string {
  let url: URL
  try {
    url = new URL(text.trim())
  } catch {
    throw refuse('is not understood')
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refuse('must begin with http:// or https://')
  if (url.username !== '' || url.password !== '') throw refuse('must not carry a name or password')
  return url.origin + url.pathname.replace(/\/+$/, '')
}

const refuse = (reason: string): AppError => appError('BAD_INPUT', { path: '/url', reason }, `The address ${reason}.`)
