import type { DatabaseSync } from 'node:sqlite'
import type { Static } from 'typebox'
import type { CancelAnswer, ChangeAnswer } from '../../../contract/agent/jobs.ts'
import type { TemplateAnswer } from '../../../contract/agent/templates.ts'
import type { Job, Resubmission } from '../../../contract/jobs.ts'
import type { FeatureHandlers } from '../../rpc/types.ts'
import type { LastKnown } from '../kit/last-known.ts'
import type { Platform } from '../platform.ts'
import { createPerSite, type SitesFeature } from '../sites/index.ts'
import type { TaskSource } from '../tasks/index.ts'
import { followElements } from './elements.ts'
import { createEverybody } from './everybody.ts'
import { createJobList } from './list.ts'
import { jobDetail, jobPath } from './routes.ts'
import { createSubmissions, type SubmissionsParts } from './submissions.ts'

export { submitRequest } from './request.ts'
export { jobPath } from './routes.ts'

export interface JobsFeature {
  handlers: FeatureHandlers<'jobs'>
  /** Submissions. */
  tasks: TaskSource
  /** Goes on with what a former run has left. */
  start(): void
  close(): Promise<void>
}

/** Jobs at all sites: the list, one job's story, and submitting. */
export function createJobs(parts: {
  /** The tasks' journal. */
  database: DatabaseSync
  platform: Platform
  sites: SitesFeature
  lastKnown: LastKnown
  whenUploaded: SubmissionsParts['whenUploaded']
}): JobsFeature {
  const { database, platform, sites, lastKnown, whenUploaded } = parts
  const { agents } = sites
  const { log } = platform
  const lists = createPerSite(agents, (site) =>
    createJobList({ site, client: agents.client(site), link: agents.link(site), lastKnown }),
  )
  const everybody = createPerSite(agents, (site) =>
    createEverybody({ client: agents.client(site), link: agents.link(site) }),
  )
  /** An admin may change what is another's: that is no job of their own list. */
  const put = (site: string, job: Job): void => {
    if (job.user === sites.userOf(site)) lists.of(site).put(job)
  }
  const submissions = createSubmissions({
    database,
    agents,
    sites,
    whenUploaded,
    onJob: (site, job) => lists.of(site).put(job),
    log,
  })

  return {
    tasks: submissions.source,
    start: () => submissions.start(),
    async close() {
      await submissions.close()
      everybody.close()
      lists.close()
    },
    handlers: {
      methods: {
        submit: (input, { id }) => ({ taskId: submissions.submit(input, id) }),
        async cancel({ site, id }, { signal }) {
          const path = `${jobPath(id)}/cancel`
          const { job } = await agents.client(site).post<Static<typeof CancelAnswer>>(path, { signal })
          put(site, job)
          return job
        },
        async change({ site, ids, change }, { signal }) {
          const request = { json: { ids, change }, signal }
          const answer = await agents.client(site).post<ChangeAnswer>('/api/v2/jobs/change', request)
          // An element is no job of the list; its array tells of itself.
          for (const { job } of answer.results) if (job !== undefined && !job.element) put(site, job)
          return answer
        },
        detail: ({ site, id }, { signal }) => jobDetail(agents.client(site), id, signal),
        submission: ({ site, id }, { signal }) =>
          agents.client(site).get<Resubmission>(`${jobPath(id)}/submission`, { signal }),
        async cloneTemplate({ site, id, templateId, name }, { signal }) {
          const request = { json: { id: templateId, name }, signal }
          const { template } = await agents.client(site).post<TemplateAnswer>(`${jobPath(id)}/template`, request)
          return template
        },
      },
      streams: {
        all: ({ site, everybody: all = false }, sink) => (all ? everybody : lists).of(site).subscribe(sink),
        elements: (params, sink) => followElements(agents, params, sink),
      },
    },
  }
}
