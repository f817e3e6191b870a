import { isAppUrl } from './app-url.ts'

/** Everything a page may ask of the system, with the reason; what is not here is denied. */
const allowed: ReadonlySet<string> = new Set([
  // Copying a path, an id, a line of a log.
  'clipboard-sanitized-write',
  // A log or a chart over the whole screen.
  'fullscreen',
])

/** Whether a page at `address` gets a permission. */
export const isPermitted = (permission: string, address: string): boolean =>
  allowed.has(permission) && isAppUrl(address)
