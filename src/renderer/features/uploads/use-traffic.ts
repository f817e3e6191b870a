import { useEffect, useState } from 'react'
import type { Traffic } from '../../../../contract/uploads.ts'
import { useServices } from '../../app/services.tsx'
import { joined } from './traffic-data.ts'

/** How the way to a site is used, each second anew while the component is shown; undefined until it is known. */
export function useTraffic(site: string): Traffic | undefined {
  const { client } = useServices()
  const [known, setKnown] = useState<{ site: string; traffic: Traffic }>()
  useEffect(
    () =>
      client.subscribe(
        'uploads',
        'traffic',
        { site },
        {
          snapshot: (traffic) => setKnown({ site, traffic }),
          event: (news) =>
            setKnown((before) => ({ site, traffic: joined(before?.site === site ? before.traffic : undefined, news) })),
        },
      ),
    [client, site],
  )
  return known?.site === site ? known.traffic : undefined
}
