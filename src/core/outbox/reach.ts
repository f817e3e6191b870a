import { backOff, type BackOffLimits } from '../kit/back-off.ts'
import type { SitesFeature } from '../sites/index.ts'
import type { OutboxRecord } from './record.ts'

/** Which sites can be sent to. A site whose event connection does not stand is tried all the same, after pauses. */
export interface Reach {
  known(site: string): boolean
  /** Its event connection stands. */
  ready(site: string): boolean
  /** Its connection stands, or the last try was answered. */
  sure(site: string): boolean
  of(record: Pick<OutboxRecord, 'site' | 'user'>): { signedIn: boolean; reachable: boolean; until?: number }
  /** Takes over what the connections have become. */
  follow(): void
  answered(site: string): void
  lost(site: string): void
}

export function createReach(
  sites: Pick<SitesFeature, 'site' | 'agents'>,
  limits: BackOffLimits,
  now: () => number,
): Reach {
  const tries = new Map<string, { ready: boolean; attempt: number; at: number }>()
  const triesOf = (site: string) => {
    const known = tries.get(site)
    if (known !== undefined) return known
    const fresh = { ready: false, attempt: 0, at: 0 }
    tries.set(site, fresh)
    return fresh
  }
  function shown(site: string) {
    try {
      return sites.site(site)
    } catch {
      return undefined
    }
  }
  const ready = (site: string): boolean => shown(site) !== undefined && sites.agents.link(site).ready
  function lost(site: string): void {
    const tried = triesOf(site)
    tried.attempt += 1
    tried.at = now() + backOff(tried.attempt, limits)
  }
  return {
    known: (site) => shown(site) !== undefined,
    ready,
    sure: (site) => ready(site) || triesOf(site).attempt === 0,
    of({ site, user }) {
      const found = shown(site)
      if (found === undefined) return { signedIn: false, reachable: false }
      const { state } = found.connection
      const there = state !== 'signed-out' && state !== 'needs-you'
      const signedIn = there && (user === undefined || found.user?.username === user)
      const { at } = triesOf(site)
      return at <= now() ? { signedIn, reachable: true } : { signedIn, reachable: false, until: at }
    },
    follow() {
      for (const [site, tried] of tries) {
        const stands = ready(site)
        if (stands === tried.ready) continue
        tried.ready = stands
        if (stands) Object.assign(tried, { attempt: 0, at: 0 })
        else lost(site)
      }
    },
    answered: (site) => void Object.assign(triesOf(site), { attempt: 0, at: 0 }),
    lost,
  }
}
