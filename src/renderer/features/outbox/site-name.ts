import { useCallback } from 'react'
import type { OutboxEntry } from '../../../../contract/outbox.ts'
import { useSites } from '../sites/store.ts'

/** What the site of an entry is called now, and as it was where it is gone. */
export function useSiteName(): (entry: Pick<OutboxEntry, 'site' | 'siteName'>) => string {
  const sites = useSites()
  return useCallback(({ site, siteName }) => sites?.get(site)?.name ?? siteName, [sites])
}
