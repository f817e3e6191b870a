import { useMemo } from 'react'
import { createStore } from 'zustand'
import type { Input } from '../../../../contract/app.ts'
import type { Site, SiteAnswer, SiteQuestion } from '../../../../contract/sites.ts'
import { applyChange, collectionOf, type Collection } from '../../app/collection.ts'
import { featureStore, type Services } from '../../app/services.tsx'
import { useMessages } from '../../ui/text.ts'
import { useSettings } from '../settings/store.ts'
import { sitesMessages } from './messages.ts'

interface SitesState {
  /** Absent until the core has told them. */
  sites: Collection<Site> | undefined
  /** Sites that were signed in to in this window and not left on purpose: an expired session keeps their page. */
  entered: ReadonlySet<string>
  /** Who is signed in, or was last, by site. */
  users: ReadonlyMap<string, string>
  add: (input: Input<'sites', 'add'>) => Promise<Site>
  update: (input: Input<'sites', 'update'>) => Promise<Site>
  /** SSH: resolves once connected, rejects with why not; what must be asked comes as a question. */
  connect: (site: string) => Promise<Site>
  disconnect: (site: string) => Promise<void>
  uninstall: (site: string, data: boolean) => Promise<void>
  remove: (site: string) => Promise<void>
  signIn: (site: string, username: string, password: string) => Promise<Site>
  signOut: (site: string) => Promise<void>
  reconnect: (site: string) => Promise<void>
}

export const sitesStore = featureStore<SitesState>(({ client }) =>
  createStore((set, get) => {
    const show = (sites: Collection<Site>) => {
      const users = new Map(get().users)
      for (const { id, user } of sites.values()) if (user !== undefined) users.set(id, user.username)
      const signedIn = [...sites.values()].filter((site) => site.user !== undefined).map((site) => site.id)
      set({ sites, users, entered: new Set([...get().entered, ...signedIn]) })
    }
    client.subscribe(
      'sites',
      'all',
      {},
      {
        snapshot: ({ items }) => show(collectionOf(items)),
        event: (change) => show(applyChange(get().sites ?? new Map(), change)),
      },
    )
    const put = (site: Site): Site => {
      show(applyChange(get().sites ?? new Map(), { put: [site], gone: [] }))
      return site
    }
    return {
      sites: undefined,
      entered: new Set(),
      users: new Map(),
      add: async (input) => put(await client.call('sites', 'add', input)),
      update: async (input) => put(await client.call('sites', 'update', input)),
      connect: async (site) => put(await client.call('sites', 'connect', { site })),
      disconnect: async (site) => {
        await client.call('sites', 'disconnect', { site })
      },
      uninstall: async (site, data) => {
        await client.call('sites', 'uninstall', { site, data })
      },
      remove: async (site) => {
        await client.call('sites', 'remove', { site })
      },
      signIn: async (site, username, password) =>
        put(await client.call('sites', 'signIn', { site, username, password })),
      signOut: async (site) => {
        // Before the answer, so that the end of the session does not look like an expired one.
        set({ entered: new Set([...get().entered].filter((id) => id !== site)) })
        await client.call('sites', 'signOut', { site })
      },
      reconnect: async (site) => {
        await client.call('sites', 'reconnect', { site })
      },
    }
  }),
)

/** Tells of each site whose user is another than before: what was told to the last one is nothing for the next. */
export function onAnotherUser(services: Services, listener: (site: string) => void): void {
  sitesStore.of(services).subscribe(({ users }, before) => {
    for (const [site, user] of users) if (before.users.get(site) !== user) listener(site)
  })
}

interface QuestionsState {
  /** Oldest first; an answered one is gone at once, unless it is asked again. */
  questions: readonly SiteQuestion[]
  /** Rejects with why it was not taken; then the question is asked again, unless it is gone. */
  answer: (question: string, answer: SiteAnswer) => Promise<void>
}

/** What sites wait for. A question vanishes when it was answered elsewhere or its connection is lost. */
export const questionsStore = featureStore<QuestionsState>(({ client }) =>
  createStore((set) => {
    let waiting: Collection<SiteQuestion> = new Map()
    /** By object: the same question put again is another one. */
    const answered = new WeakSet<SiteQuestion>()
    const show = (next: Collection<SiteQuestion>) => {
      waiting = next
      set({ questions: [...next.values()].filter((question) => !answered.has(question)) })
    }
    client.subscribe(
      'sites',
      'questions',
      {},
      {
        snapshot: ({ items }) => show(collectionOf(items)),
        event: (change) => show(applyChange(waiting, change)),
      },
    )
    return {
      questions: [],
      answer: async (question, answer) => {
        const asked = waiting.get(question)
        await client.call('sites', 'answer', { question, answer })
        if (asked !== undefined) answered.add(asked)
        show(waiting)
      },
    }
  }),
)

/** All sites as the window calls them; absent until the core has told them. */
export function useSites(): Collection<Site> | undefined {
  const sites = sitesStore.use((state) => state.sites)
  const localName = useMessages(sitesMessages)('localName')
  return useMemo(
    () =>
      sites === undefined
        ? undefined
        : collectionOf([...sites.values()].map((site) => (site.local ? { ...site, name: localName } : site))),
    [sites, localName],
  )
}

/** The site the window shows: the chosen one, else the first. */
export function useActiveSite(): Site | undefined {
  const chosen = useSettings().activeSite
  const sites = useSites()
  if (sites === undefined) return undefined
  return (chosen === null ? undefined : sites.get(chosen)) ?? sites.values().next().value
}
