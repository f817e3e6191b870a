import type { Jobs } from '../jobs/index.ts'
import type { Agent } from '../kit/agent.ts'
import type { Noun } from '../kit/noun.ts'
import type { Scheduler } from '../scheduler/index.ts'
import { usageRoutes } from './routes.ts'
import { createSampler } from './sampler.ts'
import { createUsageStore, type PastRun } from './store.ts'

export type { PastRun } from './store.ts'

/** What other nouns may ask of what jobs used. */
export interface JobUsages {
  /** The user's last runs of a template that ended well, newest first. */
  past(user: string, templateId: string, limit: number): Promise<PastRun[]>
}

/** What jobs use: measured seldom while they run, oftener while somebody looks, and once when they have ended. */
export function createUsage(
  agent: Agent,
  parts: { jobs: Jobs; scheduler: Scheduler },
): JobUsages & Noun & Required<Pick<Noun, 'start' | 'close'>> {
  const store = createUsageStore(agent.db)
  const sampler = createSampler(agent, store, parts)
  return {
    past: (user, templateId, limit) => store.past(user, templateId, limit),
    routes: usageRoutes(parts.jobs, sampler),
    start: () => sampler.start(),
    close: () => sampler.close(),
  }
}
