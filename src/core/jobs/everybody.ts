import type { JobList } from '../../../contract/agent/jobs.ts'
import type { Snapshot, StreamEvent } from '../../../contract/app.ts'
import type { Job } from '../../../contract/jobs.ts'
import { createLive, refreshedWhileWatched, type Live } from '../agent-client/index.ts'
import type { SiteUser } from '../sites/index.ts'

type All = Live<Snapshot<'jobs', 'all'>, StreamEvent<'jobs', 'all'>>

const pageSize = 1000
/** Of a longer history, the newest. */
const maxJobs = 20_000
/** An agent tells users of their own jobs by itself; of everybody's it is asked. */
const everyMs = 10_000

/** The jobs of all users at one site, for its admins; asked for only while somebody looks, kept nowhere. */
export function createEverybody(parts: Pick<SiteUser, 'client' | 'link'> & { intervalMs?: number }): All {
  const { client, link, intervalMs = everyMs } = parts
  let jobs = new Map<string, { job: Job; text: string }>()
  let loaded = false

  const live = createLive<Snapshot<'jobs', 'all'>, StreamEvent<'jobs', 'all'>>({
    link,
    known: () => (loaded ? { items: [...jobs.values()].map(({ job }) => job) } : undefined),
    blank: () => ({ items: [] }),
    dated: { unchanged: () => ({ put: [], gone: [] }) },
    async load(signal) {
      const now = new Map<string, { job: Job; text: string }>()
      for (let offset = 0; offset < maxJobs; offset += pageSize) {
        const page = await client.get<JobList>('/api/v2/jobs', { query: { all: 1, limit: pageSize, offset }, signal })
        for (const job of page.jobs) now.set(job.id, { job, text: JSON.stringify(job) })
        if (page.jobs.length < pageSize) break
      }
      const before = jobs
      const put = [...now.values()].filter(({ job, text }) => before.get(job.id)?.text !== text).map(({ job }) => job)
      const gone = [...before.keys()].filter((id) => !now.has(id))
      jobs = now
      loaded = true
      return put.length + gone.length === 0 ? undefined : { put, gone }
    },
  })
  return refreshedWhileWatched(live, link, intervalMs)
}
