import { parseUrl } from './app-url.ts'

export const deepLinkScheme = 'headway'

/**
 * The place in the window that `headway://job/1832` means, as a hash; undefined for anything else. Links come from
 * outside: they may show a place, never do anything.
 */
export function placeOf(link: string): string | undefined {
  const url = parseUrl(link)
  if (url?.protocol !== `${deepLinkScheme}:`) return undefined
  const [, noun, id] = /^\/*([a-z]+)\/?([A-Za-z0-9][A-Za-z0-9._-]{0,127})?\/*$/.exec(url.host + url.pathname) ?? []
  if (noun === 'job' && id !== undefined) return `#/jobs/${id}`
  if (id === undefined && (noun === 'jobs' || noun === 'templates' || noun === 'uploads' || noun === 'nodes'))
    return `#/${noun}`
  return undefined
}

/** The first link among a second start's arguments. */
export const linkIn = (args: readonly string[]): string | undefined =>
  args.find((argument) => argument.startsWith(`${deepLinkScheme}://`))
