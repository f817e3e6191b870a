import { useEffect } from 'react'
import { createStore } from 'zustand'
import type { JobChoices } from '../../../../contract/preflight.ts'
import { featureStore } from '../../app/services.tsx'

interface ChoicesState {
  /** What the user may choose from, by site, as it was last told. */
  bySite: ReadonlyMap<string, JobChoices>
  load: (site: string) => Promise<void>
}

const choicesStore = featureStore<ChoicesState>(({ client }) =>
  createStore((set, get) => ({
    bySite: new Map(),
    load: async (site) => {
      const choices = await client.call('preflight', 'choices', { site })
      set({ bySite: new Map(get().bySite).set(site, choices) })
    },
  })),
)

/** Partitions, accounts, QOS and licences of a site; undefined while nothing is known. Asked again at each connection. */
export function useChoices(site: string, connected: boolean): JobChoices | undefined {
  const load = choicesStore.use((state) => state.load)
  useEffect(() => {
    // Without an answer the fields stay free to be typed in.
    if (connected) load(site).catch(() => undefined)
  }, [load, site, connected])
  return choicesStore.use((state) => state.bySite.get(site))
}
