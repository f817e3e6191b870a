import type { DesktopList } from '../../../contract/agent/desktops.ts'
import type { Snapshot, StreamEvent } from '../../../contract/app.ts'
import { desktopHasEnded, type Desktop } from '../../../contract/desktops.ts'
import { createLive, refreshedWhileWatched, type Live } from '../agent-client/index.ts'
import type { SiteUser } from '../sites/index.ts'
import { desktopsPath } from './routes.ts'

type All = Snapshot<'desktops', 'all'>
type Change = StreamEvent<'desktops', 'all'>

/** The agent tells owners of their own; an admin sees everybody's, and has to ask for those. */
const usualEveryMs = 15_000

/** The desktops at one site that a user sees, kept up to date by the agent's events and known again after a restart. */
export interface DesktopsOfSite extends Live<All, Change> {
  get(id: string): Desktop | undefined
  /** A desktop as an answer has just told it. */
  put(desktop: Desktop): void
}

export function createDesktopList(
  parts: Omit<SiteUser, 'site'> & {
    /** These are over, or there no more. */
    onGone: (ids: readonly string[]) => void
    /** Milliseconds between questions for what is others'. */
    othersEveryMs?: number
  },
): DesktopsOfSite {
  const { user: owner, client, link, known, onGone, othersEveryMs = usualEveryMs } = parts
  const kept = known.list('desktop')
  const desktops = new Map((kept.all() as Desktop[]).map((desktop) => [desktop.id, desktop]))
  let loaded = kept.asOf !== undefined
  /** Told while a list was on its way: newer than the list. */
  let touched: Set<string> | undefined

  /** Takes over what is new; gives it. */
  function take(items: readonly Desktop[]): Desktop[] {
    const changed = items.filter((item) => JSON.stringify(desktops.get(item.id)) !== JSON.stringify(item))
    for (const desktop of changed) desktops.set(desktop.id, desktop)
    if (changed.length > 0) kept.put(changed.map((desktop) => [desktop.id, desktop]))
    const ended = changed.filter(desktopHasEnded).map(({ id }) => id)
    if (ended.length > 0) onGone(ended)
    return changed
  }
  function put(desktop: Desktop): void {
    touched?.add(desktop.id)
    const changed = take([desktop])
    if (changed.length > 0) live.tell({ put: changed, gone: [] })
  }

  const live = createLive<All, Change>({
    link,
    known: () => (loaded ? { items: [...desktops.values()] } : undefined),
    blank: () => ({ items: [] }),
    dated: { unchanged: () => ({ put: [], gone: [] }), age: kept },
    async load(signal) {
      const told = new Set<string>()
      touched = told
      const list = await client.get<DesktopList>(desktopsPath, { signal })
      touched = undefined
      const there = new Set(list.desktops.map(({ id }) => id))
      const changed = take(list.desktops.filter(({ id }) => !told.has(id)))
      const gone = [...desktops.keys()].filter((id) => !there.has(id) && !told.has(id))
      for (const id of gone) desktops.delete(id)
      if (gone.length > 0) {
        kept.remove(gone)
        onGone(gone)
      }
      loaded = true
      return changed.length + gone.length === 0 ? undefined : { put: changed, gone }
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
    get: (id) => desktops.get(id),
    put,
  }
}
