import type { Logger, SecretStore } from '../platform.ts'
import { createClient } from './client.ts'
import { nextConnection, type Connection, type ConnectionEvent } from './connection.ts'
import { createHttp } from './http.ts'
import type { AgentClient, AgentLink } from './interfaces.ts'
import { createLink, type LinkTimes } from './link.ts'
import { openSession, type Session } from './session.ts'
import type { Transport } from './transport.ts'

/** Everything about reaching one site. */
export interface SiteAgent {
  client: AgentClient
  link: AgentLink
  readonly connection: Connection
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
}): Promise<SiteAgent> {
  const { name: site, transport, secrets, secretKey: key, log, times } = parts
  const listeners = new Set<() => void>()
  let connection: Connection = { state: 'unknown', since: new Date().toISOString() }
  const tell = (event: ConnectionEvent): void => {
    connection = nextConnection(connection, event, Date.now())
    for (const listener of listeners) listener()
  }
  let checkedAt = 0
  const http = createHttp(transport, site, times, (outcome) => {
    // Ordinary traffic knows first that the way is open again, or no longer. Chunks come by the hundred: not for each.
    if ((outcome === 'unreachable') !== link.ready || Date.now() - checkedAt < 1000) return
    checkedAt = Date.now()
    link.check()
  })
  const session = await openSession({ http, site, secrets, key, log, now: () => Date.now() })
  const link = createLink({ transport, session, site, log, times }, tell)
  session.onChange(() => link.follow())
  link.follow()
  return {
    client: createClient(http, session, site),
    link,
    get connection() {
      return connection
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
