import type { ConvergenceHead } from '../../../contract/convergence.ts'
import type { FeatureHandlers } from '../../rpc/types.ts'
import { followed, type Agents } from '../agent-client/index.ts'
import type { Logger } from '../platform.ts'
import { convergencePath, followConvergence } from './follow.ts'

/** How a job's solver gets on, at all sites: nothing is kept here, the agent has it. */
export function createConvergence({ agents, log }: { agents: Agents; log: Logger }): {
  handlers: FeatureHandlers<'convergence'>
} {
  return {
    handlers: {
      methods: {
        choose: ({ site, id, choice }, { signal }) =>
          agents.client(site).put<ConvergenceHead>(convergencePath(id), { json: choice, signal }),
      },
      streams: {
        points: ({ run, ...params }, sink) =>
          followed(
            agents,
            params,
            sink,
            (job) => followConvergence({ ...job, ...(run === undefined ? {} : { run }) }, sink),
            log,
          ),
      },
    },
  }
}
