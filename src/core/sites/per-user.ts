import type { Site } from '../../../contract/sites.ts'
import type { StreamSink } from '../../rpc/types.ts'
import type { AgentClient, Live, LiveLink } from '../agent-client/index.ts'
import { appError } from '../kit/app-error.ts'
import type { Known, LastKnown } from '../kit/last-known.ts'
import type { SitesFeature } from './feature.ts'

/** A user of a site, as long as the site is theirs: what they saw last, and the way to what they see now. */
export interface SiteUser {
  site: string
  user: string
  known: Known
  client: Pick<AgentClient, 'get'>
  link: LiveLink
}

/** One live list per site and user; those who watch a site go on with the list of whoever comes next. */
interface PerUser<S, E, L> {
  /** Of the user whom the site has now. NOT_FOUND for an unknown site. */
  of(site: string): L
  subscribe(site: string, sink: StreamSink<S, E>): () => void
  close(): void
}

export interface PerUserParts {
  sites: Pick<SitesFeature, 'agents' | 'site' | 'userOf' | 'onChange'>
  lastKnown: LastKnown
}

interface Entry<S, E, L> {
  user: string
  /** Absent while the site is on a new way or gone. */
  live: L | undefined
  followers: Set<{ sink: StreamSink<S, E>; end: () => void }>
}

const downStates: readonly Site['connection']['state'][] = ['reconnecting', 'offline', 'needs-you', 'signed-out']

/** Whether the site is known to be out of reach: then nothing is waited for. */
export const isDown = (sites: Pick<SitesFeature, 'site'>, site: string): boolean =>
  downStates.includes(sites.site(site).connection.state)

/** Whose the site is now; before the first sign-in it is nobody's. */
export const ownerOf = (sites: Pick<SitesFeature, 'userOf'>, site: string): string => sites.userOf(site) ?? ''

/** What was asked for in the name of another user than the site has now. */
export const ofAnother = () => appError('CANCELLED', {}, 'Another user has signed in meanwhile.')

export function createPerUser<S extends object, E extends object, L extends Live<S, E>>(
  { sites, lastKnown }: PerUserParts,
  make: (user: SiteUser) => L & Live<S, E>,
): PerUser<S, E, L> {
  const { agents } = sites
  const entries = new Map<string, Entry<S, E, L>>()

  function userAt(site: string, user: string): SiteUser {
    const link = agents.link(site)
    const client = agents.client(site)
    const isTheirs = (): boolean => ownerOf(sites, site) === user
    return {
      site,
      user,
      known: lastKnown.of(site, user),
      client: {
        async get<T>(...request: Parameters<AgentClient['get']>) {
          const answer = await client.get<T>(...request)
          if (!isTheirs()) throw ofAnother()
          return answer
        },
      },
      link: {
        onEvent: (listener) =>
          link.onEvent((event) => {
            if (isTheirs()) listener(event)
          }),
        onReady: (listener) => link.onReady(listener),
        get ready() {
          return link.ready
        },
        get heardAt() {
          return link.heardAt
        },
        get down() {
          return isDown(sites, site)
        },
      },
    }
  }
  /** What a list tells as long as it is the one of the site's user. */
  function whileCurrent(site: string, live: L, sink: StreamSink<S, E>): StreamSink<S, E> {
    const tells = (): boolean => {
      const entry = entries.get(site)
      return entry?.live === live && ownerOf(sites, site) === entry.user
    }
    return {
      snapshot(state) {
        if (tells()) sink.snapshot(state)
      },
      event(event) {
        if (tells()) sink.event(event)
      },
      fail(error) {
        if (tells()) sink.fail(error)
      },
    }
  }
  /** The entry of a site, with the list of the user whom it has now. */
  function current(site: string): Entry<S, E, L> & { live: L } {
    const user = ownerOf(sites, site)
    const before = entries.get(site)
    if (before?.live !== undefined && before.user === user) return { ...before, live: before.live }
    const live = make(userAt(site, user))
    const followers = before?.followers ?? new Set()
    const entry = { user, live, followers }
    entries.set(site, entry)
    before?.live?.close()
    for (const follower of followers) {
      follower.end()
      follower.end = live.subscribe(whileCurrent(site, live, follower.sink), true)
    }
    return entry
  }

  const endChanges = sites.onChange((id, site) => {
    const entry = entries.get(id)
    if (site === undefined || entry === undefined || entry.user === ownerOf(sites, id)) return
    if (entry.followers.size > 0) current(id)
    else {
      entry.live?.close()
      entries.delete(id)
    }
  })
  const endSites = agents.onSites((there) => {
    for (const [site, entry] of entries) {
      if (there.includes(site)) {
        current(site)
        continue
      }
      // A site that gets another address comes back; its windows go on then.
      entry.live?.close()
      entry.live = undefined
      if (entry.followers.size === 0) entries.delete(site)
    }
  })

  return {
    of: (site) => current(site).live,
    subscribe(site, sink) {
      const { live, followers } = current(site)
      const follower = { sink, end: live.subscribe(whileCurrent(site, live, sink)) }
      followers.add(follower)
      return () => {
        followers.delete(follower)
        follower.end()
      }
    },
    close() {
      endChanges()
      endSites()
      for (const { live } of entries.values()) live?.close()
      entries.clear()
    },
  }
}
