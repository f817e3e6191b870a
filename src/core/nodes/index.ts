import type { FeatureHandlers } from '../../rpc/types.ts'
import { createPerUser, type PerUserParts } from '../sites/index.ts'
import { createScheduler } from './scheduler.ts'
import { createNodesStatus } from './status.ts'

/** The clusters' nodes, and what runs the jobs there. */
export function createNodes(parts: PerUserParts): { handlers: FeatureHandlers<'nodes'>; close(): void } {
  const nodes = createPerUser(parts, createNodesStatus)
  const schedulers = createPerUser(parts, createScheduler)
  return {
    close() {
      nodes.close()
      schedulers.close()
    },
    handlers: {
      methods: {},
      streams: {
        status: ({ site }, sink) => nodes.subscribe(site, sink),
        scheduler: ({ site }, sink) => schedulers.subscribe(site, sink),
      },
    },
  }
}
