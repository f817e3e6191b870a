import { isAppUrl } from './app-url.ts'

/** Everything a page may ask of the system, with the reason; what is not here is denied. */
const allowed: ReadonlySet<string> = new Set([
  // Copying a path, an id, a line of a log.
  'clipboard-sanitized-write',
  // A log, a chart or a desktop over the whole screen.
  'fullscreen',
  // There, a desktop gets the keys that the system would take (Alt+Tab, Escape); holding Escape lets go of them.
  'keyboardLock',
  // What was copied elsewhere is pasted in a desktop, whose keys are not the page's; the page is ours alone.
  'clipboard-read',
])

/** Whether a page at `address` gets a permission. */
export const isPermitted = (permission: string, address: string): boolean =>
  allowed.has(permission) && isAppUrl(address)
