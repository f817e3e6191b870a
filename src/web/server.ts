import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import { serveViewer } from '../core/host-kit/index.ts'
import { createRendererFiles, newNonce, securityHeaders } from '../core/renderer-files/index.ts'
import type { Logger } from '../core/platform.ts'
import { createSessions, isOwnRequest } from './access.ts'
import { sendDownload, type Download } from './download.ts'
import { peerUser } from './peer.ts'
import { bytesOverWebSocket } from './viewer.ts'

/** What the server hands on; it knows neither the core nor what a page's messages mean. */
export interface Parts {
  /** Folder of the built window. */
  renderer: string
  /** A page's connection for calls and streams. */
  serveRpc: (socket: WebSocket) => void
  /** A page's connection for the bytes of its files. */
  serveIntake: (socket: WebSocket) => void
  takeDownload: (ticket: string) => Promise<Download>
  /** The byte stream of a viewer; rejects with NOT_FOUND for a ticket that was used or never was. */
  takeViewer: (ticket: string) => Promise<Duplex>
  log: Logger
  /** 0: one that is free. */
  port: number
  /** Largest message of a page, in bytes. */
  maxRpcBytes: number
  maxIntakeBytes: number
}

export interface WebServer {
  /** Without a token. */
  url: string
  /** A new one-time token; an unused older one stops working. */
  mint(): string
  close(): Promise<void>
}

const protocol = 'headway.v1'
const bodyLimit = 4096
/** What a viewer sends: keys, the pointer, and text of the clipboard, which comes in pieces. */
const maxViewerBytes = 1024 * 1024
const ticketForm = /^[A-Za-z0-9_-]{1,128}$/

const sockets = (maxPayload: number): WebSocketServer =>
  new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false, handleProtocols: () => protocol })

/** Serves the window on 127.0.0.1: files to anybody who names the host right, everything else to our own page alone. */
export async function startServer(parts: Parts): Promise<WebServer> {
  const { log } = parts
  const sessions = createSessions()
  const files = createRendererFiles(parts.renderer)
  const rpc = sockets(parts.maxRpcBytes)
  const intake = sockets(parts.maxIntakeBytes)
  const viewer = sockets(maxViewerBytes)
  let port = parts.port

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const say = (status: number, text: string, headers: Record<string, string> = {}): void => {
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers }).end(text)
    }
    for (const [name, value] of Object.entries(securityHeaders(newNonce()))) response.setHeader(name, value)
    response.setHeader('cache-control', 'no-store')
    if (!isOwnRequest(request, port)) {
      return say(
        403,
        `Headway answers its own page only. Open http://127.0.0.1:${port}/ (a forwarded port needs the same number at both ends).`,
      )
    }
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
    if (path === '/session' || path === '/download') {
      if (request.method !== 'POST') return say(405, 'Only POST is answered here.', { allow: 'POST' })
      const body = await readBody(request)
      if (body === undefined) return say(413, 'Too much was sent.')
      return path === '/session' ? openSession(request, body, say, response) : download(request, body, say, response)
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return say(405, 'Only GET is answered here.', { allow: 'GET, HEAD' })
    }
    const file = await files.respond(path)
    response.writeHead(file.status, { ...file.headers, 'content-length': String(file.body.length) })
    response.end(request.method === 'HEAD' ? undefined : file.body)
  }

  type Say = (status: number, text: string, headers?: Record<string, string>) => void

  async function openSession(
    request: IncomingMessage,
    body: string,
    say: Say,
    response: ServerResponse,
  ): Promise<void> {
    const user = await peerUser(port, request.socket.remotePort ?? 0)
    if (user !== undefined && user !== process.getuid?.()) {
      log.warn('another user of this machine tried to open the window', { user })
      return say(403, 'This Headway belongs to another user of this machine.')
    }
    const token = tokenOf(body)
    if (token === undefined) return say(400, 'Send {"token": "…"} as JSON.')
    const result = sessions.exchange(token)
    if ('bearer' in result) {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result))
      return
    }
    if (result.refused === 'too-many') {
      return say(429, 'Too many wrong addresses. Wait a minute.', { 'retry-after': String(result.retryAfter ?? 60) })
    }
    say(401, 'This address works once. Press Enter in the terminal where Headway runs to get a new one.')
  }

  async function download(request: IncomingMessage, body: string, say: Say, response: ServerResponse): Promise<void> {
    const ticket = new URLSearchParams(body).get('ticket')
    if (ticket === null || ticket === '') return say(400, 'The ticket is missing.')
    const navigation = request.headers['sec-fetch-mode'] === 'navigate'
    await sendDownload(() => parts.takeDownload(ticket), response, { navigation, log })
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    const refuse = (status: string): void => void socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`)
    if (!isOwnRequest(request, port, true)) return refuse('403 Forbidden')
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((part) => part.trim())
    const shown = (name: string): string | undefined =>
      offered.find((part) => part.startsWith(`${name}.`))?.slice(name.length + 1)
    const bearer = shown('bearer')
    if (!offered.includes(protocol) || bearer === undefined || !sessions.isBearer(bearer))
      return refuse('401 Unauthorized')
    if (request.url === '/rpc') rpc.handleUpgrade(request, socket, head, serving(parts.serveRpc))
    else if (request.url === '/intake') intake.handleUpgrade(request, socket, head, serving(parts.serveIntake))
    else if (request.url === '/viewer') {
      const ticket = shown('ticket')
      if (ticket === undefined || !ticketForm.test(ticket)) return refuse('400 Bad Request')
      viewer.handleUpgrade(
        request,
        socket,
        head,
        serving((page) => view(page, ticket)),
      )
    } else refuse('404 Not Found')
  }

  const view = (page: WebSocket, ticket: string): void =>
    void serveViewer(
      (listener) => bytesOverWebSocket(page, listener),
      () => parts.takeViewer(ticket),
      log,
    )

  /** A frame that is too long or malformed ends its connection; the page opens another. */
  const serving =
    (serve: (socket: WebSocket) => void) =>
    (socket: WebSocket): void => {
      socket.on('error', (error) => log.warn('a connection of a page failed', { reason: error.message }))
      serve(socket)
    }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      log.error('a request failed', { path: request.url?.split('?', 1)[0], reason: String(error) })
      if (response.headersSent) response.destroy()
      else
        response
          .writeHead(500, { 'content-type': 'text/plain; charset=utf-8' })
          .end('Headway failed here; see its log.')
    })
  })
  server.on('upgrade', upgrade)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(parts.port, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The host has no address.')
  port = address.port

  return {
    url: `http://127.0.0.1:${port}/`,
    mint: () => sessions.mint(),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const server of [rpc, intake, viewer]) for (const socket of server.clients) socket.terminate()
      server.closeAllConnections()
      await closed
    },
  }
}

/** The whole body as text, or undefined where it is longer than anything we expect. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > bodyLimit) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function tokenOf(body: string): string | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null && 'token' in value && typeof value.token === 'string'
      ? value.token
      : undefined
  } catch {
    return undefined
  }
}
