import type { JobChoices, Preflight } from '../../../contract/preflight.ts'
import type { FeatureHandlers } from '../../rpc/types.ts'
import type { Agents } from '../agent-client/index.ts'
import { submitRequest } from '../jobs/index.ts'

/** What a submission would meet at its site, looked at before it is made, and what it may choose from there. */
export function createPreflight({ agents }: { agents: Agents }): { handlers: FeatureHandlers<'preflight'> } {
  return {
    handlers: {
      methods: {
        check: ({ site, submission, stored, planned }, { signal }) =>
          agents.client(site).post<Preflight>('/api/v2/jobs/preflight', {
            json: { ...submitRequest(submission, stored), ...(planned.length === 0 ? {} : { planned }) },
            signal,
          }),
        choices: ({ site }, { signal }) => agents.client(site).get<JobChoices>('/api/v2/jobs/choices', { signal }),
      },
      streams: {},
    },
  }
}
