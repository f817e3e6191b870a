import type { ChangeAnswer, SubmitAnswer } from '../../../contract/agent/jobs.ts'
import type { RunAnswer } from '../../../contract/agent/workflows.ts'
import type { Job } from '../../../contract/jobs.ts'
import type { Agents } from '../agent-client/index.ts'
import { appError } from '../kit/app-error.ts'
import type { Deliveries } from '../outbox/index.ts'
import { executeRequest, submitRequest } from './request.ts'

/** Of a result that time mends. */
const passingCodes: ReadonlySet<string> = new Set(['SCHEDULER_UNAVAILABLE', 'INTERNAL'])

/** How submissions and changes of jobs are handed to their site. `onJob`: a job as the answer tells it. */
export function jobDeliveries(
  agents: Pick<Agents, 'client'>,
  onJob: (site: string, job: Job) => void,
): Pick<Deliveries, 'submit' | 'change'> {
  return {
    async submit({ site, action: { submission }, key, files, signal }) {
      const client = agents.client(site)
      if (submission.workflow === true) {
        const json = executeRequest(submission, files, key)
        const { run } = await client.post<RunAnswer>('/api/workflow/execute', { json, signal })
        return { runId: run.id }
      }
      const json = submitRequest(submission, files, key)
      const { job } = await client.post<SubmitAnswer>('/api/jobs/submit', { json, signal })
      onJob(site, job)
      return { jobId: job.id }
    },
    async change({ site, action: { ids, change }, key, signal }) {
      const request = { json: { ids, change }, key, signal }
      const { results } = await agents.client(site).post<ChangeAnswer>('/api/v2/jobs/change', request)
      // The agent stores no such answer: the same key again, and what was done meanwhile is not done twice.
      const passing = results.find(({ error }) => error !== undefined && passingCodes.has(error.code))?.error
      if (passing !== undefined) throw appError('AGENT', { status: 503, message: passing.message }, passing.message, 5)
      for (const { job } of results) if (job !== undefined && job.element === undefined) onJob(site, job)
      const refused = results.flatMap(({ id, error }) => (error === undefined ? [] : [{ id, message: error.message }]))
      const [first] = refused
      if (first !== undefined && refused.length === results.length)
        throw appError('CONFLICT', { reason: first.message }, first.message)
      return refused.length === 0 ? {} : { refused }
    },
  }
}
