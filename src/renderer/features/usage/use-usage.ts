import { useEffect, useState } from 'react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { JobUsage } from '../../../../contract/usage.ts'
import { useServices } from '../../app/services.tsx'

/** What a job uses, kept up to date while the component is shown; nothing is asked while `enabled` is false. */
export function useUsage(site: string, id: string, enabled: boolean): { usage?: JobUsage; error?: AppErrorValue } {
  const { client } = useServices()
  const [told, setTold] = useState<{ of: string; usage?: JobUsage; error?: AppErrorValue }>()
  const key = `${site} ${id}`
  useEffect(() => {
    if (!enabled) return undefined
    const show = (usage: JobUsage) => setTold({ of: key, usage })
    return client.subscribe(
      'usage',
      'of',
      { site, id },
      { snapshot: show, event: show, error: (error) => setTold({ of: key, error }) },
    )
  }, [client, site, id, key, enabled])
  return told?.of === key ? told : {}
}
