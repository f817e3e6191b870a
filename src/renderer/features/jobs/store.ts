import { useEffect } from 'react'
import { createStore } from 'zustand'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { Job } from '../../../../contract/jobs.ts'
import { applyChange, collectionOf, type Collection } from '../../app/collection.ts'
import { featureStore, useServices } from '../../app/services.tsx'
import { batchChanges } from './batch.ts'

/** The jobs of one site as far as they are known. */
export interface SiteJobs {
  /** Absent until the core has told them. */
  jobs?: Collection<Job>
  /** Why the list cannot be had. */
  error?: AppErrorValue
}

interface JobsState {
  sites: ReadonlyMap<string, SiteJobs>
  /** Keeps the list of a site up to date until the returned function is called. */
  watch: (site: string) => () => void
  cancel: (site: string, id: string) => Promise<void>
}

export const jobsStore = featureStore<JobsState>(({ client }) =>
  createStore((set, get) => {
    const watchers = new Map<string, { count: number; stop: () => void }>()
    const change = (site: string, next: SiteJobs) => set({ sites: new Map(get().sites).set(site, next) })
    const jobsOf = (site: string): Collection<Job> => get().sites.get(site)?.jobs ?? new Map()

    const start = (site: string): (() => void) => {
      const batch = batchChanges<Job>((changes) => change(site, { jobs: applyChange(jobsOf(site), changes) }))
      const end = client.subscribe(
        'jobs',
        'all',
        { site },
        {
          snapshot: ({ items }) => {
            batch.drop()
            change(site, { jobs: collectionOf(items) })
          },
          event: (changes) => batch.add(changes),
          error: (error) => change(site, { ...get().sites.get(site), error }),
        },
      )
      return () => {
        batch.drop()
        end()
      }
    }

    return {
      sites: new Map(),
      watch: (site) => {
        const known = watchers.get(site) ?? { count: 0, stop: start(site) }
        known.count += 1
        watchers.set(site, known)
        return () => {
          known.count -= 1
          if (known.count > 0) return
          watchers.delete(site)
          known.stop()
        }
      },
      cancel: async (site, id) => {
        const job = await client.call('jobs', 'cancel', { site, id })
        change(site, { jobs: applyChange(jobsOf(site), { put: [job], gone: [] }) })
      },
    }
  }),
)

const unknown: SiteJobs = {}

/** The jobs of a site, followed while the component is shown. */
export function useSiteJobs(site: string): SiteJobs {
  const services = useServices()
  useEffect(() => jobsStore.of(services).getState().watch(site), [services, site])
  return jobsStore.use((state) => state.sites.get(site)) ?? unknown
}
