import { isAppUrl, parseUrl } from './app-url.ts'

/** `stay`: our own page. `external`: the system's browser. `deny`: nowhere. */
export type Destination = 'stay' | 'external' | 'deny'

/** Where an address that a page wants to go to, or to open, may lead. */
export function destinationOf(address: string): Destination {
  if (isAppUrl(address)) return 'stay'
  return isExternal(address) ? 'external' : 'deny'
}

/** Web addresses over TLS, with no name or password in them, go to the system's browser; every other scheme could start a program. */
export function isExternal(address: string): boolean {
  const url = parseUrl(address)
  return url?.protocol === 'https:' && url.username === '' && url.password === ''
}

/** What the core may open for the user (the address of a site may be plain http on its own network). */
export function isWebAddress(address: string): boolean {
  const url = parseUrl(address)
  return (url?.protocol === 'https:' || url?.protocol === 'http:') && url.username === '' && url.password === ''
}
