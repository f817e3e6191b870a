import { isTemporary, untilDone } from '../agent-client/index.ts'
import { AppError, appError } from '../kit/app-error.ts'
import { reasonOf, wait } from '../kit/wait.ts'
import type { SitesFeature } from '../sites/index.ts'

/** How long a site that is just away is waited for, and how often it is tried meanwhile, in milliseconds. */
export const patienceMs = 20_000
const tryEveryMs = 2000

type Sites = Pick<SitesFeature, 'agents' | 'site' | 'tryNow'>

/**
 * Does what may be done again and again while the site comes back, until `within`; a viewer that lost its desktop is not to wait for
 * the site's own next attempt. Rejects with the last error where that is in vain, at once where only the user can help.
 */
export async function whileItComesBack<T>(
  sites: Sites,
  site: string,
  { signal, within }: { signal: AbortSignal; within: AbortSignal },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const link = sites.agents.link(site)
  let last: AppError | undefined
  const timer = setInterval(() => tryNow(sites, site), tryEveryMs)
  if (!link.ready) tryNow(sites, site)
  try {
    const done = await untilDone(link, AbortSignal.any([signal, within]), async (one) => {
      try {
        return { value: await work(one) }
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        last = error
        const better = needsUser(sites, site)
        if (better !== undefined) return { error: better(error) }
        if (isTemporary(error)) tryNow(sites, site)
        throw error
      }
    })
    if ('error' in done) throw done.error
    return done.value
  } catch (error) {
    if (!within.aborted || signal.aborted || error instanceof AppError) throw error
    const { name } = sites.site(site)
    throw last ?? appError('OFFLINE', { site: name }, `${name} does not answer.`)
  } finally {
    clearInterval(timer)
  }
}

/** Where only the user can bring the site back: what to say of it, instead of an error that came. */
function needsUser(sites: Sites, site: string): ((came: AppError) => AppError) | undefined {
  const { state, error } = sites.site(site).connection
  if (state !== 'needs-you' && state !== 'signed-out') return undefined
  return (came) => (error === undefined || !isTemporary(came) ? came : new AppError(error))
}

/** A site that is gone is told by what asks it next. */
function tryNow(sites: Sites, site: string): void {
  try {
    sites.tryNow(site)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
  }
}

/** Waits so long, unless `within` comes before. */
export async function pause(
  ms: number,
  { signal, within }: { signal: AbortSignal; within: AbortSignal },
): Promise<void> {
  await wait(ms, AbortSignal.any([signal, within])).catch(() => undefined)
  if (signal.aborted) throw reasonOf(signal)
}
