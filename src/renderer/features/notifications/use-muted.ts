import { useState } from 'react'
import type { NotificationChoices } from '../../../../contract/notifications.ts'
import { useQuery } from '../../app/use-query.ts'
import { useServices } from '../../app/services.tsx'

/** Whether a job is muted; asked only while somebody looks. Undefined until it is known. */
export function useMuted(
  site: string,
  job: string,
  asked: boolean,
): { muted: boolean | undefined; setMuted: (muted: boolean) => void } {
  const { client } = useServices()
  const [changed, setChanged] = useState<{ job: string; choices: NotificationChoices }>()
  const query = useQuery('notifications', 'choices', { site }, '', asked)
  const choices = changed?.job === job ? changed.choices : query.data
  return {
    muted: choices?.muted.includes(job),
    setMuted: (muted) => {
      client.call('notifications', 'mute', { site, job, muted }).then(
        (next) => setChanged({ job, choices: next }),
        // What stands there is asked for again.
        () => query.again(),
      )
    },
  }
}
