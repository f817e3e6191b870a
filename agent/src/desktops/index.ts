import type { Jobs } from '../jobs/index.ts'
import type { Agent } from '../kit/agent.ts'
import type { Noun } from '../kit/noun.ts'
import type { Templates } from '../templates/index.ts'
import type { Upgrades } from '../ws/index.ts'
import { createEnding } from './ending.ts'
import { createSessionFiles } from './files.ts'
import { createFollower, type Follower } from './follow.ts'
import { createRelay } from './relay.ts'
import { desktopRoutes } from './routes.ts'
import { createDesktopService } from './service.ts'
import { createStore } from './store.ts'

export { createDesktopJobs } from './script.ts'

/** Desktops: VNC sessions that run as jobs, made from templates with `desktop`. Starts after jobs, whose states they follow. */
export function createDesktops(
  agent: Agent,
  parts: {
    jobs: Jobs
    templates: Templates
    upgrades: Upgrades
    /** The account that a user's jobs run as. */
    uidOf: (user: string) => Promise<number>
  },
): Noun & Required<Pick<Noun, 'start' | 'close'>> {
  const { jobs, templates, upgrades, uidOf } = parts
  const store = createStore(agent.db)
  const files = createSessionFiles(agent)
  const onEnd: Parameters<typeof createEnding>[1]['onEnd'] = (job) => void tell(follower, job)
  const ending = createEnding(agent, { store, files, jobs, onEnd })
  const follower = createFollower(agent, { jobs, store, files, ending })
  const service = createDesktopService(agent, { jobs, templates, store, files, follower })
  upgrades.take(createRelay(agent, { service, follower, uidOf }))

  async function tell(to: Follower, job: Parameters<Follower['changed']>[0]): Promise<void> {
    await to.changed(job).catch((error: unknown) => {
      agent.log.warn({ err: error, desktop: job.id }, 'the end of a desktop could not be told')
    })
  }

  return {
    routes: desktopRoutes(agent, service),
    start: () => follower.start(),
    async close() {
      await follower.close()
      await ending.close()
    },
  }
}
