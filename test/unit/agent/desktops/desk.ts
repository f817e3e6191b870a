import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Desktop } from '../../../../contract/desktops.ts'
import { type Answer, assets, type Bench, until, workbench } from '../jobs/workbench.ts'

/** Runs until it is told how to end; its session files are written by the test, as a session script would. */
const SCRIPT = 'until [ -s end ]; do sleep 0.05; done; exit "$(cat end)"'
const template = (id: string, more = '') => `id: ${id}
version: 1
name: { en: Test desktop, ko: 시험 }
category: desktop
files: []
parameters: []
resources: { nodes: 1, tasks: 1, timeMinutes: 30 }
${more}
script: |
  ${SCRIPT}
`

/** An agent whose desktops are jobs without an X server: what a session would write, the test writes. */
export interface Desk {
  bench: Bench
  create(body?: object, user?: string): Promise<Answer>
  /** One that has begun to run. */
  begun(body?: object, user?: string): Promise<Desktop>
  /** One that says it listens on `socket`, with passwords. */
  ready(socket: string, user?: string): Promise<Desktop>
  /** A file of the session, in place at once. */
  put(id: string, name: string, content: string | Buffer, user?: string): void
  desktop(id: string, user?: string): Promise<Desktop>
  /** Waits until it is as `check` says. */
  when(id: string, what: string, check: (desktop: Desktop) => boolean): Promise<Desktop>
  /** Lets its script end with this status. */
  finish(id: string, status: number): void
  /** A server on a socket as sessions make them; what connects to it is given to `serve`. */
  listen(serve: (socket: Socket) => void): Promise<string>
  close(): Promise<void>
}

export const file = (desk: Desk, id: string, name: string, user = 'kim'): string =>
  join(desk.bench.agent.config.uploads, 'users', user, 'runs', id, name)

export async function desk(options: Parameters<typeof workbench>[0] = {}): Promise<Desk> {
  const shipped = mkdtempSync(join(tmpdir(), 'desk-assets-'))
  for (const name of ['templates', 'examples']) cpSync(join(assets, name), join(shipped, name), { recursive: true })
  mkdirSync(join(shipped, 'desktop'))
  writeFileSync(join(shipped, 'desktop/session.sh'), 'bash .headway/desktop/script\n')
  const screen = 'desktop: { geometry: { width: 800, height: 600 } }'
  writeFileSync(join(shipped, 'templates/desk.yaml'), template('desk', screen))
  writeFileSync(join(shipped, 'templates/plain.yaml'), template('plain'))
  const bench = await workbench({
    endJobs: true,
    cores: 64,
    ...options,
    environment: { HEADWAY_ASSETS: shipped, ...options.environment },
  })
  const servers: Server[] = []
  const folders: string[] = []
  const connections = new Set<Socket>()
  const desk: Desk = {
    bench,
    create: (body = {}, user = 'kim') =>
      bench.send('POST', '/api/v2/desktops', { template_id: 'desk', name: 'mine', ...body }, user),

    async begun(body, user = 'kim') {
      const answer = await desk.create(body, user)
      if (answer.status !== 201) throw new Error(answer.body)
      const { id } = answer.json<{ desktop: Desktop }>().desktop
      return desk.when(id, 'started', ({ state }) => state === 'starting')
    },

    async ready(socket, user = 'kim') {
      const { id } = await desk.begun({}, user)
      desk.put(id, 'password', 'Secret12\n', user)
      desk.put(id, 'passwd', Buffer.from('12345678'), user)
      desk.put(id, 'session.json', JSON.stringify({ host: hostname(), display: 5, socket }), user)
      return desk.when(id, 'ready', ({ state }) => state === 'ready')
    },

    put(id, name, content, user = 'kim') {
      const at = file(desk, id, `.headway/desktop/${name}`, user)
      // Its script may be on its way to make the folder.
      mkdirSync(dirname(at), { recursive: true, mode: 0o700 })
      writeFileSync(`${at}.tmp`, content, { mode: 0o600 })
      renameSync(`${at}.tmp`, at)
    },

    desktop: async (id, user = 'admin') =>
      (await bench.get(`/api/v2/desktops/${id}`, user)).json<{ desktop: Desktop }>().desktop,

    async when(id, what, check) {
      let last: Desktop | undefined
      await until(
        async () => {
          last = await desk.desktop(id)
          return check(last)
        },
        `${what}: ${id}`,
        20_000,
      )
      return last ?? desk.desktop(id)
    },

    finish: (id, status) => writeFileSync(file(desk, id, 'end'), String(status)),

    async listen(serve) {
      const folder = mkdtempSync('/tmp/headway-')
      folders.push(folder)
      const server = createServer((socket) => {
        connections.add(socket)
        socket.on('error', () => {})
        socket.on('close', () => connections.delete(socket))
        serve(socket)
      })
      servers.push(server)
      await new Promise<void>((resolve) => server.listen(join(folder, 'rfb'), resolve))
      return join(folder, 'rfb')
    },

    async close() {
      for (const socket of connections) socket.destroy()
      for (const server of servers) server.close()
      for (const folder of [...folders, shipped]) rmSync(folder, { recursive: true, force: true })
      await bench.close()
    },
  }
  return desk
}
