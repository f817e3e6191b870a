import type { FeatureHandlers } from '../../rpc/types.ts'
import { followed, type Agents } from '../agent-client/index.ts'
import type { Logger } from '../platform.ts'
import { followConvergence } from './follow.ts'

/** How a job's solver gets on, at all sites: nothing is kept here, the agent has it. */
export function createConvergence({ agents, log }: { agents: Agents; log: Logger }): {
  handlers: FeatureHandlers<'convergence'>
} {
  return {
    handlers: {
      methods: {},
      streams: {
        points: (params, sink) => followed(agents, params, sink, (job) => followConvergence(job, sink), log),
      },
    },
  }
}
