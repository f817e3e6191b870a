import type { JobList } from '../../../contract/agent/jobs.ts'
import type { Snapshot, StreamEvent } from '../../../contract/app.ts'
import type { Job } from '../../../contract/jobs.ts'
import { createLive, type Live } from '../agent-client/index.ts'
import type { SiteUser } from '../sites/index.ts'

const pageSize = 500
/** Of a longer history, the newest. */
const maxJobs = 20_000
const toldEveryMs = 50

type All = Snapshot<'jobs', 'all'>
type Change = StreamEvent<'jobs', 'all'>

/** A user's jobs at one site, kept up to date by the agent's events and known again after a restart. */
export interface JobsOfSite extends Live<All, Change> {
  /** A job as an answer has just told it. */
  put(job: Job): void
}

export function createJobList({ client, link, known }: Pick<SiteUser, 'client' | 'link' | 'known'>): JobsOfSite {
  const kept = known.list('job')
  const jobs = new Map<string, { job: Job; text: string }>()
  for (const job of kept.all() as Job[]) jobs.set(job.id, { job, text: JSON.stringify(job) })
  let loaded = kept.asOf !== undefined
  let closed = false
  /** Told by the agent while pages were on their way: newer than any page. */
  let touched: Set<string> | undefined
  let unsaid = new Map<string, Job>()
  let timer: NodeJS.Timeout | undefined

  /** Takes over what is new; gives it. */
  function take(items: readonly Job[]): Job[] {
    const changed: Job[] = []
    for (const job of items) {
      const text = JSON.stringify(job)
      if (jobs.get(job.id)?.text === text) continue
      jobs.set(job.id, { job, text })
      changed.push(job)
    }
    return changed
  }
  function keep(items: readonly Job[]): void {
    kept.put(items.map((job) => [job.id, job]))
    // A job just submitted is known, though nobody has asked for the list yet.
    if (kept.asOf === undefined) kept.confirm(new Date().toISOString())
  }
  function put(job: Job): void {
    if (closed) return
    touched?.add(job.id)
    if (take([job]).length === 0) return
    unsaid.set(job.id, job)
    timer ??= setTimeout(() => {
      timer = undefined
      const items = [...unsaid.values()]
      unsaid = new Map()
      keep(items)
      live.tell({ put: items, gone: [] })
    }, toldEveryMs)
  }

  const live = createLive<All, Change>({
    link,
    known: () => (loaded || jobs.size > 0 ? { items: [...jobs.values()].map(({ job }) => job) } : undefined),
    blank: () => ({ items: [] }),
    dated: { unchanged: () => ({ put: [], gone: [] }), age: kept },
    async load(signal) {
      const told = new Set<string>()
      touched = told
      const there = new Set<string>()
      const changed: Job[] = []
      for (let offset = 0; offset < maxJobs; offset += pageSize) {
        const query = { limit: pageSize, offset }
        const page = await client.get<JobList>('/api/v2/jobs', { query, signal })
        for (const { id } of page.jobs) there.add(id)
        const fresh = take(page.jobs.filter(({ id }) => !told.has(id)))
        if (fresh.length > 0) keep(fresh)
        changed.push(...fresh)
        if (page.jobs.length < pageSize) break
      }
      touched = undefined
      const gone = [...jobs.keys()].filter((id) => !there.has(id) && !told.has(id))
      for (const id of gone) jobs.delete(id)
      if (gone.length > 0) kept.remove(gone)
      loaded = true
      return changed.length + gone.length === 0 ? undefined : { put: changed, gone }
    },
  })
  const end = link.onEvent((event) => {
    if (event.type === 'job_update') put(event.data)
  })
  return {
    ...live,
    put,
    close() {
      closed = true
      end()
      clearTimeout(timer)
      if (unsaid.size > 0) keep([...unsaid.values()])
      live.close()
    },
  }
}
