import type { RunList } from '../../../contract/agent/workflows.ts'
import type { Snapshot, StreamEvent } from '../../../contract/app.ts'
import type { WorkflowRun } from '../../../contract/workflows.ts'
import { createLive, type Live } from '../agent-client/index.ts'
import type { SiteUser } from '../sites/index.ts'

type All = Snapshot<'workflows', 'all'>
type Change = StreamEvent<'workflows', 'all'>

/** Of a longer history, the newest. */
const mostRuns = 500

/** A user's runs of workflows at one site, kept up to date by the agent's events and known again after a restart. */
export interface RunsOfSite extends Live<All, Change> {
  put(run: WorkflowRun): void
}

export function createRuns({ client, link, known }: Pick<SiteUser, 'client' | 'link' | 'known'>): RunsOfSite {
  const kept = known.list('workflow')
  let runs: Map<string, WorkflowRun> | undefined =
    kept.asOf === undefined ? undefined : new Map((kept.all() as WorkflowRun[]).map((run) => [run.id, run]))
  /** Told while a list was on its way: newer than the list. */
  let touched: Map<string, WorkflowRun> | undefined
  const live = createLive<All, Change>({
    link,
    known: () => (runs === undefined ? undefined : { items: [...runs.values()] }),
    blank: () => ({ items: [] }),
    dated: { unchanged: () => ({ put: [], gone: [] }), age: kept },
    async load(signal) {
      const newer = new Map<string, WorkflowRun>()
      touched = newer
      const query = { limit: mostRuns }
      const list = await client.get<RunList>('/api/v2/workflows', { query, signal })
      touched = undefined
      const before = runs
      runs = new Map([...list.runs.map((run) => [run.id, run] as const), ...newer])
      kept.replace([...runs])
      const gone = [...(before?.keys() ?? [])].filter((id) => runs?.has(id) !== true)
      return { put: [...runs.values()], gone }
    },
  })
  function put(run: WorkflowRun): void {
    touched?.set(run.id, run)
    if (runs !== undefined) {
      runs.set(run.id, run)
      kept.put([[run.id, run]])
    }
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
