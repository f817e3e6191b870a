import { useEffect } from 'react'
import { createStore } from 'zustand'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { WorkflowRun } from '../../../../contract/workflows.ts'
import { applyChange, collectionOf, type Collection } from '../../app/collection.ts'
import { featureStore, useServices } from '../../app/services.tsx'
import { createWatching, without } from '../../app/watching.ts'

/** The runs of one site as far as they are known. */
export interface SiteRuns {
  runs?: Collection<WorkflowRun>
  /** When they were last known to be so; absent while they are fresh. */
  asOf?: string | undefined
  /** Why they cannot be had. */
  error?: AppErrorValue
}

interface WorkflowsState {
  sites: ReadonlyMap<string, SiteRuns>
  /** Keeps the runs of a site up to date until the returned function is called. */
  watch: (site: string) => () => void
  cancel: (site: string, id: string) => Promise<void>
  restart: (site: string, id: string, from?: string) => Promise<void>
}

export const workflowsStore = featureStore<WorkflowsState>((services) =>
  createStore((set, get) => {
    const { client } = services
    const watching = createWatching(services, (site) => set({ sites: without(get().sites, site) }))
    const change = (site: string, now: SiteRuns) => set({ sites: new Map(get().sites).set(site, now) })
    const known = (site: string): Collection<WorkflowRun> => get().sites.get(site)?.runs ?? new Map()
    const put = (site: string, run: WorkflowRun) =>
      change(site, { ...get().sites.get(site), runs: applyChange(known(site), { put: [run], gone: [] }) })
    const start = (site: string) =>
      client.subscribe(
        'workflows',
        'all',
        { site },
        {
          snapshot: ({ items, asOf }) => change(site, { runs: collectionOf(items), asOf }),
          event: ({ asOf, ...changes }) => change(site, { runs: applyChange(known(site), changes), asOf }),
          error: (error) => change(site, { ...get().sites.get(site), error }),
        },
      )
    return {
      sites: new Map(),
      watch: (site) => watching(site, site, () => start(site)),
      cancel: async (site, id) => put(site, await client.call('workflows', 'cancel', { site, id })),
      restart: async (site, id, from) =>
        put(site, await client.call('workflows', 'restart', { site, id, ...(from === undefined ? {} : { from }) })),
    }
  }),
)

const unknown: SiteRuns = {}

/** The runs of a site, followed while the component is shown. */
export function useSiteRuns(site: string): SiteRuns {
  const services = useServices()
  useEffect(() => workflowsStore.of(services).getState().watch(site), [services, site])
  return workflowsStore.use((state) => state.sites.get(site)) ?? unknown
}
