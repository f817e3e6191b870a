import type { Jobs } from '../jobs/index.ts'
import type { Agent } from '../kit/agent.ts'
import type { Noun } from '../kit/noun.ts'
import { followJobs } from './follow.ts'
import type { Notice, Notifications } from './notice.ts'
import { notificationRoutes } from './routes.ts'
import { createNotificationStore } from './store.ts'

export type { Notifications } from './notice.ts'

/** What users are told of their jobs. Closed after the nouns that tell. */
export function createNotifications(
  agent: Agent,
  { jobs }: { jobs: Jobs },
): Notifications & Noun & Required<Pick<Noun, 'start' | 'close'>> {
  const { db, hub, log, now } = agent
  const store = createNotificationStore(db)
  // One after the other: ids grow in the order in which things happened.
  let telling = Promise.resolve()

  async function tell(user: string, { key, ...notice }: Notice): Promise<void> {
    const { kinds, muted } = await store.choices(user)
    if (!kinds[notice.kind] || muted.includes(notice.job.id)) return
    const told = await store.add(user, key, { ...notice, at: now().toISOString() })
    if (told === undefined) return
    hub.publish('notifications', { type: 'notification', data: told, timestamp: told.at }, { user })
  }

  const notifications: Notifications = {
    notify(user, notice) {
      telling = telling
        .then(() => tell(user, notice))
        .catch((error: unknown) => log.error({ err: error, user }, 'a notification could not be stored'))
      return telling
    },
  }
  const follow = followJobs(agent, { jobs, notifications })
  return {
    ...notifications,
    routes: notificationRoutes({ store, jobs }),
    start: async () => follow.start(),
    async close() {
      await follow.close()
      await telling
    },
  }
}
