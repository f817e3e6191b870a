import type { Agent } from '../kit/agent.ts'
import type { Noun } from '../kit/noun.ts'
import type { Jobs } from '../jobs/index.ts'
import { createGrowingFiles } from './growing.ts'
import { logRoutes } from './routes.ts'

/** What jobs write as text: listed, read at any place, followed as it grows, and searched. */
export function createLogs(agent: Agent, { jobs }: { jobs: Jobs }): Noun {
  const growing = createGrowingFiles(agent.files)
  agent.metrics.gauge('log_files_watched', 'Log files that somebody follows now', () => growing.size)
  return {
    routes: logRoutes(agent, jobs, growing),
    async start() {
      jobs.onChange(({ user, folder }) => growing.wake(user, folder))
    },
    async close() {
      growing.close()
    },
  }
}
