import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Site } from '../../../contract/sites.ts'
import type { FeatureHandlers } from '../../rpc/types.ts'
import { probe, type AgentLink, type AgentTimes } from '../agent-client/index.ts'
import { appError } from '../kit/app-error.ts'
import { createEmitter } from '../kit/emitter.ts'
import type { Networks } from '../kit/networks.ts'
import { openStored } from '../kit/stored.ts'
import type { Logger, Platform } from '../platform.ts'
import { createSsh, type SshTimes } from '../ssh/index.ts'
import { isSsh, nameOf, siteUrl } from './address.ts'
import type { SitesFeature } from './feature.ts'
import { readKeptSites, type KeptSite } from './kept.ts'
import { openSite, type OpenSite } from './open-site.ts'
import { siteTests } from './tests.ts'

export type { SitesFeature } from './feature.ts'
export type { SiteSsh } from './open-site.ts'
export { createPerUser, type PerUserParts, type SiteUser } from './per-user.ts'
export { createRemembered, type Remembered } from './remembered.ts'
export { isOf, onlyTheirs } from './theirs.ts'

/** The clusters the user works with: a persisted list, each with its agent client, session and connection. */
export async function createSites(parts: {
  platform: Pick<Platform, 'secrets' | 'localSite' | 'proxy' | 'paths' | 'environment' | 'home'>
  folder: string
  log: Logger
  times: AgentTimes
  sshTimes?: Partial<SshTimes>
  connectAtStart: boolean
  networks: Pick<Networks, 'onChange'>
}): Promise<SitesFeature> {
  const { platform, folder, log, times } = parts
  const stored = await openStored<KeptSite[]>({
    path: join(folder, 'sites.json'),
    migrations: [],
    read: readKeptSites,
    initial: [],
    log,
  })
  const localUrl = platform.localSite === undefined ? undefined : siteUrl(platform.localSite.url)
  if (localUrl !== undefined && stored.value.some(({ local, url }) => local === true && url !== localUrl))
    await stored.set(stored.value.map((item) => (item.local === true ? { ...item, url: localUrl } : item)))
  const opened = new Map<string, OpenSite>()
  const changes = createEmitter<[id: string, site: Site | undefined]>()
  const lists = createEmitter<[string[]]>()
  const ids = (): string[] => stored.value.map((item) => item.id)
  const ssh = createSsh({ platform, folder, log, backOff: times.backOff, times: parts.sshTimes ?? {} })

  function find(id: string): { kept: KeptSite; open: OpenSite } {
    const kept = stored.value.find((item) => item.id === id)
    const open = opened.get(id)
    if (kept === undefined || open === undefined)
      throw appError('NOT_FOUND', { what: 'site', id }, `There is no site ${id}.`)
    return { kept, open }
  }
  function sshOf(id: string): NonNullable<OpenSite['ssh']> {
    const { kept, open } = find(id)
    if (open.ssh !== undefined) return open.ssh
    const reason = `${kept.name} is not reached by SSH`
    throw appError('CONFLICT', { reason }, `${reason}.`)
  }
  function site(id: string): Site {
    const { kept, open } = find(id)
    const { user, local, away: _away, ...shown } = kept
    const { connection } = open
    return {
      ...shown,
      ...(local === true ? { local } : {}),
      ...(user === undefined || connection.state === 'signed-out' ? {} : { user }),
      connection,
      ...(open.ssh === undefined ? {} : { agent: open.ssh.agent }),
    }
  }
  const tell = (id: string): void => changes.emit(id, opened.has(id) ? site(id) : undefined)
  const replace = (id: string, change: (kept: KeptSite) => KeptSite): Promise<void> =>
    stored.set(stored.value.map((item) => (item.id === id ? change(item) : item)))

  async function open(kept: KeptSite): Promise<OpenSite> {
    const { id } = kept
    const made = await openSite(kept, {
      ssh,
      platform,
      log,
      times,
      connectAtStart: parts.connectAtStart,
      accepted: (of) => (user) => replace(of, (before) => ({ ...before, user })),
      // While it is being opened there is nothing to tell yet.
      onChange: (of) => {
        if (opened.has(of)) tell(of)
      },
    })
    opened.set(id, made)
    return made
  }
  let changing: Promise<unknown> = Promise.resolve()
  /** One change of the list after the other: the same address twice is one site. */
  function inTurn<T>(change: () => Promise<T>): Promise<T> {
    const next = changing.then(change)
    changing = next.catch(() => undefined)
    return next
  }
  async function enlist(wanted: Pick<KeptSite, 'url' | 'name' | 'ssh' | 'https'>): Promise<Site> {
    const known = stored.value.find((item) => item.url === wanted.url)
    if (known !== undefined) return site(known.id)
    const kept: KeptSite = { id: randomUUID(), ...wanted, ...(wanted.url === localUrl ? { local: true } : {}) }
    await open(kept)
    await stored.set([...stored.value, kept])
    lists.emit(ids())
    tell(kept.id)
    return site(kept.id)
  }
  /** Connecting goes on by itself: what it needs is asked, and how it stands is told. */
  const begin = (id: string): void =>
    void opened
      .get(id)
      ?.ssh?.connect()
      .catch(() => undefined)

  for (const kept of stored.value) {
    const made = await open(kept)
    if (parts.connectAtStart && kept.away !== true) made.ssh?.start()
  }
  // Another network may lead where the last one did not, and what stood before the machine slept is most likely dead.
  const endNetworks = parts.networks.onChange(() => [...opened.values()].forEach(tryNow))

  const handlers: FeatureHandlers<'sites'> = {
    methods: {
      async add({ url, name, ssh: sshOptions, https }, { signal }) {
        const address = siteUrl(url)
        if (!isSsh(address)) await probe(address, times, signal, { ...https, hostProxy: platform.proxy })
        const added = await inTurn(() =>
          enlist({
            url: address,
            name: name?.trim() || nameOf(address),
            ...(sshOptions === undefined ? {} : { ssh: sshOptions }),
            ...(https === undefined ? {} : { https }),
          }),
        )
        begin(added.id)
        return site(added.id)
      },
      update({ site: id, url, name, ssh: sshOptions, https }) {
        return inTurn(async () => {
          const { kept, open: before } = find(id)
          const wanted: KeptSite = {
            ...kept,
            ...(url === undefined ? {} : { url: siteUrl(url) }),
            ...(name === undefined || name.trim() === '' ? {} : { name: name.trim() }),
            ...(sshOptions === undefined ? {} : { ssh: sshOptions }),
            ...(https === undefined ? {} : { https }),
          }
          if (stored.value.some((item) => item.id !== id && item.url === wanted.url)) {
            const reason = `${wanted.url} is in the list already`
            throw appError('CONFLICT', { reason }, `${reason}.`)
          }
          await replace(id, () => wanted)
          // What belongs to a site holds its client: a new way to it is begun by a new client.
          const { name: _before, ...way } = kept
          const { name: _after, ...newWay } = wanted
          if (JSON.stringify(way) !== JSON.stringify(newWay)) {
            before.close()
            opened.delete(id)
            lists.emit(ids().filter((each) => each !== id))
            await open(wanted)
            lists.emit(ids())
            begin(id)
          }
          tell(id)
          return site(id)
        })
      },
      remove({ site: id }) {
        return inTurn(async () => {
          const { open: gone } = find(id)
          await gone.agent.signOut()
          await gone.ssh?.secrets.clear()
          gone.close()
          opened.delete(id)
          await stored.set(stored.value.filter((item) => item.id !== id))
          lists.emit(ids())
          tell(id)
          return {}
        })
      },
      async signIn({ site: id, username, password }) {
        const { agent } = find(id).open
        await agent.signIn(username, password, (user) =>
          replace(id, (kept) => ({ ...kept, user, lastUsername: username })),
        )
        tell(id)
        return site(id)
      },
      async signOut({ site: id }) {
        await find(id).open.agent.signOut()
        return {}
      },
      reconnect({ site: id }) {
        const { open: known } = find(id)
        if (known.ssh !== undefined && known.ssh.session.state.state !== 'connected') begin(id)
        else known.agent.reconnect()
        return {}
      },
      configuredHosts: async () => ({ hosts: await ssh.configuredHosts() }),
      async connect({ site: id }) {
        const known = sshOf(id)
        await replace(id, ({ away: _away, ...kept }) => kept)
        await known.connect()
        if (known.agent.mode === 'user') await answering(find(id).open.agent.link, times.connectMs)
        return site(id)
      },
      async disconnect({ site: id }) {
        const known = sshOf(id)
        await replace(id, (kept) => ({ ...kept, away: true }))
        known.disconnect()
        return {}
      },
      answer({ question, answer }) {
        ssh.questions.answer(question, answer)
        return {}
      },
      async uninstall({ site: id, data }) {
        const known = sshOf(id)
        await known.uninstall(data)
        await replace(id, (kept) => ({ ...kept, away: true }))
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
      questions(_params, sink) {
        sink.snapshot({ items: ssh.questions.list() })
        return ssh.questions.onChange((id, question) =>
          sink.event(question === undefined ? { put: [], gone: [id] } : { put: [question], gone: [] }),
        )
      },
      test: siteTests({ ssh, platform, times, log }),
    },
  }

  return {
    handlers,
    site,
    access: (id) => sshOf(id).session,
    ssh(id) {
      const { ssh: known } = find(id).open
      return known === undefined ? undefined : { access: known.session, nodes: known.nodes }
    },
    tryNow: (id) => tryNow(find(id).open),
    userOf: (id) => find(id).kept.user?.username,
    onChange: (listener) => changes.on(listener),
    agents: {
      client: (id) => find(id).open.agent.client,
      link: (id) => find(id).open.agent.link,
      onSites(listener) {
        listener(ids())
        return lists.on(listener)
      },
    },
    close() {
      endNetworks()
      for (const each of opened.values()) each.close()
      opened.clear()
    },
  }
}

/** Asks nothing: what waits for its user goes on waiting. */
function tryNow({ agent, ssh }: OpenSite): void {
  if (ssh === undefined || ssh.session.state.state === 'connected') agent.reconnect()
  else ssh.session.tryNow()
}

/** Resolves once the agent answers, or after so many milliseconds: what follows waits by itself. */
function answering(link: AgentLink, ms: number): Promise<void> {
  if (link.ready) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(late)
      off()
      resolve()
    }
    const late = setTimeout(done, ms)
    const off = link.onReady((ready) => {
      if (ready) done()
    })
  })
}
