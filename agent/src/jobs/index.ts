import type { Agent } from '../kit/agent.ts'
import type { Noun } from '../kit/noun.ts'
import type { Scheduler } from '../scheduler/index.ts'
import type { Templates } from '../templates/index.ts'
import type { Uploads } from '../uploads/index.ts'
import { createHistory } from './history.ts'
import { jobRoutes } from './routes.ts'
import { createJobService } from './service.ts'

/** What other nouns may ask of jobs. */
export interface Jobs {
  /** Of everybody, now. */
  counts(): Promise<{ pending: number; running: number }>
}

/** Submissions and what became of them. Starts after the scheduler, whose jobs it follows. */
export function createJobs(
  agent: Agent,
  parts: { uploads: Uploads; templates: Templates; scheduler: Scheduler },
): Jobs & Noun & Required<Pick<Noun, 'start' | 'close'>> {
  const history = createHistory(agent.db)
  const service = createJobService(agent, history, parts)
  return {
    async counts() {
      const alive = await history.alive()
      const pending = alive.filter(({ state }) => state === 'pending').length
      return { pending, running: alive.length - pending }
    },
    routes: jobRoutes({ agent, history, service }),
    start: () => service.start(),
    close: () => service.close(),
  }
}
