import type { WebSocket } from 'ws'
import { RFB_PROTOCOL, SHARE_PROTOCOL_PREFIX } from '../../../contract/agent/desktops.ts'
import { viewJobs } from '../jobs/index.ts'
import type { Agent } from '../kit/agent.ts'
import { Failure } from '../kit/failure.ts'
import { Windows } from '../kit/windows.ts'
import { end, type UpgradePath } from '../ws/index.ts'
import { dial } from './dial.ts'
import type { Follower } from './follow.ts'
import type { Streams } from './live.ts'
import { pipeBytes } from './pipe.ts'
import type { DesktopService } from './service.ts'

/** Viewers of one desktop that the agent relays at a time. */
const MOST_EACH = 16
/** Codes that may be tried, as on the route that takes them. */
const MOST_TRIES = 10
const WINDOW_MS = 60_000

/** RFC 6455, and what it leaves to us: the server's end is the end of a conversation, a revoked share a refusal. */
const NORMAL = 1000
const REFUSED = 1008

interface Stream {
  socket: WebSocket
  number: number
  kind: keyof Streams
}

/**
 * The bytes of X servers by WebSocket, for whoever cannot come by SSH. The agent understands nothing of them: who may type and
 * who may only watch is a matter between the viewer and the X server, by the password each has.
 */
export function createRelay(
  agent: Agent,
  parts: { service: DesktopService; follower: Follower; uidOf: (user: string) => Promise<number> },
): UpgradePath {
  const { service, follower, uidOf } = parts
  const { log, audit, config, now } = agent
  const streams = new Set<Stream>()
  const tries = new Windows()
  agent.metrics.gauge('vnc_relay_streams', 'Viewers that the agent relays now', () => streams.size)

  const cut = (isMeant: (stream: Stream) => boolean, code: number, reason: string) => {
    for (const stream of streams) if (isMeant(stream)) end(stream.socket, code, reason)
  }
  service.onUnshared((number) => {
    cut((stream) => stream.number === number && stream.kind === 'watching', REFUSED, 'not shared any more')
  })
  follower.onEnd((number) => cut((stream) => stream.number === number, NORMAL, 'the desktop has ended'))

  /** Failure RATE_LIMITED after too many codes that were none. */
  async function limited<T>(username: string, work: () => Promise<T>): Promise<T> {
    const at = now().getTime()
    // Counted before, and given back: many at once would all be let in.
    const { count, end: until } = tries.add(username, 1, WINDOW_MS, at)
    if (config.rateLimit.enabled && count > MOST_TRIES) {
      const retryAfter = Math.max(1, Math.ceil((until - at) / 1000))
      throw new Failure('RATE_LIMITED', 'Too many requests. Try again later.', { retryAfter })
    }
    const done = await work()
    tries.add(username, -1, WINDOW_MS, at)
    return done
  }

  return {
    pattern: /^\/api\/v2\/desktops\/([A-Za-z0-9][A-Za-z0-9._-]{0,127})\/rfb$/,
    permission: viewJobs.permission,
    protocol: RFB_PROTOCOL,

    async accept({ access: { identity }, groups, offered, request }) {
      const [id = ''] = groups
      const { username } = identity
      const password = offered
        .find((name) => name.startsWith(SHARE_PROTOCOL_PREFIX))
        ?.slice(SHARE_PROTOCOL_PREFIX.length)
      const ask = () => service.target(identity, id, password)
      const { job, endpoint } = await (password === undefined ? ask() : limited(username, ask))
      const { number } = job
      const kind = password === undefined ? 'own' : 'watching'
      const { own, watching } = follower.streams(number)
      if (own + watching >= MOST_EACH) {
        throw new Failure('CONFLICT', `Desktop ${id} has ${MOST_EACH} viewers already: close one first.`)
      }
      const server = await dial(endpoint, await uidOf(job.user))
      const address = request.socket.remoteAddress ?? 'unix'
      audit.record({ user: username, action: 'desktop.view', resource: id, status: 'success', address })
      return {
        abandon: () => server.destroy(),
        open(socket) {
          const stream: Stream = { socket, number, kind }
          streams.add(stream)
          const detach = follower.attach(number, kind)
          log.debug({ desktop: id, user: username, kind }, 'a viewer was connected')
          pipeBytes(socket, server, (who) => {
            streams.delete(stream)
            detach()
            if (who === 'server') end(socket, NORMAL, 'the X server has closed')
            log.debug({ desktop: id, user: username, kind, who }, 'a viewer has gone')
          })
        },
      }
    },
  }
}
