import { useCallback, useEffect, useRef } from 'react'
import { useServices } from '../../app/services.tsx'
import { useSettings } from '../settings/store.ts'
import { outOfSight, showNotice, wantsSystem } from './system.ts'

/** A window that nobody looks at leaves it to one that somebody does. */
const hiddenWaitsMs = 1500

/**
 * Gives the right to tell something to one window of this browser, once, also over a reload. `at`: when it happened (ISO
 * 8601); under the same key, what is not later than what was told before has been told.
 */
export function claim(key: string, at: string): Promise<boolean> {
  return navigator.locks.request(key, () => {
    if ((localStorage.getItem(key) ?? '') >= at) return false
    localStorage.setItem(key, at)
    return true
  })
}

/** What windows tell by themselves, without the agent: of one kind (`key`) only what is new by its time (`at`, ISO 8601). */
export interface News {
  key: string
  at: string
  title: string
  /** The hash of the page that a click on the system's notice opens. */
  place: string
}

/** Tells something in one window, once: by the system where no window is in sight. True in the window that has to say it itself. */
export function useTellOnce(): (news: News) => Promise<boolean> {
  const services = useServices()
  const { systemNotifications } = useSettings()
  const wanted = useRef(false)
  useEffect(() => {
    wanted.current = wantsSystem(systemNotifications, services.info.capabilities.nativeNotifications === true)
  })
  return useCallback(
    async ({ key, at, title, place }) => {
      const hidden = outOfSight()
      if (hidden) await new Promise((resolve) => setTimeout(resolve, hiddenWaitsMs))
      if (!(await claim(key, at))) return false
      if (hidden && wanted.current) await showNotice(services, { title, body: '', place }, key)
      return !hidden
    },
    [services],
  )
}
