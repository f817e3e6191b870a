import { useEffect } from 'react'
import { createStore } from 'zustand'
import type { Notification } from '../../../../contract/notifications.ts'
import { featureStore, useServices } from '../../app/services.tsx'

/** What one site has told, the newest first. */
export interface SiteNotifications {
  items: readonly Notification[]
  /** Those with a greater id are unread. */
  readUpTo: number
}

interface NotificationsState {
  sites: ReadonlyMap<string, SiteNotifications>
  watch: (site: string) => () => void
  readAll: (site: string) => void
}

export const nothingTold: SiteNotifications = { items: [], readUpTo: 0 }
export const newestId = ({ items }: SiteNotifications): number => items[0]?.id ?? 0

/** What is worth reading: that a job has started is no news once more is told of it, nor its limit once it has ended. Takes and gives the newest first. */
export function worthTelling(items: readonly Notification[]): Notification[] {
  const later = new Set<string>()
  const ended = new Set<string>()
  return items.filter(({ kind, job }) => {
    const old = (kind === 'started' && later.has(job.id)) || (kind === 'time-low' && ended.has(job.id))
    later.add(job.id)
    if (kind === 'finished' || kind === 'failed') ended.add(job.id)
    return !old
  })
}
export const unreadOf = ({ items, readUpTo }: SiteNotifications): Notification[] =>
  worthTelling(items).filter(({ id }) => id > readUpTo)

/** Takes over a change of the list. */
export function applyTold(
  before: SiteNotifications,
  change: { put: readonly Notification[]; gone: readonly number[]; readUpTo: number },
): SiteNotifications {
  const items = new Map(before.items.map((item) => [item.id, item]))
  for (const id of change.gone) items.delete(id)
  for (const item of change.put) items.set(item.id, item)
  return { items: [...items.values()].sort((a, b) => b.id - a.id), readUpTo: change.readUpTo }
}

export const notificationsStore = featureStore<NotificationsState>(({ client }) =>
  createStore((set, get) => {
    const change = (site: string, next: SiteNotifications) => set({ sites: new Map(get().sites).set(site, next) })
    const known = (site: string) => get().sites.get(site) ?? nothingTold
    return {
      sites: new Map(),
      watch: (site) =>
        client.subscribe(
          'notifications',
          'all',
          { site },
          {
            snapshot: ({ items, readUpTo }) => change(site, applyTold(nothingTold, { put: items, gone: [], readUpTo })),
            event: (event) => change(site, applyTold(known(site), event)),
          },
        ),
      readAll: (site) => {
        const told = known(site)
        const upTo = newestId(told)
        if (upTo <= told.readUpTo) return
        change(site, { ...told, readUpTo: upTo })
        // Not said to the user: the mark comes back with the next list where it was lost.
        client.call('notifications', 'read', { site, upTo }).catch(() => change(site, told))
      },
    }
  }),
)

/** What a site has told, followed while the component is shown. */
export function useNotifications(site: string | undefined): SiteNotifications {
  const services = useServices()
  useEffect(
    () => (site === undefined ? undefined : notificationsStore.of(services).getState().watch(site)),
    [services, site],
  )
  return notificationsStore.use((state) => (site === undefined ? undefined : state.sites.get(site))) ?? nothingTold
}
