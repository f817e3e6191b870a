import { useEffect } from 'react'
import { createStore } from 'zustand'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { WorkflowRun } from '../../../../contract/workflows.ts'
import { applyChange, collectionOf, type Collection } from '../../app/collection.ts'
import { featureStore, useServices } from '../../app/services.tsx'

/** The runs of one site as far as they are known. */
export interface SiteRuns {
  runs?: Collection<WorkflowRun>
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

export const workflowsStore = featureStore<WorkflowsState>(({ client }) =>
  createStore((set, get) => {
    const change = (site: string, now: SiteRuns) => set({ sites: new Map(get().sites).set(site, now) })
    const put = (site: string, run: WorkflowRun) =>
      change(site, { runs: applyChange(get().sites.get(site)?.runs ?? new Map(), { put: [run], gone: [] }) })
    return {
      sites: new Map(),
      watch: (site) =>
        client.subscribe(
          'workflows',
          'all',
          { site },
          {
            snapshot: ({ items }) => change(site, { runs: collectionOf(items) }),
            event: (changes) => change(site, { runs: applyChange(get().sites.get(site)?.runs ?? new Map(), changes) }),
            error: (error) => change(site, { ...get().sites.get(site), error }),
          },
        ),
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
