import { onAnotherUser } from '../features/sites/store.ts'
import type { Services } from './services.tsx'

interface Watched {
  site: string
  watchers: number
  start: () => () => void
  stop: () => void
}

/**
 * Keeps streams of sites open as long as anybody watches: one stream for a key, however many watch. When another user signs
 * in at a site, what was told of it is forgotten (`forget`) and its streams begin anew.
 */
export function createWatching(
  services: Services,
  forget: (site: string) => void,
): (site: string, key: string, start: () => () => void) => () => void {
  const streams = new Map<string, Watched>()
  onAnotherUser(services, (site) => {
    const ofSite = [...streams.values()].filter((stream) => stream.site === site)
    for (const { stop } of ofSite) stop()
    forget(site)
    for (const stream of ofSite) stream.stop = stream.start()
  })
  return (site, key, start) => {
    const stream = streams.get(key) ?? { site, watchers: 0, start, stop: start() }
    stream.watchers += 1
    streams.set(key, stream)
    return () => {
      stream.watchers -= 1
      if (stream.watchers > 0) return
      streams.delete(key)
      stream.stop()
    }
  }
}

/** A map without some of its entries. */
export function without<V>(map: ReadonlyMap<string, V>, ...keys: readonly string[]): ReadonlyMap<string, V> {
  return new Map([...map].filter(([key]) => !keys.includes(key)))
}
