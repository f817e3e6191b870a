import { useEffect, useState } from 'react'
import type { Snapshot } from '../../../../contract/app.ts'
import { useServices } from '../../app/services.tsx'

type Scheduler = Snapshot<'nodes', 'scheduler'>

/** What runs the jobs of a site, and of when what it tells is; undefined until it is known. */
export function useScheduler(site: string): Scheduler | undefined {
  const { client } = useServices()
  const [told, setTold] = useState<{ site: string; status: Scheduler }>()
  useEffect(() => {
    const put = (status: Scheduler) => setTold({ site, status })
    return client.subscribe('nodes', 'scheduler', { site }, { snapshot: put, event: put })
  }, [client, site])
  return told?.site === site ? told.status : undefined
}
