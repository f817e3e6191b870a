import type { Jobs } from '../jobs/index.ts'
import type { Agent } from '../kit/agent.ts'
import type { Noun } from '../kit/noun.ts'
import type { Notifications } from '../notifications/index.ts'
import { convergenceRoutes } from './routes.ts'
import { createConvergenceStore } from './store.ts'
import { createWatches } from './watches.ts'

/** How a solver gets on, read from what it writes (docs/adr/0015). Starts after jobs, whose files it reads. */
export function createConvergence(
  agent: Agent,
  { jobs, notifications }: { jobs: Jobs; notifications: Notifications },
): Noun & Required<Pick<Noun, 'start' | 'close'>> {
  const watches = createWatches(agent, { jobs, notifications, store: createConvergenceStore(agent.db) })
  return {
    routes: convergenceRoutes(jobs, watches),
    start: () => watches.start(),
    close: () => watches.close(),
  }
}
