import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyRequest } from 'fastify'
import type { LoginAnswer } from '../../../contract/agent/auth.ts'
import type { Agent } from '../kit/agent.ts'
import { Failure } from '../kit/failure.ts'
import type { UserStore } from '../users/index.ts'
import type { Sessions } from './sessions.ts'

/** Connections that came over a unix socket. */
const local = new WeakSet<object>()

/**
 * Remembers which connections come over a unix socket. Asked as they arrive and of our own end: the other end's address is gone
 * as soon as a TCP client resets, and a connection without one would then look like a local one.
 */
export function noteSocketConnections(server: Server): void {
  server.on('connection', (connection: Socket) => {
    if (connection.localAddress === undefined && connection.localPort === undefined) local.add(connection)
  })
}

/**
 * Lets a request for the owner's sign-in through. Failure NOT_FOUND where it did not come over a unix socket, FORBIDDEN where a
 * browser sent it: no page has any business there, whoever lent it the socket.
 */
export function asOwner(request: FastifyRequest): void {
  if (!local.has(request.raw.socket)) throw new Failure('NOT_FOUND', 'There is nothing here.')
  if (request.headers.origin === undefined) return
  throw new Failure('FORBIDDEN', 'Web pages cannot sign in here.')
}

export type OwnerSignIn = (origin: { method: string; address: string; userAgent: string }) => Promise<LoginAnswer>

/** Signs the agent's owner in, on no other ground than having opened the socket (0600, in a folder 0700). */
export function createOwnerSignIn(agent: Agent, users: UserStore, sessions: Sessions): OwnerSignIn {
  const { audit, config, metrics } = agent
  return async (origin) => {
    const user = await users.find(config.owner ?? '')
    if (user === undefined) throw new Failure('NOT_FOUND', 'There is nothing here.')
    const pair = await sessions.open(user)
    metrics.count('user_login_total', { result: 'success' })
    metrics.count('auth_jwt_issued_total')
    audit.record({ user: user.username, action: 'sign-in', resource: 'socket', status: 'success', ...origin })
    return { ...pair, token: pair.access_token, user }
  }
}
