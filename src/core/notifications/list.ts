import type { NotificationList } from '../../../contract/agent/notifications.ts'
import type { Snapshot, StreamEvent } from '../../../contract/app.ts'
import type { Notification } from '../../../contract/notifications.ts'
import { createLive, type Live } from '../agent-client/index.ts'
import type { SiteUser } from '../sites/index.ts'
import type { Marks, Seen } from './seen.ts'

/** Of a longer history, the newest. */
const maxItems = 100
const pageSize = 200

/** What a user of one site was told, fetched since the last that is known and followed by the agent's events. */
export interface NotificationsOfSite extends Live<
  Snapshot<'notifications', 'all'>,
  StreamEvent<'notifications', 'all'>
> {
  read(upTo: number): void
  /** The mark as it was; it never goes back. */
  claim(upTo: number): number
}

export function createNotificationList(parts: SiteUser & { seen: Seen }): NotificationsOfSite {
  const { site, user, client, link, known, seen } = parts
  const kept = known.list('notification')
  const items = new Map((kept.all() as Notification[]).map((item) => [item.id, item]))
  let loaded = false

  const newest = (): number => Math.max(0, ...items.keys())
  const marks = (): Marks => seen.of(site, user) ?? { claimed: 0, read: 0 }
  const mark = (next: Marks): void => seen.set(site, user, next)

  /** Takes over what is new; gives it with what had to go for it. */
  function take(fresh: readonly Notification[]): { put: Notification[]; gone: number[] } {
    const put = fresh.filter(({ id }) => !items.has(id))
    for (const item of put) items.set(item.id, item)
    const gone = [...items.keys()].sort((a, b) => b - a).slice(maxItems)
    for (const id of gone) items.delete(id)
    const staying = put.filter(({ id }) => items.has(id))
    if (staying.length > 0) kept.put(staying.map((item) => [String(item.id), item]))
    if (gone.length > 0) kept.remove(gone.map(String))
    return { put: staying, gone }
  }
  function clear(): number[] {
    const gone = [...items.keys()]
    items.clear()
    kept.remove(gone.map(String))
    return gone
  }

  const fetch = (signal: AbortSignal, after: number | undefined): Promise<NotificationList> =>
    client.get<NotificationList>('/api/v2/notifications', {
      query: { limit: after === undefined ? maxItems : pageSize, after },
      signal,
    })

  const live = createLive<Snapshot<'notifications', 'all'>, StreamEvent<'notifications', 'all'>>({
    link,
    known: () => (loaded || items.size > 0 ? { items: [...items.values()], readUpTo: marks().read } : undefined),
    blank: () => ({ items: [], readUpTo: 0 }),
    async load(signal) {
      const gone: number[] = []
      const put: Notification[] = []
      let page = await fetch(signal, items.size === 0 ? undefined : newest())
      if (page.latest < newest()) {
        // The agent was begun anew, and with it its ids.
        gone.push(...clear())
        mark({ claimed: page.latest, read: page.latest })
        page = await fetch(signal, undefined)
      }
      // What was told before this machine knew the site is old news.
      if (seen.of(site, user) === undefined) mark({ claimed: page.latest, read: page.latest })
      for (;;) {
        const taken = take(page.notifications)
        put.push(...taken.put)
        gone.push(...taken.gone)
        const last = page.notifications.at(-1)?.id
        if (!page.more || items.size === 0 || last === undefined || last >= page.latest) break
        page = await fetch(signal, last)
      }
      loaded = true
      const there = put.filter(({ id }) => items.has(id))
      return put.length + gone.length === 0 ? undefined : { put: there, gone, readUpTo: marks().read }
    },
  })
  const end = link.onEvent((event) => {
    // What comes before the first load is in it.
    if (event.type !== 'notification' || !loaded) return
    const taken = take([event.data])
    if (taken.put.length > 0) live.tell({ ...taken, readUpTo: marks().read })
  })
  return {
    ...live,
    read(upTo) {
      const before = marks()
      if (upTo <= before.read) return
      mark({ claimed: Math.max(before.claimed, upTo), read: upTo })
      live.tell({ put: [], gone: [], readUpTo: upTo })
    },
    claim(upTo) {
      const before = marks()
      if (upTo > before.claimed) mark({ ...before, claimed: upTo })
      return before.claimed
    },
    close() {
      end()
      live.close()
    },
  }
}
