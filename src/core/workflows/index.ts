import type { RunAnswer, RunList } from '../../../contract/agent/workflows.ts'
import type { Snapshot, StreamEvent } from '../../../contract/app.ts'
import type { WorkflowRun } from '../../../contract/workflows.ts'
import type { FeatureHandlers } from '../../rpc/types.ts'
import { createLive, type Agents, type Live } from '../agent-client/index.ts'
import { createPerSite } from '../sites/index.ts'

type All = Snapshot<'workflows', 'all'>
type Change = StreamEvent<'workflows', 'all'>

/** Of a longer history, the newest. */
const mostRuns = 500

interface RunsOfSite extends Live<All, Change> {
  put(run: WorkflowRun): void
}

/** Runs of workflows at all sites, and what may be done with them. They begin as submissions do: see jobs. */
export function createWorkflows({ agents }: { agents: Agents }): {
  handlers: FeatureHandlers<'workflows'>
  close(): void
} {
  const sites = createPerSite(agents, (site) => runsOf(agents, site))

  async function act(site: string, id: string, verb: 'cancel' | 'restart', json: object, signal: AbortSignal) {
    const path = `/api/v2/workflows/${encodeURIComponent(id)}/${verb}`
    const { run } = await agents.client(site).post<RunAnswer>(path, { json, signal })
    sites.of(site).put(run)
    return run
  }

  return {
    close: () => sites.close(),
    handlers: {
      methods: {
        cancel: ({ site, id }, { signal }) => act(site, id, 'cancel', {}, signal),
        restart: ({ site, id, from }, { signal }) =>
          act(site, id, 'restart', from === undefined ? {} : { from }, signal),
      },
      streams: { all: ({ site }, sink) => sites.of(site).subscribe(sink) },
    },
  }
}

function runsOf(agents: Agents, site: string): RunsOfSite {
  const link = agents.link(site)
  let runs: Map<string, WorkflowRun> | undefined
  /** Told while a list was on its way: newer than the list. */
  let touched: Map<string, WorkflowRun> | undefined
  const live = createLive<All, Change>({
    link,
    known: () => (runs === undefined ? undefined : { items: [...runs.values()] }),
    async load(signal) {
      const newer = new Map<string, WorkflowRun>()
      touched = newer
      const query = { limit: mostRuns }
      const list = await agents.client(site).get<RunList>('/api/v2/workflows', { query, signal })
      touched = undefined
      const before = runs
      runs = new Map([...list.runs.map((run) => [run.id, run] as const), ...newer])
      const gone = [...(before?.keys() ?? [])].filter((id) => runs?.has(id) !== true)
      return { put: [...runs.values()], gone }
    },
  })
  function put(run: WorkflowRun): void {
    touched?.set(run.id, run)
    runs?.set(run.id, run)
    live.tell({ put: [run], gone: [] })
  }
  const end = link.onEvent((event) => {
    if (event.type === 'workflow_update') put(event.data)
  })
  return {
    ...live,
    put,
    close() {
      end()
      live.close()
    },
  }
}
