import type { Duplex } from 'node:stream'
import type { SitesFeature } from '../sites/index.ts'

/** The streams of viewers, which end with the sign-in that they were opened by, and with their site. */
export interface Viewers {
  add(site: string, stream: Duplex): void
  close(): void
}

export function createViewers(sites: SitesFeature): Viewers {
  const open = new Map<Duplex, { site: string; user: string | undefined }>()
  function end(which: (of: { site: string; user: string | undefined }) => boolean): void {
    for (const [stream, of] of open) if (which(of)) stream.destroy()
  }
  const ends = [
    // A site whose address changes is gone for a moment.
    sites.agents.onSites((ids) => end(({ site }) => !ids.includes(site))),
    sites.onChange((id, site) => {
      const isOut = site === undefined || site.connection.state === 'signed-out'
      const user = isOut ? undefined : sites.userOf(id)
      end((of) => of.site === id && (isOut || of.user !== user))
    }),
  ]
  return {
    add(site, stream) {
      open.set(stream, { site, user: sites.userOf(site) })
      stream.once('close', () => open.delete(stream))
    },
    close() {
      for (const off of ends) off()
      end(() => true)
    },
  }
}
