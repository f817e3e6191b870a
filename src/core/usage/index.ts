import type { JobUsage } from '../../../contract/usage.ts'
import type { FeatureHandlers } from '../../rpc/types.ts'
import { createLive, type Agents } from '../agent-client/index.ts'
import { jobPath } from '../jobs/index.ts'

/** The agent measures a job that is looked at no oftener. */
const everyMs = 10_000

/** What jobs use: asked for again and again while a window looks, until nothing more comes. */
export function createUsage({ agents, intervalMs = everyMs }: { agents: Agents; intervalMs?: number }): {
  handlers: FeatureHandlers<'usage'>
} {
  return {
    handlers: {
      methods: {},
      streams: {
        of({ site, id }, sink) {
          const link = agents.link(site)
          let usage: JobUsage | undefined
          const live = createLive<JobUsage, JobUsage>({
            link,
            known: () => usage,
            async load(signal) {
              usage = await agents.client(site).get<JobUsage>(`${jobPath(id)}/usage`, { signal })
              if (usage.complete) clearInterval(timer)
              return usage
            },
          })
          const timer = setInterval(() => {
            if (link.ready) live.refresh().catch(() => undefined)
          }, intervalMs)
          const end = live.subscribe(sink)
          return () => {
            clearInterval(timer)
            end()
            live.close()
          }
        },
      },
    },
  }
}
