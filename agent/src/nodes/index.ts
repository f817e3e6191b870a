import type { ClusterSummary, NodesStatus } from '../../../contract/nodes.ts'
import { NodesStatus as NodesStatusSchema } from '../../../contract/nodes.ts'
import type { Agent } from '../kit/agent.ts'
import type { Noun } from '../kit/noun.ts'
import type { Jobs } from '../jobs/index.ts'
import type { Scheduler } from '../scheduler/index.ts'

const CACHED_MS = 30_000
const SUMMARY_MS = 10_000
/** Slurm's words for a node that takes no work; `*` marks one that does not answer. */
const offline = /^(down|drain|fail|unknown|future|power|reboot|no_respond)|\*$/i

/** The nodes as the scheduler sees them, asked at most every 30 s, and a summary for everybody who is connected. */
export function createNodes(
  agent: Agent,
  { scheduler, jobs }: { scheduler: Scheduler; jobs: Jobs },
): Noun & Required<Pick<Noun, 'start' | 'close'>> {
  const { hub, files, log, now } = agent
  let known: { status: Promise<NodesStatus>; until: number } | undefined
  let timer: NodeJS.Timeout | undefined

  const ask = async (): Promise<NodesStatus> => {
    const nodes = await scheduler.nodes()
    const states = Object.values(nodes).map(({ state }) => state)
    return { nodes, total: states.length, online: states.filter((state) => !offline.test(state)).length }
  }

  /** One question for however many ask; a failed one is asked again at once. */
  const status = (): Promise<NodesStatus> => {
    const at = now().getTime()
    if (known !== undefined && at < known.until) return known.status
    const asked = { status: ask(), until: at + CACHED_MS }
    known = asked
    asked.status.catch(() => {
      if (known === asked) known = undefined
    })
    return asked.status
  }

  const summary = async (): Promise<ClusterSummary> => {
    const [{ total, online }, counts, storage] = await Promise.all([status(), jobs.counts(), files.space()])
    return { nodes: { total, online }, jobs: counts, storage }
  }

  const publish = async () => {
    if (hub.connections === 0) return
    const event = { type: 'periodic_update' as const, data: await summary(), timestamp: now().toISOString() }
    hub.publish('nodes', event, 'public')
  }

  return {
    routes: async (app) => {
      app.get(
        '/api/nodes/status',
        {
          config: { permission: ['node:view'] },
          schema: { summary: 'State of the nodes, at most 30 s old', response: { 200: NodesStatusSchema } },
        },
        status,
      )
    },
    async start() {
      timer = setInterval(() => {
        publish().catch((error: unknown) => log.warn({ err: error }, 'the summary of the cluster could not be made'))
      }, SUMMARY_MS)
      timer.unref()
    },
    async close() {
      clearInterval(timer)
    },
  }
}
