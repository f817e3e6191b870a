import { build } from 'esbuild'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { WebSocketServer, type WebSocket } from 'ws'
import type { AppErrorValue } from '../../../contract/errors.ts'
import { securityHeaders } from '../../../src/core/renderer-files/index.ts'
import type { DesktopSession } from '../../helpers/desktop-session.ts'

/** Serves the viewer alone, under the policy that hosts serve the window with, and carries its bytes to a real X server. */
export interface ViewerSite {
  address: string
  /** What the next ways are opened with; `error`: that instead. */
  next: { password?: string; viewOnly: boolean; clipboard: boolean; error?: AppErrorValue }
  /** Ways that were asked for. */
  opens(): number
  /** Bytes that came from the server. */
  received(): number
  /** Cuts all ways, as a lost line does. */
  cut(): void
  close(): Promise<void>
}

const types: Record<string, string> = { '.js': 'text/javascript', '.css': 'text/css' }
const nonce = 'dmlld2Vy'
const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Viewer</title>
<meta name="csp-nonce" content="${nonce}"><link rel="icon" href="data:,"><link rel="stylesheet" href="/viewer-page.css">
</head><body><div id="root"></div><script type="module" src="/viewer-page.js"></script></body></html>`

export async function serveViewer(session: DesktopSession): Promise<ViewerSite> {
  const folder = await mkdtemp(join(tmpdir(), 'headway-viewer-'))
  await build({
    entryPoints: [fileURLToPath(new URL('viewer-page.mjs', import.meta.url))],
    outdir: folder,
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    target: 'es2024',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
  })
  const ways = new Set<WebSocket>()
  let opens = 0
  let received = 0
  const next: ViewerSite['next'] = { password: session.password(), viewOnly: false, clipboard: true }
  const server = createServer((request, response) => void respond(request, response))
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const answer = (status: number, type: string, body: string | Buffer): void => {
      response.writeHead(status, { ...securityHeaders(nonce), 'content-type': type }).end(body)
    }
    if (path === '/') return answer(200, 'text/html', page)
    if (path === '/open') {
      opens += 1
      const { error, ...opened } = next
      const body = JSON.stringify(error ?? { ...opened, name: 'Wing' })
      return answer(error === undefined ? 200 : 503, 'application/json', body)
    }
    const file = await readFile(join(folder, path.replaceAll('..', ''))).catch(() => undefined)
    if (file === undefined) return answer(404, 'text/plain', '')
    return answer(200, types[extname(path)] ?? 'application/octet-stream', file)
  }
  const sockets = new WebSocketServer({ server, path: '/way', perMessageDeflate: false })
  sockets.on('connection', (way) => {
    ways.add(way)
    way.pause()
    const carry = async (): Promise<void> => {
      const stream = await session.stream()
      stream.on('data', (data: Buffer) => {
        received += data.length
        way.send(data)
      })
      stream.on('close', () => way.close())
      stream.on('error', () => way.close())
      way.on('message', (data: Buffer) => stream.write(data))
      way.on('close', () => {
        ways.delete(way)
        stream.destroy()
      })
      way.resume()
    }
    carry().catch(() => way.terminate())
  })
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    next,
    opens: () => opens,
    received: () => received,
    cut() {
      for (const way of ways) way.terminate()
    },
    async close() {
      for (const way of ways) way.terminate()
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
      await rm(folder, { recursive: true, force: true })
    },
  }
}
