import type { Duplex } from 'node:stream'
import type { ConnectAnswer, DesktopAnswer, ShareAnswer } from '../../../contract/agent/desktops.ts'
import { desktopHasEnded, type Desktop, type DesktopViewing } from '../../../contract/desktops.ts'
import type { FeatureHandlers } from '../../rpc/types.ts'
import type { RequestOptions } from '../agent-client/index.ts'
import { AppError, appError } from '../kit/app-error.ts'
import type { LastKnown } from '../kit/last-known.ts'
import type { Logger } from '../platform.ts'
import { createPerSite, type SitesFeature } from '../sites/index.ts'
import { createDesktopList } from './list.ts'
import { openDesktop, type OpenTimes, type Wanted } from './open.ts'
import { patienceMs, whileItComesBack } from './patience.ts'
import { createRequest } from './request.ts'
import { desktopPath, desktopsPath } from './routes.ts'
import { createThumbnails } from './thumbnails.ts'
import { createTickets } from './tickets.ts'
import { createViewers } from './viewers.ts'

export interface DesktopsFeature {
  handlers: FeatureHandlers<'desktops'>
  /** The bytes of an X server for a viewer, which a ticket stands for once. NOT_FOUND. */
  takeViewer(ticket: string): Promise<Duplex>
  close(): void
}

/** VNC sessions that run as jobs, at all sites: the list, what may be done with them, and the ways to their X servers. */
export function createDesktops(parts: {
  sites: SitesFeature
  lastKnown: LastKnown
  log: Logger
  times?: Partial<OpenTimes>
}): DesktopsFeature {
  const { sites, lastKnown } = parts
  const { agents } = sites
  const thumbnails = createThumbnails(lastKnown)
  const tickets = createTickets()
  const viewers = createViewers(sites)
  const lists = createPerSite(agents, (site) =>
    createDesktopList({
      site,
      userOf: () => sites.userOf(site),
      client: agents.client(site),
      link: agents.link(site),
      lastKnown,
      onGone(ids) {
        const user = sites.userOf(site)
        if (user !== undefined) thumbnails.remove(site, user, ids)
      },
    }),
  )
  function put(site: string, { desktop }: { desktop: Desktop }): Desktop {
    lists.of(site).put(desktop)
    return desktop
  }
  async function act(site: string, id: string, verb: string, options: RequestOptions): Promise<Desktop> {
    return put(site, await agents.client(site).post<DesktopAnswer>(`${desktopPath(id)}/${verb}`, options))
  }

  async function open(wanted: Wanted, signal: AbortSignal): Promise<DesktopViewing> {
    const { site } = wanted
    const { answer, stream } = await openDesktop(wanted, parts, signal)
    const { desktop, password, viewOnly } = answer
    const { id, name, clipboard } = desktop
    viewers.add(site, stream)
    if (wanted.sharePassword === undefined) put(site, answer)
    return { id, name, clipboard, ticket: tickets.give(stream), password, viewOnly }
  }
  const hostOf = (site: string, id: string): string => lists.of(site).get(id)?.node ?? sites.site(site).name

  return {
    takeViewer: (ticket) => new Promise((resolve) => resolve(tickets.take(ticket))),
    close() {
      tickets.close()
      viewers.close()
      lists.close()
    },
    handlers: {
      methods: {
        async create({ site, desktop }, { id: key, signal }) {
          const json = createRequest(desktop, key)
          const signals = { signal, within: AbortSignal.timeout(patienceMs) }
          // With its key it may be said again: an answer that was lost makes no second desktop.
          const answer = await whileItComesBack(sites, site, signals, (one) =>
            agents.client(site).post<DesktopAnswer>(desktopsPath, { json, signal: one }),
          )
          return put(site, answer)
        },
        stop: ({ site, id }, { signal }) => act(site, id, 'stop', { signal }),
        extend: ({ site, id, minutes }, { signal }) => act(site, id, 'extend', { json: { minutes }, signal }),
        async share({ site, id }, { signal }) {
          const answer = await agents.client(site).post<ShareAnswer>(`${desktopPath(id)}/share`, { signal })
          return { desktop: put(site, answer), code: answer.code }
        },
        async unshare({ site, id }, { signal }) {
          return put(site, await agents.client(site).delete<DesktopAnswer>(`${desktopPath(id)}/share`, { signal }))
        },
        open: ({ site, id }, { signal }) =>
          open(
            {
              site,
              host: hostOf(site, id),
              connect: (client, one) => client.post<ConnectAnswer>(`${desktopPath(id)}/connect`, { signal: one }),
            },
            signal,
          ),
        openShared: ({ site, code }, { signal }) =>
          open(
            {
              site,
              host: sites.site(site).name,
              sharePassword: code.slice(code.lastIndexOf('-') + 1),
              connect: (client, one) =>
                client
                  .post<ConnectAnswer>(`${desktopsPath}/shared`, { json: { code }, signal: one })
                  .catch((error: unknown) => {
                    throw isMissing(error) ? noneOfCode(code) : error
                  }),
            },
            signal,
          ),
        async seen({ site, id, idleSeconds }, { signal }) {
          await act(site, id, 'seen', { json: { idle_seconds: idleSeconds }, signal })
          return {}
        },
        keepThumbnail({ site, id, picture }) {
          const user = sites.userOf(site)
          const desktop = lists.of(site).get(id)
          // One that has ended meanwhile, or a colleague's, is nobody's to see here.
          if (user !== undefined && desktop?.user === user && !desktopHasEnded(desktop))
            thumbnails.keep(site, user, id, picture)
          return {}
        },
        thumbnails({ site }) {
          const user = sites.userOf(site)
          return user === undefined ? {} : thumbnails.of(site, user)
        },
      },
      streams: { all: ({ site }, sink) => lists.of(site).subscribe(sink) },
    },
  }
}

const isMissing = (error: unknown): boolean => error instanceof AppError && error.value.code === 'NOT_FOUND'
const noneOfCode = (code: string): AppError =>
  appError(
    'NOT_FOUND',
    { what: 'desktop', id: code.slice(0, code.lastIndexOf('-')) },
    'Nothing is shared by this code.',
  )
