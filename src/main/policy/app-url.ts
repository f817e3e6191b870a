/** The scheme and host that the window's own files are served under. */
export const appScheme = 'headway-app'
export const appHost = 'window'
export const appUrl = `${appScheme}://${appHost}/`

/** Whether an address belongs to the window's own files. (Node gives custom schemes no `origin` to compare.) */
export function isAppUrl(address: string): boolean {
  const url = parseUrl(address)
  return url !== undefined && url.protocol === `${appScheme}:` && url.host === appHost && url.username === ''
}

/** An address, or undefined where the text is none. */
export function parseUrl(address: string): URL | undefined {
  return URL.parse(address) ?? undefined
}
