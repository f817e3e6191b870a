import type { Agents } from '../agent-client/index.ts'

/** One thing per site, made when it is first asked for and closed with its site. */
export interface PerSite<T> {
  /** NOT_FOUND for an unknown site. */
  of(site: string): T
  close(): void
}

export function createPerSite<T extends { close(): void }>(agents: Agents, make: (site: string) => T): PerSite<T> {
  const made = new Map<string, T>()
  const drop = (site: string, thing: T): void => {
    made.delete(site)
    thing.close()
  }
  const end = agents.onSites((sites) => {
    for (const [site, thing] of made) if (!sites.includes(site)) drop(site, thing)
  })
  return {
    of(site) {
      const known = made.get(site)
      if (known !== undefined) return known
      const thing = make(site)
      made.set(site, thing)
      return thing
    },
    close() {
      end()
      for (const [site, thing] of made) drop(site, thing)
    },
  }
}
