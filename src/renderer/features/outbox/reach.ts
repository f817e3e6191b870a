import type { ConnectionState } from '../../../../contract/sites.ts'
import { sitesStore } from '../sites/store.ts'

/** States in which nothing that is asked of a site gets an answer soon. While it is first being reached, trying is faster. */
const away: ReadonlySet<ConnectionState> = new Set<ConnectionState>([
  'reconnecting',
  'offline',
  'signed-out',
  'needs-you',
])

/** Whether what is asked of a site now goes into the outbox. */
export function useAway(site: string): boolean {
  return sitesStore.use(({ sites }) => {
    const state = sites?.get(site)?.connection.state
    return state !== undefined && away.has(state)
  })
}
