import { useMemo } from 'react'
import { siteAnswers } from '../../../../contract/site-answers.ts'
import { useServices } from '../../app/services.tsx'
import { sitesStore } from '../sites/store.ts'
import { desktopsStore } from './store.ts'
import { tabsStore } from './tabs-store.ts'
import type { ViewerSource } from './viewer/types.ts'

/** The way to a desktop for its viewer: asked for anew after every cut. `code`: of a colleague's, to watch. */
export function useSource(site: string, id: string, code: string | undefined): ViewerSource {
  const services = useServices()
  return useMemo((): ViewerSource => {
    const { client, host } = services
    return {
      open: async (signal) => {
        const first = code === undefined ? undefined : tabsStore.of(services).getState().takeFirst(site, id)
        const viewing =
          first ??
          (code === undefined
            ? await client.call('desktops', 'open', { site, id }, { signal })
            : await client.call('desktops', 'openShared', { site, code }, { signal }))
        signal.throwIfAborted()
        const { ticket, password, viewOnly, clipboard, name } = viewing
        return { channel: host.openViewer(ticket), password, viewOnly, clipboard, name }
      },
      onReady: (listener) => {
        const sites = sitesStore.of(services)
        const desktops = desktopsStore.of(services)
        const connected = () => {
          const connection = sites.getState().sites?.get(site)?.connection
          return connection !== undefined && siteAnswers(connection)
        }
        const runs = () => {
          const state = desktops.getState().sites.get(site)?.desktops?.get(id)?.state
          return state !== 'queued' && state !== 'starting' && state !== 'ended'
        }
        let before = connected() && runs()
        const look = () => {
          const now = connected() && runs()
          if (now && !before) listener()
          before = now
        }
        const ends = [sites.subscribe(look), desktops.subscribe(look)]
        return () => {
          for (const end of ends) end()
        }
      },
    }
  }, [services, site, id, code])
}
