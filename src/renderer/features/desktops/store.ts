import { useEffect } from 'react'
import { createStore } from 'zustand'
import type { Desktop, NewDesktop } from '../../../../contract/desktops.ts'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import { applyChange, collectionOf, type Collection } from '../../app/collection.ts'
import { featureStore, useServices } from '../../app/services.tsx'
import { createWatching, without } from '../../app/watching.ts'

/** The desktops of one site as far as they are known. */
export interface SiteDesktops {
  /** Absent until the core has told them. */
  desktops?: Collection<Desktop>
  /** When they were last known to be so; absent while they are fresh. */
  asOf?: string | undefined
  /** Why the list cannot be had. */
  error?: AppErrorValue
}

interface DesktopsState {
  sites: ReadonlyMap<string, SiteDesktops>
  /** How each was last seen on this machine, by `pictureKey`: an address of a JPEG. */
  pictures: ReadonlyMap<string, string>
  watch: (site: string) => () => void
  /** A viewer's picture: shown at once, kept for later now and then. */
  show: (site: string, id: string, picture: string) => void
  create: (site: string, desktop: NewDesktop) => Promise<Desktop>
  stop: (site: string, id: string) => Promise<void>
  extend: (site: string, id: string, minutes: number) => Promise<void>
  /** The code, told once. */
  share: (site: string, id: string) => Promise<string>
  unshare: (site: string, id: string) => Promise<void>
}

export const pictureKey = (site: string, id: string): string => `${site} ${id}`

/** Milliseconds between two pictures of one desktop that are kept. */
const keepEvery = 30_000
/** What the contract's Thumbnail takes. */
const isPicture = (picture: string): boolean =>
  picture.length <= 65_536 && /^data:image\/jpeg;base64,[A-Za-z0-9+/=]+$/.test(picture)

/**
 * Characters of a picture that shows nothing but one colour: an X server has an empty screen before its programs come and after
 * they have gone, which says less of a desktop than how it was before.
 */
const blank = 1800

export const desktopsStore = featureStore<DesktopsState>((services) =>
  createStore((set, get) => {
    const { client } = services
    const watching = createWatching(services, (site) => {
      const ofSite = [...get().pictures.keys()].filter((key) => key.startsWith(pictureKey(site, '')))
      set({ sites: without(get().sites, site), pictures: without(get().pictures, ...ofSite) })
    })
    const keptAt = new Map<string, number>()
    const change = (site: string, next: SiteDesktops) => set({ sites: new Map(get().sites).set(site, next) })
    const known = (site: string): Collection<Desktop> => get().sites.get(site)?.desktops ?? new Map()
    const put = (site: string, desktop: Desktop): Desktop => {
      // Before the first answer of the core one alone would look like all there are.
      if (get().sites.get(site)?.desktops !== undefined)
        change(site, {
          ...get().sites.get(site),
          desktops: applyChange(known(site), { put: [desktop], gone: [] }),
        })
      return desktop
    }
    const loadPictures = async (site: string) => {
      const kept = await client.call('desktops', 'thumbnails', { site })
      const pictures = new Map(get().pictures)
      // What a viewer shows now is newer than what was kept.
      for (const [id, picture] of Object.entries(kept)) {
        const key = pictureKey(site, id)
        if (!pictures.has(key)) pictures.set(key, picture)
      }
      set({ pictures })
    }
    const start = (site: string): (() => void) => {
      // Without pictures the cards say the same.
      loadPictures(site).catch(() => undefined)
      return client.subscribe(
        'desktops',
        'all',
        { site },
        {
          snapshot: ({ items, asOf }) => change(site, { desktops: collectionOf(items), asOf }),
          event: ({ asOf, ...changes }) => change(site, { desktops: applyChange(known(site), changes), asOf }),
          error: (error) => change(site, { ...get().sites.get(site), error }),
        },
      )
    }
    return {
      sites: new Map(),
      pictures: new Map(),
      watch: (site) => watching(site, site, () => start(site)),
      show: (site, id, picture) => {
        if (!isPicture(picture)) return
        const key = pictureKey(site, id)
        if (picture.length < blank && get().pictures.has(key)) return
        set({ pictures: new Map(get().pictures).set(key, picture) })
        const now = Date.now()
        if (now - (keptAt.get(key) ?? 0) < keepEvery) return
        keptAt.set(key, now)
        client.call('desktops', 'keepThumbnail', { site, id, picture }).catch(() => keptAt.delete(key))
      },
      create: async (site, desktop) => put(site, await client.call('desktops', 'create', { site, desktop })),
      stop: async (site, id) => {
        put(site, await client.call('desktops', 'stop', { site, id }))
      },
      extend: async (site, id, minutes) => {
        put(site, await client.call('desktops', 'extend', { site, id, minutes }))
      },
      share: async (site, id) => {
        const { desktop, code } = await client.call('desktops', 'share', { site, id })
        put(site, desktop)
        return code
      },
      unshare: async (site, id) => {
        put(site, await client.call('desktops', 'unshare', { site, id }))
      },
    }
  }),
)

const unknown: SiteDesktops = {}

/** The desktops of a site, followed while the component is shown. */
export function useDesktops(site: string): SiteDesktops {
  const services = useServices()
  useEffect(() => desktopsStore.of(services).getState().watch(site), [services, site])
  return desktopsStore.use((state) => state.sites.get(site)) ?? unknown
}

/** How a desktop was last seen; absent where it never was. */
export const usePicture = (site: string, id: string): string | undefined =>
  desktopsStore.use((state) => state.pictures.get(pictureKey(site, id)))
