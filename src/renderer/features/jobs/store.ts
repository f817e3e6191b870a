import { useEffect } from 'react'
import { createStore } from 'zustand'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { Job, JobChange } from '../../../../contract/jobs.ts'
import { applyChange, collectionOf, type Collection } from '../../app/collection.ts'
import { errorValue } from '../../app/errors.ts'
import { featureStore, useServices } from '../../app/services.tsx'
import { createWatching, without } from '../../app/watching.ts'
import { reportOf, type Outcome, type Report } from './actions.ts'
import { batchChanges } from './batch.ts'

/** The jobs of one site as far as they are known. */
export interface SiteJobs {
  /** Absent until the core has told them. */
  jobs?: Collection<Job>
  /** When they were last known to be so; absent while they are fresh. */
  asOf?: string | undefined
  /** Why the list cannot be had. */
  error?: AppErrorValue
}

/** Jobs in one call; the contract takes up to 1000. */
const atOnce = 500

/** A site's own list and that of all its users stand beside each other. */
const keyOf = (site: string, everybody: boolean): string => (everybody ? `${site} *` : site)

interface JobsState {
  /** By `keyOf`. */
  sites: ReadonlyMap<string, SiteJobs>
  /** Keeps the list of a site up to date until the returned function is called; `everybody`: of all its users. */
  watch: (site: string, everybody: boolean) => () => void
  /** Asks for the same change of each; never rejects: what was refused is in the report. */
  change: (site: string, jobs: readonly Job[], change: JobChange) => Promise<Report>
}

export const jobsStore = featureStore<JobsState>((services) =>
  createStore((set, get) => {
    const { client } = services
    const watching = createWatching(services, (site) =>
      set({ sites: without(get().sites, keyOf(site, false), keyOf(site, true)) }),
    )
    const change = (site: string, next: SiteJobs) => set({ sites: new Map(get().sites).set(site, next) })
    const jobsOf = (site: string): Collection<Job> => get().sites.get(site)?.jobs ?? new Map()

    const start = (site: string, everybody: boolean): (() => void) => {
      const key = keyOf(site, everybody)
      const batch = batchChanges<Job>((changes) =>
        change(key, { asOf: get().sites.get(key)?.asOf, jobs: applyChange(jobsOf(key), changes) }),
      )
      const end = client.subscribe(
        'jobs',
        'all',
        { site, ...(everybody ? { everybody } : {}) },
        {
          snapshot: ({ items, asOf }) => {
            batch.drop()
            change(key, { jobs: collectionOf(items), asOf })
          },
          event: ({ asOf, ...changes }) => {
            if (asOf !== get().sites.get(key)?.asOf) change(key, { jobs: jobsOf(key), asOf })
            batch.add(changes)
          },
          error: (error) => change(key, { ...get().sites.get(key), error }),
        },
      )
      return () => {
        batch.drop()
        end()
      }
    }

    return {
      sites: new Map(),
      watch: (site, everybody) => watching(site, keyOf(site, everybody), () => start(site, everybody)),
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
        for (const key of [keyOf(site, false), keyOf(site, true)]) {
          // Another's job is no job of one's own list.
          const known = put.filter(({ id }) => jobsOf(key).has(id))
          if (known.length > 0)
            change(key, { ...get().sites.get(key), jobs: applyChange(jobsOf(key), { put: known, gone: [] }) })
        }
        return reportOf(wanted, jobs, results)
      },
    }
  }),
)

const unknown: SiteJobs = {}

/** The jobs of a site, one's own or those of all users, followed while the component is shown. */
export function useSiteJobs(site: string, everybody = false): SiteJobs {
  const services = useServices()
  useEffect(() => jobsStore.of(services).getState().watch(site, everybody), [services, site, everybody])
  return jobsStore.use((state) => state.sites.get(keyOf(site, everybody))) ?? unknown
}
