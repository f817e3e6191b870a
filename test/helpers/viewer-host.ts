import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { Duplex } from 'node:stream'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { createFileLog } from '../../src/core/host-kit/index.ts'
import { appError } from '../../src/core/kit/app-error.ts'
import { startServer } from '../../src/web/server.ts'

/** The server of the Node host with streams of a test behind its tickets, and a signed-in page's connections. */
export interface ViewerHost {
  url: string
  origin: string
  /** The address with a fresh one-time token. */
  address(): string
  /** A new bearer. */
  bearer(): Promise<string>
  /** A ticket that is good once. */
  ticket(take: () => Promise<Duplex>): string
  /** An open connection to `/viewer`; as a number the status it was refused with. */
  open(ticket: string, options?: { bearer?: string; origin?: string }): Promise<WebSocket | number>
  log(): Promise<string>
  close(): Promise<void>
}

/** `page`: the script of the window, as text. */
export async function startViewerHost(page = ''): Promise<ViewerHost> {
  const folder = await mkdtemp(join(tmpdir(), 'headway-viewer-'))
  const renderer = join(folder, 'renderer')
  await mkdir(join(renderer, 'assets'), { recursive: true })
  await writeFile(
    join(renderer, 'index.html'),
    '<!doctype html><meta charset="utf-8"><title>Headway</title><body><script type="module" src="/assets/page.js"></script>',
  )
  await writeFile(join(renderer, 'assets', 'page.js'), page)
  const tickets = new Map<string, () => Promise<Duplex>>()
  const server = await startServer({
    renderer,
    port: 0,
    maxRpcBytes: 1000,
    maxIntakeBytes: 1000,
    log: createFileLog(join(folder, 'log')),
    serveRpc: (socket) => socket.close(),
    serveIntake: (socket) => socket.close(),
    takeDownload: () => Promise.reject(new Error('not here')),
    takeViewer(ticket) {
      const take = tickets.get(ticket)
      tickets.delete(ticket)
      return (
        take?.() ?? Promise.reject(appError('NOT_FOUND', { what: 'desktop', id: 'ticket' }, 'This ticket was used.'))
      )
    },
  })
  const { origin } = new URL(server.url)
  const signIn = async (): Promise<string> => {
    const body = JSON.stringify({ token: server.mint() })
    const answer = await fetch(`${origin}/session`, { method: 'POST', headers: { origin }, body })
    return ((await answer.json()) as { bearer: string }).bearer
  }
  return {
    url: server.url,
    origin,
    address: () => `${server.url}#token=${server.mint()}`,
    bearer: signIn,
    ticket(take) {
      const ticket = randomUUID()
      tickets.set(ticket, take)
      return ticket
    },
    async open(ticket, options = {}) {
      const bearer = options.bearer ?? (await signIn())
      const protocols = ['headway.v1', `bearer.${bearer}`, `ticket.${ticket}`]
      const headers = { origin: options.origin ?? origin }
      return new Promise((resolve, reject) => {
        const socket = new WebSocket(`${origin.replace('http', 'ws')}/viewer`, protocols, { headers })
        socket.once('unexpected-response', (_, answer) => resolve(answer.statusCode ?? 0))
        socket.once('open', () => resolve(socket))
        socket.once('error', reject)
      })
    },
    log: () => readFile(join(folder, 'log'), 'utf8').catch(() => ''),
    async close() {
      await server.close()
      await rm(folder, { recursive: true })
    },
  }
}
