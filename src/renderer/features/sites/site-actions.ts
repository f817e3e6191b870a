import { useCallback } from 'react'
import { siteAnswers } from '../../../../contract/site-answers.ts'
import type { Site } from '../../../../contract/sites.ts'
import { navigate } from '../../app/router.ts'
import { settingsStore } from '../settings/store.ts'
import { isSsh } from './address.ts'
import { needsSecondSignIn } from './second-sign-in.ts'
import { sitesStore } from './store.ts'

/** What a site's state allows: a click on one of these is never in vain. */
export type SiteAction = 'use' | 'sign-in' | 'connect' | 'again' | 'try-now' | 'stop'

/** The one action that comes next for a site. */
export function nextAction(site: Pick<Site, 'url' | 'user' | 'connection' | 'agent'>): SiteAction {
  const {
    url,
    user,
    connection: { state },
  } = site
  if (!isSsh(url)) return user === undefined ? 'sign-in' : 'use'
  switch (state) {
    case 'connected':
    case 'degraded':
    case 'signed-out': {
      const answers = siteAnswers(site.connection)
      if (user !== undefined && answers) return 'use'
      // The session stands: what is missing is the agent, or the sign-in to the site's own.
      return needsSecondSignIn(site) ? 'sign-in' : answers ? 'again' : 'connect'
    }
    case 'connecting':
    case 'starting':
      return 'stop'
    case 'reconnecting':
      return 'try-now'
    default:
      return 'connect'
  }
}

/** Whether a session is there, or on its way, that can be ended. */
export const canDisconnect = ({ url, connection: { state } }: Pick<Site, 'url' | 'connection'>): boolean =>
  isSsh(url) && !['unknown', 'needs-you', 'offline'].includes(state)

/** Connecting and leaving; why it failed stands at the site, so that nobody has to catch it. */
export function useSiteActions() {
  const connect = sitesStore.use((state) => state.connect)
  const disconnect = sitesStore.use((state) => state.disconnect)
  const reconnect = sitesStore.use((state) => state.reconnect)
  const update = settingsStore.use((state) => state.update)
  return useCallback(
    (site: Pick<Site, 'id'>, action: SiteAction | 'disconnect') => {
      const silently = (work: Promise<unknown>) => void work.catch(() => undefined)
      switch (action) {
        case 'use':
          return update({ activeSite: site.id })
        case 'sign-in':
          return navigate({ page: 'sites', id: site.id })
        case 'connect':
        case 'again':
          return silently(connect(site.id))
        case 'try-now':
          return silently(reconnect(site.id))
        case 'stop':
        case 'disconnect':
          return silently(disconnect(site.id))
      }
    },
    [connect, disconnect, reconnect, update],
  )
}
