import type { SitesFeature } from './feature.ts'

/** A list that changes, as windows follow it. */
interface Followed<V> {
  list: () => V[]
  onChange: (listener: (put: V[], gone: string[]) => void) => () => void
}

/** The same list with what belongs to the users whom their sites have now: another sign-in sees nothing of it. */
export function onlyTheirs<V extends { id: string }>(
  all: Followed<V>,
  isTheirs: (id: string) => boolean,
  sites: Pick<SitesFeature, 'onChange' | 'userOf'>,
): Followed<V> {
  const list = (): V[] => all.list().filter(({ id }) => isTheirs(id))
  return {
    list,
    onChange(listener) {
      const users = new Map<string, string | undefined>()
      let shown = new Set(list().map(({ id }) => id))
      const ends = [
        all.onChange((changed, gone) => {
          const put = changed.filter(({ id }) => isTheirs(id))
          const lost = [...gone, ...changed.flatMap(({ id }) => (isTheirs(id) ? [] : [id]))].filter((id) =>
            shown.delete(id),
          )
          for (const { id } of put) shown.add(id)
          if (put.length + lost.length > 0) listener(put, lost)
        }),
        sites.onChange((site) => {
          // Sites tell of every round trip.
          const user = userOf(sites, site)
          if (users.has(site) && users.get(site) === user) return
          users.set(site, user)
          const now = list()
          const put = now.filter(({ id }) => !shown.has(id))
          const there = new Set(now.map(({ id }) => id))
          const gone = [...shown].filter((id) => !there.has(id))
          shown = there
          if (put.length + gone.length > 0) listener(put, gone)
        }),
      ]
      return () => ends.forEach((end) => end())
    },
  }
}

/** Whether something belongs to the user whom its site has now; what no site or no user knows is everybody's. */
export function isOf(
  sites: Pick<SitesFeature, 'userOf'>,
  { site, user }: { site: string; user: string | undefined },
): boolean {
  const now = userOf(sites, site)
  return user === undefined || now === undefined || now === user
}

function userOf(sites: Pick<SitesFeature, 'userOf'>, site: string): string | undefined {
  try {
    return sites.userOf(site)
  } catch {
    return undefined
  }
}
