import type { Static } from 'typebox'
import type { CancelAnswer, ChangeAnswer, JobAnswer } from '../../../contract/agent/jobs.ts'
import type { TemplateAnswer } from '../../../contract/agent/templates.ts'
import type { Job, Resubmission } from '../../../contract/jobs.ts'
import type { FeatureHandlers } from '../../rpc/types.ts'
import type { Deliveries } from '../outbox/index.ts'
import type { LastKnown } from '../kit/last-known.ts'
import { createPerUser, type Remembered, type SitesFeature } from '../sites/index.ts'
import { followElements } from './elements.ts'
import { jobDeliveries } from './deliveries.ts'
import { createEverybody } from './everybody.ts'
import { createJobList } from './list.ts'
import { jobPath } from './routes.ts'

export { submitRequest } from './request.ts'
export { jobPath } from './routes.ts'

export interface JobsFeature {
  handlers: FeatureHandlers<'jobs'>
  deliveries: Pick<Deliveries, 'submit' | 'change'>
  close(): void
}

/** Jobs at all sites: the list, one job's story, and how the outbox delivers what makes or changes one. */
export function createJobs(parts: { sites: SitesFeature; lastKnown: LastKnown; remembered: Remembered }): JobsFeature {
  const { sites, remembered } = parts
  const { agents } = sites
  const lists = createPerUser(parts, createJobList)
  const everybody = createPerUser(parts, createEverybody)
  /** An admin may change what is another's: that is no job of their own list. */
  const put = (site: string, job: Job): void => {
    if (job.user === sites.userOf(site)) lists.of(site).put(job)
  }
  return {
    deliveries: jobDeliveries(agents, put),
    close() {
      everybody.close()
      lists.close()
    },
    handlers: {
      methods: {
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
        async detail({ site, id }, { signal }) {
          const { job, ...age } = await remembered<Static<typeof JobAnswer>>(site, 'job', jobPath(id), { signal })
          return { ...job, ...age }
        },
        submission: ({ site, id }, { signal }) =>
          remembered<Resubmission>(site, 'submission', `${jobPath(id)}/submission`, { signal }),
        async cloneTemplate({ site, id, templateId, name }, { signal }) {
          const request = { json: { id: templateId, name }, signal }
          const { template } = await agents.client(site).post<TemplateAnswer>(`${jobPath(id)}/template`, request)
          return template
        },
      },
      streams: {
        all: ({ site, everybody: all = false }, sink) => (all ? everybody : lists).subscribe(site, sink),
        elements: (params, sink) => followElements(agents, params, sink),
      },
    },
  }
}
