import type { DesktopList } from '../../../contract/agent/desktops.ts'
import type { Snapshot, StreamEvent } from '../../../contract/app.ts'
import { desktopHasEnded, type Desktop } from '../../../contract/desktops.ts'
import {
  createLive,
  refreshedWhileWatched,
  type AgentClient,
  type AgentLink,
  type Live,
} from '../agent-client/index.ts'
import type { LastKnown } from '../kit/last-known.ts'
import { desktopsPath } from './routes.ts'

type All = Snapshot<'desktops', 'all'>
type Change = StreamEvent<'desktops', 'all'>

/** The agent tells owners of their own; an admin sees everybody's, and has to ask for those. */
const usualEveryMs = 15_000
const kind = 'desktop'

/** The desktops at one site that its user sees, kept up to date by the agent's events and known again after a restart. */
export interface DesktopsOfSite extends Live<All, Change> {
  get(id: string): Desktop | undefined
  /** A desktop as an answer has just told it. */
  put(desktop: Desktop): void
}

interface Kept {
  /** Who saw it. */
  user: string
  desktop: Desktop
}

export function createDesktopList(parts: {
  site: string
  userOf: () => string | undefined
  client: AgentClient
  link: AgentLink
  lastKnown: LastKnown
  /** These are over, or there no more. */
  onGone: (ids: readonly string[]) => void
  /** Milliseconds between questions for what is others'. */
  othersEveryMs?: number
}): DesktopsOfSite {
  const { site, userOf, client, link, lastKnown, onGone, othersEveryMs = usualEveryMs } = parts
  const desktops = new Map<string, Desktop>()
  let owner = userOf()
  for (const { user, desktop } of lastKnown.list(site, kind) as Kept[])
    if (user === owner) desktops.set(desktop.id, desktop)
  let loaded = false
  /** Told while a list was on its way: newer than the list. */
  let touched: Set<string> | undefined

  const keep = (items: readonly Desktop[]): void => {
    const user = owner
    if (user === undefined || items.length === 0) return
    lastKnown.put(
      site,
      kind,
      items.map((desktop) => [desktop.id, { user, desktop } satisfies Kept]),
    )
  }
  function remove(ids: readonly string[]): void {
    for (const id of ids) desktops.delete(id)
    if (ids.length > 0) lastKnown.remove(site, kind, ids)
  }
  /** Takes over what is new; gives it. */
  function take(items: readonly Desktop[]): Desktop[] {
    const changed = items.filter((item) => JSON.stringify(desktops.get(item.id)) !== JSON.stringify(item))
    for (const desktop of changed) desktops.set(desktop.id, desktop)
    keep(changed)
    const ended = changed.filter(desktopHasEnded).map(({ id }) => id)
    if (ended.length > 0) onGone(ended)
    return changed
  }
  /** What one user saw is nothing for the next. */
  function handOver(): string[] {
    const user = userOf()
    if (user === owner) return []
    const gone = [...desktops.keys()]
    remove(gone)
    owner = user
    loaded = false
    return gone
  }
  function put(desktop: Desktop): void {
    const gone = handOver()
    touched?.add(desktop.id)
    const changed = take([desktop])
    if (gone.length + changed.length > 0) live.tell({ put: changed, gone })
  }

  const live = createLive<All, Change>({
    link,
    known: () => (userOf() === owner && (loaded || desktops.size > 0) ? { items: [...desktops.values()] } : undefined),
    async load(signal) {
      const gone = handOver()
      const told = new Set<string>()
      touched = told
      const list = await client.get<DesktopList>(desktopsPath, { signal })
      // Asked in another's name.
      if (userOf() !== owner) return { put: [], gone: [...gone, ...handOver()] }
      touched = undefined
      const there = new Set(list.desktops.map(({ id }) => id))
      const changed = take(list.desktops.filter(({ id }) => !told.has(id)))
      const missing = [...desktops.keys()].filter((id) => !there.has(id) && !told.has(id))
      remove(missing)
      if (missing.length > 0) onGone(missing)
      loaded = true
      gone.push(...missing)
      const isGone = gone.filter((id) => !desktops.has(id))
      return changed.length + isGone.length === 0 ? undefined : { put: changed, gone: isGone }
    },
  })
  const end = link.onEvent((event) => {
    if (event.type === 'desktop_update') put(event.data)
  })
  const seesOthers = (): boolean => [...desktops.values()].some(({ user }) => user !== owner)
  const watched = {
    ...link,
    get ready() {
      return link.ready && seesOthers()
    },
  }
  return {
    ...refreshedWhileWatched(
      {
        ...live,
        close() {
          end()
          live.close()
        },
      },
      watched,
      othersEveryMs,
    ),
    get: (id) => (userOf() === owner ? desktops.get(id) : undefined),
    put,
  }
}
