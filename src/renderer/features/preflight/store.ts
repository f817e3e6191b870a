import { useEffect } from 'react'
import { createStore } from 'zustand'
import type { JobChoices } from '../../../../contract/preflight.ts'
import { featureStore, useServices } from '../../app/services.tsx'
import { without } from '../../app/watching.ts'
import { onAnotherUser } from '../sites/store.ts'

interface ChoicesState {
  /** What the user may choose from, by site, as it was last told. */
  bySite: ReadonlyMap<string, JobChoices>
  load: (site: string) => Promise<void>
}

const choicesStore = featureStore<ChoicesState>((services) =>
  createStore((set, get) => {
    onAnotherUser(services, (site) => set({ bySite: without(get().bySite, site) }))
    return {
      bySite: new Map(),
      load: async (site) => {
        const choices = await services.client.call('preflight', 'choices', { site })
        set({ bySite: new Map(get().bySite).set(site, choices) })
      },
    }
  }),
)

/** Partitions, accounts, QOS and licences of a site; undefined while nothing is known. Asked again at each connection. */
export function useChoices(site: string, connected: boolean): JobChoices | undefined {
  const services = useServices()
  useEffect(() => {
    const { bySite, load } = choicesStore.of(services).getState()
    // Without a connection the core knows what it was told last. Without an answer the fields stay free to be typed in.
    if (connected || !bySite.has(site)) load(site).catch(() => undefined)
  }, [services, site, connected])
  return choicesStore.use((state) => state.bySite.get(site))
}
