import { appUrl, isAppUrl } from './app-url.ts'

/** Ids as in contract/text.ts: nothing in them is ever percent-encoded. */
const place = /^#\/desktops\/[A-Za-z0-9][A-Za-z0-9._-]{0,127}\/window$/

/** The one window that a page may open: our own page's, for a desktop of its own (`#/desktops/<id>/window`). */
export const isDesktopWindow = ({ address, opener }: { address: string; opener: string }): boolean =>
  isAppUrl(opener) && address.startsWith(appUrl) && place.test(address.slice(appUrl.length))
