import type { SiteConnection } from '../../../contract/sites.ts'
import type { Logger, SecretStore } from '../platform.ts'
import { createClient } from './client.ts'
import { nextSkew, noSkew } from './clock-skew.ts'
import { nextConnection, type ConnectionEvent, type Following } from './connection.ts'
import { createHttp } from './http.ts'
import type { AgentClient, AgentLink } from './interfaces.ts'
import { createLink, type LinkTimes } from './link.ts'
import { openSession, type Session } from './session.ts'
import type { Transport } from './transport.ts'

/** Everything about reaching one site. */
export interface SiteAgent {
  client: AgentClient
  link: AgentLink
  readonly connection: SiteConnection
  onConnection(listener: () => void): () => void
  signIn: Session['signIn']
  signInAsOwner: Session['signInAsOwner']
  signOut(): Promise<void>
  /** Tries at once instead of at the next attempt. */
  reconnect(): void
  close(): void
}

/** Waits, in milliseconds; a test shortens them. */
export interface AgentTimes extends LinkTimes {
  /** Without a byte moving until an answer begins. */
  answerMs: number
}
export const agentTimes: AgentTimes = {
  pingEveryMs: 15_000,
  pongWithinMs: 10_000,
  connectMs: 10_000,
  answerMs: 60_000,
  backOff: { baseMs: 1000, maxMs: 30_000 },
}

export async function openSiteAgent(parts: {
  /** As errors name it. */
  name: string
  transport: Transport
  secrets: SecretStore
  secretKey: string
  log: Logger
  times: AgentTimes
  /** Connects by itself, which is the default; else once something is asked of it. */
  connectAtStart?: boolean
}): Promise<SiteAgent> {
  const { name: site, transport, secrets, secretKey: key, log, times } = parts
  const listeners = new Set<() => void>()
  let following: Following = { connection: { state: 'unknown', since: new Date().toISOString() }, against: 0 }
  const tell = (event: ConnectionEvent): void => {
    const before = following.connection
    following = nextConnection(following, event, Date.now())
    if (following.connection === before) return
    for (const listener of listeners) listener()
  }
  let skew = noSkew
  function compareClocks(aheadMs: number): void {
    const before = skew
    skew = nextSkew(before, aheadMs)
    if (skew.seconds !== before.seconds) tell({ type: 'clock', skewSeconds: skew.seconds })
  }
  let checkedAt = 0
  const http = createHttp(transport, site, times, (outcome, aheadMs) => {
    const answered = outcome === 'answered'
    if (aheadMs !== undefined) compareClocks(aheadMs)
    if (!answered && link.ready) tell({ type: 'unanswered', late: outcome === 'late' })
    // Ordinary traffic knows first that the way is open again, or good, or no longer. Chunks come by the hundred: not for each.
    const doubtful = answered ? !link.ready || following.connection.state === 'degraded' : link.ready
    if (!doubtful || Date.now() - checkedAt < 1000) return
    checkedAt = Date.now()
    link.check()
  })
  const session = await openSession({ http, site, secrets, key, log, now: () => Date.now() })
  const link = createLink({ transport, session, site, log, times }, tell)
  session.onChange(() => link.follow())
  if (parts.connectAtStart ?? true) link.follow()
  return {
    client: createClient(http, session, site),
    link,
    get connection() {
      return following.connection
    },
    onConnection(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    signIn: (...credentials) => session.signIn(...credentials),
    signInAsOwner: (accepted) => session.signInAsOwner(accepted),
    signOut: () => session.signOut(),
    reconnect: () => link.check(),
    close() {
      link.close()
      transport.close()
      listeners.clear()
    },
  }
}
