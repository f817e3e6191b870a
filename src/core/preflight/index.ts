import type { JobFile, Submission } from '../../../contract/jobs.ts'
import type { JobChoices, Preflight } from '../../../contract/preflight.ts'
import type { FeatureHandlers } from '../../rpc/types.ts'
import type { Agents } from '../agent-client/index.ts'
import { submitRequest } from '../jobs/index.ts'
import type { Remembered } from '../sites/index.ts'

/** What a submission would meet at its site, looked at before it is made, and what it may choose from there. */
export function createPreflight({ agents, remembered }: { agents: Agents; remembered: Remembered }): {
  handlers: FeatureHandlers<'preflight'>
  /** Of a submission whose files, `stored`, are all there. */
  check(site: string, submission: Submission, stored: readonly JobFile[], signal: AbortSignal): Promise<Preflight>
} {
  const ask = (site: string, json: object, signal: AbortSignal): Promise<Preflight> =>
    agents.client(site).post<Preflight>('/api/v2/jobs/preflight', { json, signal })
  return {
    check: (site, submission, stored, signal) => ask(site, submitRequest(submission, stored), signal),
    handlers: {
      methods: {
        check: ({ site, submission, stored, planned }, { signal }) =>
          ask(site, { ...submitRequest(submission, stored), ...(planned.length === 0 ? {} : { planned }) }, signal),
        choices: ({ site }, { signal }) => remembered<JobChoices>(site, 'choices', '/api/v2/jobs/choices', { signal }),
      },
      streams: {},
    },
  }
}
