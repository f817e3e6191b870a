import type { Jobs } from '../jobs/index.ts'
import type { Agent } from '../kit/agent.ts'
import type { Noun } from '../kit/noun.ts'
import type { Templates } from '../templates/index.ts'
import type { Uploads } from '../uploads/index.ts'
import { workflowRoutes } from './routes.ts'
import { createRuns } from './runs.ts'
import { createStore } from './store.ts'

/** Templates with steps, executed: each step a job, in the order that their files ask for. Starts after jobs. */
export function createWorkflows(
  agent: Agent,
  parts: { jobs: Jobs; templates: Templates; uploads: Uploads },
): Noun & Required<Pick<Noun, 'start' | 'close'>> {
  const store = createStore(agent.db)
  const runs = createRuns(agent, store, parts)
  return {
    routes: workflowRoutes(agent, store, runs),
    start: () => runs.start(),
    close: () => runs.close(),
  }
}
