import type { Snapshot } from '../../../contract/app.ts'
import type { ClusterSummary, NodesStatus } from '../../../contract/nodes.ts'
import type { SchedulerStatus } from '../../../contract/scheduler.ts'
import type { FeatureHandlers } from '../../rpc/types.ts'
import { createLive, refreshedWhileWatched, type Agents, type Live } from '../agent-client/index.ts'
import { createPerSite } from '../sites/index.ts'

type Status = Snapshot<'nodes', 'status'>

/** The agent itself asks the nodes every 30 s at most. */
const everyMs = 10_000

/** The clusters' nodes, asked for only while somebody looks; counts of nodes, queue and storage come by themselves. */
export function createNodes({ agents, intervalMs = everyMs }: { agents: Agents; intervalMs?: number }): {
  handlers: FeatureHandlers<'nodes'>
  close(): void
} {
  const sites = createPerSite(agents, (site): Live<Status, Status> => {
    let status: Status | undefined
    let summary: ClusterSummary | undefined
    const link = agents.link(site)
    const live = createLive<Status, Status>({
      link,
      known: () => status,
      async load(signal) {
        const nodes = await agents.client(site).get<NodesStatus>('/api/nodes/status', { signal })
        status = { status: nodes, ...(summary === undefined ? {} : { summary }), at: new Date().toISOString() }
        return status
      },
    })
    const end = link.onEvent((event) => {
      if (event.type !== 'periodic_update') return
      summary = event.data
      if (status === undefined) return
      status = { ...status, summary }
      live.tell(status)
    })
    const watched = refreshedWhileWatched(live, link, intervalMs)
    return {
      ...watched,
      close() {
        end()
        watched.close()
      },
    }
  })
  const schedulers = createPerSite(agents, (site) => schedulerOf(agents, site))
  return {
    close() {
      sites.close()
      schedulers.close()
    },
    handlers: {
      methods: {},
      streams: {
        status: ({ site }, sink) => sites.of(site).subscribe(sink),
        scheduler: ({ site }, sink) => schedulers.of(site).subscribe(sink),
      },
    },
  }
}

/** What runs the jobs at one site; the agent tells of every change by itself. */
function schedulerOf(agents: Agents, site: string): Live<SchedulerStatus, SchedulerStatus> {
  let status: SchedulerStatus | undefined
  const link = agents.link(site)
  const live = createLive<SchedulerStatus, SchedulerStatus>({
    link,
    known: () => status,
    async load(signal) {
      status = await agents.client(site).get<SchedulerStatus>('/api/v2/scheduler', { signal })
      return status
    },
  })
  const end = link.onEvent((event) => {
    if (event.type !== 'scheduler') return
    status = event.data
    live.tell(status)
  })
  return {
    ...live,
    close() {
      end()
      live.close()
    },
  }
}
