import type { SchedulerStatus } from '../../../contract/scheduler.ts'
import { createLive, type Live } from '../agent-client/index.ts'
import type { SiteUser } from '../sites/index.ts'

/**
 * What runs the jobs at one site; the agent tells of every change by itself. It is the same for all users: whoever comes
 * next is told once it is asked for in their name.
 */
export function createScheduler({
  client,
  link,
  known,
}: Pick<SiteUser, 'client' | 'link' | 'known'>): Live<SchedulerStatus, SchedulerStatus> {
  const kept = known.list('scheduler')
  let [status] = (kept.asOf === undefined ? [] : kept.all()) as [SchedulerStatus?]
  function keep(next: SchedulerStatus): SchedulerStatus {
    status = next
    kept.put([['', next]])
    return next
  }
  const live = createLive<SchedulerStatus, SchedulerStatus>({
    link,
    known: () => status,
    dated: { unchanged: () => status, age: kept },
    load: async (signal) => keep(await client.get<SchedulerStatus>('/api/v2/scheduler', { signal })),
  })
  const end = link.onEvent((event) => {
    if (event.type === 'scheduler') live.tell(keep(event.data))
  })
  return {
    ...live,
    close() {
      end()
      live.close()
    },
  }
}
