import { useEffect, useRef } from 'react'
import type { Services } from '../../app/services.tsx'
import { useServices } from '../../app/services.tsx'
import { useLanguage } from '../../ui/text.ts'
import { useSettings } from '../settings/store.ts'
import { newestId, worthTelling, type SiteNotifications } from './store.ts'
import { noticeOf } from './words.ts'

/** Those that come within this time are shown as one. */
const gatherMs = 1500

/** Whether the user wants them on the desktop; a host that shows them itself does so unless it is switched off. */
export function wantsSystem(setting: boolean | undefined, native: boolean): boolean {
  return setting ?? native
}

/** Whether the user looks at something else than this window. */
export const outOfSight = (): boolean => document.hidden || !document.hasFocus()

/** Shows one by the host, or by the browser where the user has allowed it. */
export async function showNotice(
  { client, info }: Services,
  notice: { title: string; body: string; place: string },
  tag: string,
): Promise<void> {
  if (info.capabilities.nativeNotifications === true) {
    await client.call('notifications', 'show', notice)
    return
  }
  if (!('Notification' in window) || Notification.permission !== 'granted') return
  const shown = new Notification(notice.title, { body: notice.body, tag })
  shown.addEventListener('click', () => {
    window.focus()
    location.hash = notice.place
    shown.close()
  })
}

/**
 * Shows what a site tells by the system while the window is out of sight. The core gives the right to show each once, so
 * neither a reload, a restart nor a second window shows it again.
 */
export function useSystemNotifications(site: string | undefined, told: SiteNotifications): void {
  const services = useServices()
  const language = useLanguage()
  const { systemNotifications } = useSettings()
  const native = services.info.capabilities.nativeNotifications === true
  const wanted = wantsSystem(systemNotifications, native)
  const latest = useRef(told)
  useEffect(() => {
    latest.current = told
  }, [told])
  const upTo = newestId(told)
  useEffect(() => {
    if (site === undefined || upTo === 0) return undefined
    const { client } = services
    const timer = setTimeout(() => {
      const away = wanted && outOfSight()
      client
        .call('notifications', 'claim', { site, upTo })
        .then(({ from }) => {
          const fresh = worthTelling(latest.current.items).filter(({ id }) => id > from && id <= upTo)
          return away && fresh.length > 0
            ? showNotice(services, noticeOf(fresh, language), `${site} ${upTo}`)
            : undefined
        })
        // The list in the window has them all the same.
        .catch(() => undefined)
    }, gatherMs)
    return () => clearTimeout(timer)
  }, [services, site, upTo, wanted, language])
}
