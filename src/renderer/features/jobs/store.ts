import { useEffect } from 'react'
import { createStore } from 'zustand'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { Job, JobChange } from '../../../../contract/jobs.ts'
import { applyChange, collectionOf, type Collection } from '../../app/collection.ts'
import { errorValue } from '../../app/errors.ts'
import { featureStore, useServices } from '../../app/services.tsx'
import { reportOf, type Outcome, type Report } from './actions.ts'
import { batchChanges } from './batch.ts'

/** The jobs of one site as far as they are known. */
export interface SiteJobs {
  /** Absent until the core has told them. */
  jobs?: Collection<Job>
  /** Why the list cannot be had. */
  error?: AppErrorValue
}

/** Jobs in one call; the contract takes up to 1000. */
const atOnce = 500

interface JobsState {
  sites: ReadonlyMap<string, SiteJobs>
  /** Keeps the list of a site up to date until the returned function is called. */
  watch: (site: string) => () => void
  /** Asks for the same change of each; never rejects: what was refused is in the report. */
  change: (site: string, jobs: readonly Job[], change: JobChange) => Promise<Report>
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
      change: async (site, jobs, wanted) => {
        const results: Outcome[] = []
        for (let from = 0; from < jobs.length; from += atOnce) {
          const ids = jobs.slice(from, from + atOnce).map(({ id }) => id)
          try {
            results.push(...(await client.call('jobs', 'change', { site, ids, change: wanted })).results)
          } catch (error) {
            const value = errorValue(error)
            results.push(...ids.map((id): Outcome => ({ id, error: value })))
          }
        }
        // An element's answer is a job of its own, which the list does not hold.
        const put = results.flatMap(({ job }) => (job === undefined || job.element !== undefined ? [] : [job]))
        if (put.length > 0) change(site, { jobs: applyChange(jobsOf(site), { put, gone: [] }) })
        return reportOf(wanted, jobs, results)
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
