import type { Duplex } from 'node:stream'
import type { ConnectAnswer, DesktopAnswer, ShareAnswer } from '../../../contract/agent/desktops.ts'
import { desktopHasEnded, type Desktop, type DesktopViewing } from '../../../contract/desktops.ts'
import type { FeatureHandlers } from '../../rpc/types.ts'
import type { RequestOptions } from '../agent-client/index.ts'
import { AppError, appError } from '../kit/app-error.ts'
import type { LastKnown } from '../kit/last-known.ts'
import type { Logger } from '../platform.ts'
import { createPerUser, type SitesFeature } from '../sites/index.ts'
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
  const lists = createPerUser(parts, (owner) =>
    createDesktopList({ ...owner, onGone: (ids) => thumbnails.remove(owner.site, owner.user, ids) }),
  )
  /** Takes over what an answer says of a desktop; it belongs to the user who asks, whoever it is once it comes. */
  async function answered<T extends { desktop: Desktop }>(site: string, answer: () => Promise<T>): Promise<T> {
    const list = lists.of(site)
    const told = await answer()
    list.put(told.desktop)
    return told
  }
  async function act(site: string, id: string, verb: string, options: RequestOptions): Promise<Desktop> {
    const path = `${desktopPath(id)}/${verb}`
    const { desktop } = await answered(site, () => agents.client(site).post<DesktopAnswer>(path, options))
    return desktop
  }

  async function open(wanted: Wanted, signal: AbortSignal): Promise<DesktopViewing> {
    const { site } = wanted
    const list = lists.of(site)
    const { answer, stream } = await openDesktop(wanted, parts, signal)
    const { desktop, password, viewOnly } = answer
    const { id, name, clipboard } = desktop
    viewers.add(site, stream)
    if (wanted.sharePassword === undefined) list.put(desktop)
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
          const { desktop: made } = await answered(site, () =>
            whileItComesBack(sites, site, signals, (one) =>
              agents.client(site).post<DesktopAnswer>(desktopsPath, { json, signal: one }),
            ),
          )
          return made
        },
        stop: ({ site, id }, { signal }) => act(site, id, 'stop', { signal }),
        extend: ({ site, id, minutes }, { signal }) => act(site, id, 'extend', { json: { minutes }, signal }),
        async share({ site, id }, { signal }) {
          const path = `${desktopPath(id)}/share`
          const { desktop, code } = await answered(site, () => agents.client(site).post<ShareAnswer>(path, { signal }))
          return { desktop, code }
        },
        async unshare({ site, id }, { signal }) {
          const path = `${desktopPath(id)}/share`
          const { desktop } = await answered(site, () => agents.client(site).delete<DesktopAnswer>(path, { signal }))
          return desktop
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
      streams: { all: ({ site }, sink) => lists.subscribe(site, sink) },
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
