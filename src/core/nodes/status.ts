import type { Snapshot } from '../../../contract/app.ts'
import type { ClusterSummary, NodesStatus } from '../../../contract/nodes.ts'
import { createLive, refreshedWhileWatched, type Live } from '../agent-client/index.ts'
import type { SiteUser } from '../sites/index.ts'

type Status = Snapshot<'nodes', 'status'>

/** The agent itself asks the nodes every 30 s at most. */
const usualEveryMs = 10_000

/** One cluster's nodes, asked for only while somebody looks; counts of nodes, queue and storage come by themselves. */
export function createNodesStatus(
  parts: Pick<SiteUser, 'client' | 'link' | 'known'> & { intervalMs?: number },
): Live<Status, Status> {
  const { client, link, known, intervalMs = usualEveryMs } = parts
  const kept = known.list('nodes')
  let [status] = (kept.asOf === undefined ? [] : kept.all()) as [Status?]
  let summary: ClusterSummary | undefined
  const live = createLive<Status, Status>({
    link,
    known: () => status,
    blank: () => ({ status: { nodes: {}, total: 0, online: 0 }, at: new Date().toISOString() }),
    dated: { unchanged: () => status, age: kept },
    async load(signal) {
      const nodes = await client.get<NodesStatus>('/api/nodes/status', { signal })
      status = { status: nodes, ...(summary === undefined ? {} : { summary }), at: new Date().toISOString() }
      kept.put([['', status]])
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
}
