import type { Agent } from '../kit/agent.ts'
import type { Noun } from '../kit/noun.ts'
import type { Jobs } from '../jobs/index.ts'
import { convergenceRoutes } from './routes.ts'

/** How a solver gets on, read from what it writes. */
export const createConvergence = (agent: Agent, parts: { jobs: Jobs }): Noun => ({
  routes: convergenceRoutes(agent, parts.jobs),
})
