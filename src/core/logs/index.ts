import type { FeatureHandlers } from '../../rpc/types.ts'
import { followed, type Agents } from '../agent-client/index.ts'
import type { Logger } from '../platform.ts'
import { followLog } from './follow.ts'

/** What jobs write as text, followed. */
export function createLogs({ agents, log }: { agents: Agents; log: Logger }): { handlers: FeatureHandlers<'logs'> } {
  return {
    handlers: {
      methods: {},
      streams: { follow: (params, sink) => followed(agents, params, sink, (job) => followLog(job, sink), log) },
    },
  }
}
