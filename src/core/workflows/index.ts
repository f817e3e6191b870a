import type { RunAnswer } from '../../../contract/agent/workflows.ts'
import type { FeatureHandlers } from '../../rpc/types.ts'
import { createPerUser, type PerUserParts } from '../sites/index.ts'
import { createRuns } from './runs.ts'

/** Runs of workflows at all sites, and what may be done with them. They begin as submissions do: see jobs. */
export function createWorkflows(parts: PerUserParts): {
  handlers: FeatureHandlers<'workflows'>
  close(): void
} {
  const { agents } = parts.sites
  const runs = createPerUser(parts, createRuns)

  async function act(site: string, id: string, verb: 'cancel' | 'restart', json: object, signal: AbortSignal) {
    // Of the user who asks, whoever it is once the answer comes.
    const list = runs.of(site)
    const path = `/api/v2/workflows/${encodeURIComponent(id)}/${verb}`
    const { run } = await agents.client(site).post<RunAnswer>(path, { json, signal })
    list.put(run)
    return run
  }

  return {
    close: () => runs.close(),
    handlers: {
      methods: {
        cancel: ({ site, id }, { signal }) => act(site, id, 'cancel', {}, signal),
        restart: ({ site, id, from }, { signal }) =>
          act(site, id, 'restart', from === undefined ? {} : { from }, signal),
      },
      streams: { all: ({ site }, sink) => runs.subscribe(site, sink) },
    },
  }
}
