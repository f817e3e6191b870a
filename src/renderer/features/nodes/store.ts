import { useEffect } from 'react'
import { createStore } from 'zustand'
import type { Snapshot } from '../../../../contract/app.ts'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import { featureStore } from '../../app/services.tsx'
import { createWatching, without } from '../../app/watching.ts'

type Status = Snapshot<'nodes', 'status'>

interface NodesState {
  /** The last known state, by site. */
  bySite: ReadonlyMap<string, { status?: Status; error?: AppErrorValue }>
  watch: (site: string) => () => void
}

export const nodesStore = featureStore<NodesState>((services) =>
  createStore((set, get) => {
    const watching = createWatching(services, (site) => set({ bySite: without(get().bySite, site) }))
    const start = (site: string) => {
      const show = (status: Status) => set({ bySite: new Map(get().bySite).set(site, { status }) })
      return services.client.subscribe(
        'nodes',
        'status',
        { site },
        {
          snapshot: show,
          event: show,
          error: (error) => set({ bySite: new Map(get().bySite).set(site, { ...get().bySite.get(site), error }) }),
        },
      )
    }
    return { bySite: new Map(), watch: (site) => watching(site, site, () => start(site)) }
  }),
)

/** The nodes of a site, kept up to date while the component is shown. */
export function useNodes(site: string): { status?: Status; error?: AppErrorValue } {
  const watch = nodesStore.use((state) => state.watch)
  useEffect(() => watch(site), [watch, site])
  return nodesStore.use((state) => state.bySite.get(site)) ?? unknown
}

const unknown = {}
