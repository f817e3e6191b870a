import type { Agent } from '../kit/agent.ts'
import type { Noun } from '../kit/noun.ts'
import type { Jobs } from '../jobs/index.ts'
import { resultRoutes } from './routes.ts'

/** What jobs leave behind: their files, and the figures their templates read from them. */
export const createResults = (agent: Agent, parts: { jobs: Jobs }): Noun => ({
  routes: resultRoutes(agent, parts.jobs),
})
