import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import { SignedInUser, type Site } from '../../../contract/sites.ts'
import { Id } from '../../../contract/text.ts'
import type { FeatureHandlers } from '../../rpc/types.ts'
import {
  directTransport,
  openSiteAgent,
  probe,
  type Agents,
  type AgentTimes,
  type SiteAgent,
} from '../agent-client/index.ts'
import { appError } from '../kit/app-error.ts'
import { createEmitter } from '../kit/emitter.ts'
import { openStored } from '../kit/stored.ts'
import type { Logger, Platform } from '../platform.ts'
import { siteUrl } from './address.ts'

export { createPerSite } from './per-site.ts'

export interface SitesFeature {
  handlers: FeatureHandlers<'sites'>
  agents: Agents
  /** The site as windows see it; NOT_FOUND for an unknown one. */
  site(id: string): Site
  /** Whose site it is now: who is signed in, or was last. */
  userOf(id: string): string | undefined
  /** A site changed: its connection, its user; or it is gone (`site` absent). */
  onChange(listener: (id: string, site: Site | undefined) => void): () => void
  close(): void
}

const KeptSite = Type.Object({
  id: Id,
  name: Type.String(),
  url: Type.String(),
  user: Type.Optional(SignedInUser),
  lastUsername: Type.Optional(Type.String()),
  /** The agent that the host starts itself: the same site whatever port it got this time. */
  local: Type.Optional(Type.Boolean()),
})
type KeptSite = Static<typeof KeptSite>
const secretKey = (id: string): string => `site.${id}.session`
const KeptSites = Type.Array(KeptSite)

/** The clusters the user works with: a persisted list, each with its agent client, session and connection. */
export async function createSites(parts: {
  platform: Pick<Platform, 'secrets' | 'localSite'>
  folder: string
  log: Logger
  times: AgentTimes
}): Promise<SitesFeature> {
  const { platform, folder, log, times } = parts
  const stored = await openStored<KeptSite[]>({
    path: join(folder, 'sites.json'),
    migrations: [],
    read: (value) => (Value.Check(KeptSites, value) ? value : undefined),
    initial: [],
    log,
  })
  const localUrl = platform.localSite === undefined ? undefined : siteUrl(platform.localSite.url)
  if (localUrl !== undefined && stored.value.some(({ local, url }) => local === true && url !== localUrl))
    await stored.set(stored.value.map((item) => (item.local === true ? { ...item, url: localUrl } : item)))
  const opened = new Map<string, SiteAgent>()
  const changes = createEmitter<[id: string, site: Site | undefined]>()
  const lists = createEmitter<[string[]]>()
  const ids = (): string[] => stored.value.map((item) => item.id)

  function find(id: string): { kept: KeptSite; agent: SiteAgent } {
    const kept = stored.value.find((item) => item.id === id)
    const agent = opened.get(id)
    if (kept === undefined || agent === undefined)
      throw appError('NOT_FOUND', { what: 'site', id }, `There is no site ${id}.`)
    return { kept, agent }
  }
  function site(id: string): Site {
    const { kept, agent } = find(id)
    const { name, url, local, user, lastUsername } = kept
    const { connection } = agent
    return {
      id,
      name,
      url,
      ...(local === true ? { local } : {}),
      ...(user === undefined || connection.state === 'signed-out' ? {} : { user }),
      ...(lastUsername === undefined ? {} : { lastUsername }),
      connection,
    }
  }
  const tell = (id: string): void => changes.emit(id, opened.has(id) ? site(id) : undefined)

  async function open({ id, name, url }: KeptSite): Promise<void> {
    const { secrets } = platform
    const transport = directTransport(url)
    const agent = await openSiteAgent({ name, transport, secrets, secretKey: secretKey(id), log, times })
    opened.set(id, agent)
    agent.onConnection(() => tell(id))
  }
  let adding: Promise<unknown> = Promise.resolve()
  async function enlist(url: string, name: string): Promise<Site> {
    const known = stored.value.find((item) => item.url === url)
    if (known !== undefined) return site(known.id)
    const kept = { id: randomUUID(), url, name, ...(url === localUrl ? { local: true } : {}) }
    await open(kept)
    await stored.set([...stored.value, kept])
    lists.emit(ids())
    tell(kept.id)
    return site(kept.id)
  }
  const replace = (id: string, change: (kept: KeptSite) => KeptSite): Promise<void> =>
    stored.set(stored.value.map((item) => (item.id === id ? change(item) : item)))

  for (const kept of stored.value) await open(kept)

  const handlers: FeatureHandlers<'sites'> = {
    methods: {
      async add({ url, name }, { signal }) {
        const address = siteUrl(url)
        await probe(address, times, signal)
        // One after the other: the same address twice is one site.
        const added = adding.then(() => enlist(address, name?.trim() || new URL(address).hostname))
        adding = added.catch(() => undefined)
        return added
      },
      async remove({ site: id }) {
        const { agent } = find(id)
        await agent.signOut()
        agent.close()
        opened.delete(id)
        await stored.set(stored.value.filter((item) => item.id !== id))
        lists.emit(ids())
        tell(id)
        return {}
      },
      async signIn({ site: id, username, password }) {
        const { agent } = find(id)
        await agent.signIn(username, password, (user) =>
          replace(id, (kept) => ({ ...kept, user, lastUsername: username })),
        )
        tell(id)
        return site(id)
      },
      async signOut({ site: id }) {
        await find(id).agent.signOut()
        return {}
      },
      reconnect({ site: id }) {
        find(id).agent.reconnect()
        return {}
      },
    },
    streams: {
      all(_params, sink) {
        sink.snapshot({ items: ids().map(site) })
        return changes.on((id, changed) =>
          sink.event(changed === undefined ? { put: [], gone: [id] } : { put: [changed], gone: [] }),
        )
      },
    },
  }

  return {
    handlers,
    site,
    userOf: (id) => find(id).kept.user?.username,
    onChange: (listener) => changes.on(listener),
    agents: {
      client: (id) => find(id).agent.client,
      link: (id) => find(id).agent.link,
      onSites(listener) {
        listener(ids())
        return lists.on(listener)
      },
    },
    close() {
      for (const agent of opened.values()) agent.close()
      opened.clear()
    },
  }
}
