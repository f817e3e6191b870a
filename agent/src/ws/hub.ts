import type { WebSocket } from 'ws'
import type { AgentEvent, Topic } from '../../../contract/agent/events.ts'
import type { Hub, Metrics } from '../kit/agent.ts'
import { type Identity, may, type Permission } from '../kit/identity.ts'

/** Bytes that may wait for one reader; one that is slower is dropped and comes back when it can. */
const MAX_BUFFERED = 1_048_576

/** What is public within a topic, but not for everybody. */
const needed: Partial<Record<Topic, Permission>> = { nodes: 'node:view' }

/** A signed-in client. */
export interface Member {
  readonly socket: WebSocket
  readonly identity: Identity
  /** Of the token it came with. */
  readonly digest: string
  /** Undefined: it never subscribed and gets all that is its own. */
  topics: Set<Topic> | undefined
}

export interface Members {
  join(member: Member): void
  leave(member: Member): void
  readonly all: ReadonlySet<Member>
}

/** Who is connected, and which frame goes to whom. */
export function createHub(metrics: Metrics): Hub & { members: Members } {
  const all = new Set<Member>()
  const byUser = new Map<string, Set<Member>>()

  metrics.gauge('ws_connected_clients', 'WebSocket clients connected now', () => all.size)
  metrics.gaugeBy('ws_channel_subscribers', 'WebSocket clients that subscribed to a topic', 'channel', () => {
    const counts: Record<string, number> = {}
    for (const { topics } of all) for (const topic of topics ?? []) counts[topic] = (counts[topic] ?? 0) + 1
    return counts
  })

  const send = ({ socket }: Member, frame: string) => {
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > MAX_BUFFERED) {
      metrics.count('ws_slow_readers_dropped_total')
      socket.terminate()
      return
    }
    socket.send(frame)
    metrics.count('ws_messages_sent')
  }

  return {
    publish(topic: Topic, event: AgentEvent, to: { user: string } | 'public') {
      const receivers = to === 'public' ? all : byUser.get(to.user)
      if (receivers === undefined || receivers.size === 0) return
      const frame = JSON.stringify(event)
      const permission = to === 'public' ? needed[topic] : undefined
      for (const member of receivers) {
        if (member.topics?.has(topic) === false) continue
        if (permission !== undefined && !may(member.identity, permission)) continue
        send(member, frame)
      }
    },

    get connections() {
      return all.size
    },

    members: {
      all,
      join(member) {
        all.add(member)
        const { username } = member.identity
        const own = byUser.get(username) ?? new Set()
        byUser.set(username, own.add(member))
      },
      leave(member) {
        all.delete(member)
        const { username } = member.identity
        const own = byUser.get(username)
        own?.delete(member)
        if (own?.size === 0) byUser.delete(username)
      },
    },
  }
}
