import type { Agent } from '../kit/agent.ts'
import type { Noun } from '../kit/noun.ts'
import type { Jobs } from '../jobs/index.ts'
import { logRoutes } from './routes.ts'

/** What jobs write as text, from any place in it on, and as it grows. */
export const createLogs = (agent: Agent, parts: { jobs: Jobs }): Noun => ({ routes: logRoutes(agent, parts.jobs) })
