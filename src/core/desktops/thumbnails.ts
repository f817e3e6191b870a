import type { LastKnown } from '../kit/last-known.ts'

/** Small pictures of desktops as a site's user last saw them, on this machine alone. */
export interface Thumbnails {
  of(site: string, user: string): Record<string, string>
  keep(site: string, user: string, id: string, picture: string): void
  remove(site: string, user: string, ids: readonly string[]): void
}

interface Kept {
  id: string
  /** Milliseconds since 1970. */
  at: number
  picture: string
}

/** Of one user at one site; the oldest go first. */
const mostKept = 64

export function createThumbnails(lastKnown: LastKnown, now: () => number = () => Date.now()): Thumbnails {
  const listOf = (site: string, user: string) => lastKnown.of(site, user).list('thumbnail')
  const all = (site: string, user: string): Kept[] => listOf(site, user).all() as Kept[]
  return {
    of: (site, user) => Object.fromEntries(all(site, user).map(({ id, picture }) => [id, picture])),
    keep(site, user, id, picture) {
      listOf(site, user).put([[id, { id, at: now(), picture } satisfies Kept]])
      const oldest = all(site, user)
        .sort((a, b) => b.at - a.at)
        .slice(mostKept)
      if (oldest.length > 0)
        this.remove(
          site,
          user,
          oldest.map((kept) => kept.id),
        )
    },
    remove: (site, user, ids) => listOf(site, user).remove(ids),
  }
}
