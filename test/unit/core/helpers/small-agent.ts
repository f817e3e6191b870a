import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { WebSocketServer, type WebSocket } from 'ws'
import { PROTOCOL_VERSION, type Health } from '../../../../contract/agent/version.ts'

export interface SmallAgent {
  url: string
  /** Every request: method and path with its query. */
  seen: string[]
  /** Bodies of the renewals that arrived. */
  renewals: { refresh_token: string; request_id: string }[]
  /** The access token that is accepted now. */
  valid: string
  /** Whom it takes whoever signs in for. */
  username: string
  /** Whose each access token is. */
  owners: Map<string, string>
  /** What a renewal does: answers, refuses, or rotates and loses the answer. */
  renewing: 'answer' | 'refuse' | 'lose'
  /** Milliseconds a renewal takes. */
  renewalMs: number
  expiresIn: number
  routes: Map<string, Route>
  sockets: WebSocket[]
  /** What each event connection subscribed to. */
  topics: string[][]
  /** What happens to a new event connection. */
  onSocket: (socket: WebSocket, token: string) => void
  /** What happens to a WebSocket that is asked for elsewhere. */
  onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  close(): Promise<void>
  /** After `close`: back at the same address. */
  reopen(): Promise<void>
}
export type Route = (request: IncomingMessage, response: ServerResponse, body: string) => unknown

export const sendJson = (
  response: ServerResponse,
  value: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
}
export const user = { id: 'u', username: 'jin', email: '', groups: [], permissions: ['dashboard'] }

const health: Health = {
  status: 'ok',
  product: 'headway-agent',
  version: '0.0.0',
  protocol: PROTOCOL_VERSION,
  scheduler: 'local',
  time: '2026-11-20T00:00:00.000Z',
}

/** A real server that knows sign-in and what a test adds: for what a whole agent cannot be brought to do on demand. */
export async function startSmallAgent(): Promise<SmallAgent> {
  let pairs = 0
  /** The pair given for a renewal's id. */
  const given = new Map<string, { access_token: string; refresh_token: string; expires_in: number }>()
  let refreshToken = 'r0'
  const pair = () => {
    pairs += 1
    agent.valid = `a${pairs}`
    refreshToken = `r${pairs}`
    agent.owners.set(agent.valid, agent.username)
    return { access_token: agent.valid, refresh_token: refreshToken, expires_in: agent.expiresIn }
  }
  const unauthenticated = { error: 'Sign in again.', code: 'TOKEN_INVALID' }

  const server = createServer((request, response) => void answer(request, response))
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? ''
    const path = url.split('?', 1)[0] ?? ''
    agent.seen.push(`${request.method} ${url}`)
    const route = agent.routes.get(`${request.method} ${path}`)
    if (path === '/health') return sendJson(response, health)
    if (path === '/api/auth/login') {
      await text(request)
      const made = pair()
      return sendJson(response, { ...made, token: made.access_token, user: { ...user, username: agent.username } })
    }
    if (path === '/api/auth/refresh')
      return renew(JSON.parse(await text(request)) as SmallAgent['renewals'][number], response)
    if (request.headers.authorization !== `Bearer ${agent.valid}`) {
      request.resume()
      return sendJson(response, unauthenticated, 401)
    }
    const body = await text(request)
    if (route === undefined) return sendJson(response, { error: 'There is no such thing.', code: 'NOT_FOUND' }, 404)
    await route(request, response, body)
  }
  async function renew(body: SmallAgent['renewals'][number], response: ServerResponse): Promise<void> {
    agent.renewals.push(body)
    await new Promise((resolve) => setTimeout(resolve, agent.renewalMs))
    const again = given.get(body.request_id)
    if (agent.renewing === 'refuse' || (again === undefined && body.refresh_token !== refreshToken)) {
      return sendJson(response, unauthenticated, 401)
    }
    const made = again ?? pair()
    given.set(body.request_id, made)
    if (agent.renewing === 'lose') response.destroy()
    else sendJson(response, made)
  }

  const sockets = new WebSocketServer({ noServer: true, autoPong: true })
  const upgraded = new Set<Duplex>()
  server.on('upgrade', (request, socket, head) => {
    upgraded.add(socket)
    socket.on('error', () => undefined).once('close', () => upgraded.delete(socket))
    if (request.url !== '/ws') return agent.onUpgrade(request, socket, head)
    sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened, request))
  })
  sockets.on('connection', (socket, request) => {
    const mine: string[] = []
    agent.sockets.push(socket)
    agent.topics.push(mine)
    socket.on('message', (data: Buffer) => mine.push((JSON.parse(data.toString()) as { topic: string }).topic))
    agent.onSocket(socket, (request.headers.authorization ?? '').replace('Bearer ', ''))
  })
  const listen = (at: number): Promise<void> => new Promise((resolve) => server.listen(at, '127.0.0.1', resolve))
  await listen(0)
  const { port } = server.address() as AddressInfo
  const agent: SmallAgent = {
    url: `http://127.0.0.1:${port}`,
    seen: [],
    renewals: [],
    valid: 'a0',
    username: user.username,
    owners: new Map(),
    renewing: 'answer',
    renewalMs: 0,
    expiresIn: 900,
    routes: new Map(),
    sockets: [],
    topics: [],
    onSocket: () => undefined,
    onUpgrade: (_request, socket) => socket.destroy(),
    async close() {
      for (const socket of sockets.clients) socket.terminate()
      for (const socket of upgraded) socket.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
    reopen: () => listen(port),
  }
  return agent
}
