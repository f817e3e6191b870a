import { useMemo } from 'react'
import { createStore } from 'zustand'
import type { Site } from '../../../../contract/sites.ts'
import { applyChange, collectionOf, type Collection } from '../../app/collection.ts'
import { featureStore } from '../../app/services.tsx'
import { useMessages } from '../../ui/text.ts'
import { useSettings } from '../settings/store.ts'
import { sitesMessages } from './messages.ts'

interface SitesState {
  /** Absent until the core has told them. */
  sites: Collection<Site> | undefined
  /** Sites that were signed in to in this window and not left on purpose: an expired session keeps their page. */
  entered: ReadonlySet<string>
  add: (url: string, name: string) => Promise<Site>
  remove: (site: string) => Promise<void>
  signIn: (site: string, username: string, password: string) => Promise<Site>
  signOut: (site: string) => Promise<void>
  reconnect: (site: string) => Promise<void>
}

export const sitesStore = featureStore<SitesState>(({ client }) =>
  createStore((set, get) => {
    const show = (sites: Collection<Site>) => {
      const signedIn = [...sites.values()].filter((site) => site.user !== undefined).map((site) => site.id)
      set({ sites, entered: new Set([...get().entered, ...signedIn]) })
    }
    client.subscribe(
      'sites',
      'all',
      {},
      {
        snapshot: ({ items }) => show(collectionOf(items)),
        event: (change) => show(applyChange(get().sites ?? new Map(), change)),
      },
    )
    const put = (site: Site): Site => {
      show(applyChange(get().sites ?? new Map(), { put: [site], gone: [] }))
      return site
    }
    return {
      sites: undefined,
      entered: new Set(),
      add: async (url, name) => put(await client.call('sites', 'add', { url, ...(name === '' ? {} : { name }) })),
      remove: async (site) => {
        await client.call('sites', 'remove', { site })
      },
      signIn: async (site, username, password) =>
        put(await client.call('sites', 'signIn', { site, username, password })),
      signOut: async (site) => {
        // Before the answer, so that the end of the session does not look like an expired one.
        set({ entered: new Set([...get().entered].filter((id) => id !== site)) })
        await client.call('sites', 'signOut', { site })
      },
      reconnect: async (site) => {
        await client.call('sites', 'reconnect', { site })
      },
    }
  }),
)

/** All sites as the window calls them; absent until the core has told them. */
export function useSites(): Collection<Site> | undefined {
  const sites = sitesStore.use((state) => state.sites)
  const localName = useMessages(sitesMessages)('localName')
  return useMemo(
    () =>
      sites === undefined
        ? undefined
        : collectionOf([...sites.values()].map((site) => (site.local ? { ...site, name: localName } : site))),
    [sites, localName],
  )
}

/** The site the window shows: the chosen one, else the first. */
export function useActiveSite(): Site | undefined {
  const chosen = useSettings().activeSite
  const sites = useSites()
  if (sites === undefined) return undefined
  return (chosen === null ? undefined : sites.get(chosen)) ?? sites.values().next().value
}
