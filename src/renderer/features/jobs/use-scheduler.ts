import { useEffect, useState } from 'react'
import type { SchedulerStatus } from '../../../../contract/scheduler.ts'
import { useServices } from '../../app/services.tsx'

/** What runs the jobs of a site, and of when what it tells is; undefined until it is known. */
export function useScheduler(site: string): SchedulerStatus | undefined {
  const { client } = useServices()
  const [told, setTold] = useState<{ site: string; status: SchedulerStatus }>()
  useEffect(() => {
    const put = (status: SchedulerStatus) => setTold({ site, status })
    return client.subscribe('nodes', 'scheduler', { site }, { snapshot: put, event: put })
  }, [client, site])
  return told?.site === site ? told.status : undefined
}
