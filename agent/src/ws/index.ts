import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { Value } from 'typebox/value'
import { type AgentRefusal, AgentSubscribe } from '../../../contract/agent/events.ts'
import { type Access, type Auth, bearer, LEEWAY_SECONDS } from '../auth/index.ts'
import type { Agent } from '../kit/agent.ts'
import { refuseOn } from '../kit/answers.ts'
import { Failure } from '../kit/failure.ts'
import { may } from '../kit/identity.ts'
import type { Noun } from '../kit/noun.ts'
import type { Member, Members } from './hub.ts'
import type { Accepted, UpgradePath } from './paths.ts'

export { createHub } from './hub.ts'
export type { UpgradePath } from './paths.ts'

/** Client frames are `{action, topic}`; nothing they say is longer. */
const MAX_FRAME = 4096
/** Of a stream of bytes: clients send what they have in pieces far smaller. */
const MAX_PIECE = 1_048_576
const HEARTBEAT_MS = 30_000
/** A refused client that does not close by itself is cut. */
const CLOSE_MS = 1000
const MAX_TIMER_MS = 2 ** 31 - 1
/** RFC 6455: policy violation. */
const REFUSED = 1008

/**
 * The token of an upgrade request, by the first that is there: `Authorization: Bearer …` (the app's own way), the subprotocol
 * `bearer.<jwt>` offered beside `headway.v1` (browsers, which cannot set headers), or `?token=` (old clients).
 */
function tokenOf(request: IncomingMessage, query: URLSearchParams): string | undefined {
  const carried = offeredBy(request)
    .find((name) => name.startsWith('bearer.'))
    ?.slice('bearer.'.length)
  return bearer(request.headers.authorization) ?? carried ?? (query.get('token') || undefined)
}

const offeredBy = (request: IncomingMessage): string[] =>
  (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())

/** Says why, then closes; `ws` alone would wait 30 s for a client that does not close as well. */
export function end(socket: WebSocket, code: number, reason = ''): void {
  socket.close(code, reason)
  const cut = setTimeout(() => socket.terminate(), CLOSE_MS)
  cut.unref()
  socket.once('close', () => clearTimeout(cut))
}

function refuse(socket: WebSocket, code: AgentRefusal['code']): void {
  const frame: AgentRefusal = { type: 'error', code }
  socket.send(JSON.stringify(frame))
  end(socket, REFUSED, code)
}

/** What is not understood is not answered: a newer client may say more than this agent knows. */
function hear(member: Member, text: string): void {
  let frame: unknown
  try {
    frame = JSON.parse(text)
  } catch {
    return
  }
  if (!Value.Check(AgentSubscribe, frame)) return
  member.topics ??= new Set()
  if (frame.action === 'subscribe') member.topics.add(frame.topic)
  else member.topics.delete(frame.topic)
}

/** Where other nouns take WebSockets of their own. */
export interface Upgrades {
  /** To be called before the agent listens. */
  take(path: UpgradePath): void
}

/** `/ws`: who may come in, what they may say, and when they must go. */
export function createGateway(
  agent: Pick<Agent, 'config' | 'log' | 'metrics' | 'now'>,
  { auth, members }: { auth: Pick<Auth, 'authenticate' | 'onDenied'>; members: Members },
): Noun & Upgrades & { attach(server: Server): void } {
  const { config, log, metrics, now } = agent
  const alive = new WeakSet<WebSocket>()
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME,
    perMessageDeflate: false,
    // The token is never said back: a browser is content with any other name it offered.
    handleProtocols: (names) => [...names].find((name) => !name.startsWith('bearer.')) ?? false,
  })
  const paths: UpgradePath[] = []
  const streams = new Map<WebSocket, Access>()
  const streaming = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_PIECE,
    perMessageDeflate: false,
    handleProtocols: (names) => paths.find(({ protocol }) => names.has(protocol))?.protocol ?? false,
  })
  let separate: Server | undefined
  /** Who comes now, or is being authenticated, would outlive the server that waits for all to go. */
  let closing = false
  let heartbeat: NodeJS.Timeout | undefined

  const beat = (socket: WebSocket) => {
    if (!alive.delete(socket)) socket.terminate()
    else socket.ping()
  }

  const admit = (socket: WebSocket, { identity, digest, expiresAt }: Access) => {
    const member: Member = { socket, identity, digest, topics: undefined }
    members.join(member)
    metrics.count('ws_connections_total')
    alive.add(socket)
    const left = (expiresAt + LEEWAY_SECONDS) * 1000 - now().getTime()
    const expiry = setTimeout(() => refuse(socket, 'AUTH_FAILED'), Math.min(Math.max(left, 0), MAX_TIMER_MS))
    expiry.unref()
    socket.on('pong', () => alive.add(socket))
    socket.on('message', (data, isBinary) => {
      // One Buffer: `ws` gives fragments only where its binaryType asks for them.
      if (!isBinary && Buffer.isBuffer(data)) hear(member, data.toString('utf8'))
    })
    socket.on('close', () => {
      clearTimeout(expiry)
      members.leave(member)
    })
  }

  /** Who asks is known, and may; nothing was looked at yet of what they ask for. Failure. */
  async function streamAccess(permission: UpgradePath['permission'], request: IncomingMessage): Promise<Access> {
    // No token in an address: there are no old clients here.
    const token = tokenOf(request, new URLSearchParams())
    if (token === undefined) throw new Failure('UNAUTHENTICATED', 'Sign in first.')
    const access = await auth.authenticate(token).catch((error: unknown) => {
      metrics.count('auth_jwt_validation_failures_total')
      throw error
    })
    if (!may(access.identity, ...permission)) {
      const [first] = permission
      throw new Failure('FORBIDDEN', `This needs the permission ${permission.join(' or ')}.`, {
        details: { permission: first },
      })
    }
    if (streams.size >= config.limits.wsConnections) {
      throw new Failure('RATE_LIMITED', 'Too many streams are open. Try again later.', { retryAfter: 10 })
    }
    return access
  }

  async function stream(
    path: UpgradePath,
    groups: readonly string[],
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): Promise<void> {
    let access: Access
    let accepted: Accepted
    try {
      access = await streamAccess(path.permission, request)
      const offered = offeredBy(request).filter((name) => !name.startsWith('bearer.'))
      accepted = await path.accept({ access, groups, offered, request })
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      refuseOn(socket, error)
      return
    }
    let opened = false
    if (closing) socket.destroy()
    if (!socket.destroyed) {
      streaming.handleUpgrade(request, socket, head, (connection) => {
        opened = true
        connection.on('error', (error) => log.debug({ err: error }, 'a stream was cut'))
        connection.on('pong', () => alive.add(connection))
        connection.on('close', () => streams.delete(connection))
        streams.set(connection, access)
        alive.add(connection)
        accepted.open(connection)
      })
    }
    if (!opened) accepted.abandon()
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const [path = '', query = ''] = (request.url ?? '').split('?')
    for (const other of paths) {
      const found = other.pattern.exec(path)
      if (found !== null) return stream(other, found.slice(1), request, socket, head)
    }
    if (path !== '/ws') {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    const token = tokenOf(request, new URLSearchParams(query))
    const access = token === undefined ? undefined : await auth.authenticate(token).catch(() => undefined)
    if (token !== undefined && access === undefined) metrics.count('auth_jwt_validation_failures_total')
    // Read after the wait for authentication, or many at once would all see the last free place.
    if (access !== undefined && members.all.size >= config.limits.wsConnections) {
      socket.end(
        'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 10\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
      )
      return
    }
    if (closing) socket.destroy()
    if (socket.destroyed) return
    server.handleUpgrade(request, socket, head, (connection) => {
      // A broken frame ends its own connection; `ws` closes it by itself.
      connection.on('error', (error) => log.debug({ err: error }, 'a WebSocket client was cut'))
      if (token === undefined) refuse(connection, 'AUTH_REQUIRED')
      else if (access === undefined) refuse(connection, 'AUTH_FAILED')
      else admit(connection, access)
    })
  }

  const attach = (http: Server) => {
    http.on('upgrade', (request, socket, head) => {
      // Between upgrade and WebSocket nobody else listens: a reset would be an uncaught error.
      const cut = () => socket.destroy()
      socket.on('error', cut)
      upgrade(request, socket, head)
        .catch((error: unknown) => {
          log.error({ err: error }, 'a WebSocket could not be opened')
          socket.destroy()
        })
        .finally(() => socket.off('error', cut))
    })
  }

  auth.onDenied((digest, username) => {
    for (const member of members.all) if (member.digest === digest) refuse(member.socket, 'AUTH_FAILED')
    // A stream lasts for hours, an access token for minutes, and a screen must not go dark at every new one: who was let in stays
    // until they sign out. The token signed out then is a later one than the stream came with, and that both are of one sign-in
    // nobody can tell: so a stream that has outlived its token ends with any sign-out of its user. A client of another sign-in
    // comes back by itself.
    for (const [socket, { digest: own, identity, expiresAt }] of streams) {
      const isOutlived = identity.username === username && expiresAt * 1000 < now().getTime()
      if (own === digest || isOutlived) end(socket, REFUSED, 'AUTH_FAILED')
    }
  })

  return {
    attach,
    take: (path) => void paths.push(path),
    routes: async () => {},

    async start() {
      heartbeat = setInterval(() => {
        for (const { socket } of members.all) beat(socket)
        // One that is paused is not heard, and so no sign of death.
        for (const socket of streams.keys()) if (!socket.isPaused) beat(socket)
      }, HEARTBEAT_MS)
      heartbeat.unref()
      if (config.wsPort === undefined) return
      const http = createServer((_request, response) => response.writeHead(426, { upgrade: 'websocket' }).end())
      separate = http
      attach(http)
      await new Promise<void>((resolve, reject) => {
        http.once('error', reject)
        http.listen(config.wsPort, config.host, resolve)
      })
      log.info({ address: http.address() }, 'WebSockets listen on their own port as well')
    },

    async close() {
      closing = true
      clearInterval(heartbeat)
      // 1001: going away; clients come back by themselves.
      for (const { socket } of members.all) end(socket, 1001)
      for (const socket of streams.keys()) end(socket, 1001)
      const http = separate
      if (http?.listening === true) await new Promise((resolve) => http.close(resolve))
    },
  }
}
