import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Duplex } from 'node:stream'
import { afterAll, describe, expect, it } from 'vitest'
import { createWebSocketStream, WebSocket } from 'ws'
import { type ConnectAnswer, RFB_PROTOCOL } from '../../contract/agent/desktops.ts'
import type { Desktop } from '../../contract/desktops.ts'
import { portalToken, temporaryFolder } from '../helpers/agent.ts'
import { hasPart } from '../helpers/parts.ts'
import { connectVnc, type VncClient } from '../helpers/vnc-client.ts'
import { type Bench, until, workbench } from '../unit/agent/jobs/workbench.ts'

/** A screen of one colour, and a terminal that keeps what is typed into it. */
const TEMPLATE = `id: painted
version: 1
name: { en: Painted }
category: desktop
files: []
parameters: []
resources: { nodes: 1, tasks: 1, timeMinutes: 10 }
desktop: { geometry: { width: 640, height: 400 } }
script: |
  #!/bin/bash
  xsetroot -solid '#12ab34'
  xterm -geometry 20x5+100+100 -e 'IFS= read -r line; printf %s "$line" >typed.new; mv typed.new typed; read -r line' &
  until [ -s end ]; do sleep 0.1; done
  exit "$(cat end)"
`

const benches: Bench[] = []
const folders: string[] = []
/** An agent with a template of the site; `folder` for another one over the same. */
async function open(environment: Record<string, string> = {}, folder = temporaryFolder()): Promise<Bench> {
  folders.push(folder)
  mkdirSync(join(folder, 'templates/shared'), { recursive: true })
  writeFileSync(join(folder, 'templates/shared/painted.yaml'), TEMPLATE)
  const bench = await workbench({ folder, cores: 32, environment: { HEADWAY_DESKTOPS_PER_USER: '30', ...environment } })
  benches.push(bench)
  return bench
}
afterAll(async () => {
  for (const bench of benches) {
    const { desktops } = (await bench.get('/api/v2/desktops', 'admin').catch(() => undefined))?.json<{
      desktops: Desktop[]
    }>() ?? { desktops: [] }
    for (const { id, state } of desktops) if (state !== 'ended') await end(bench, id)
    await bench.stop().catch(() => undefined)
  }
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
}, 60_000)

const answered = async (bench: Bench, id: string) =>
  (await bench.get(`/api/v2/desktops/${id}`, 'admin')).json<{ desktop: Desktop }>().desktop

async function when(bench: Bench, id: string, what: string, check: (desktop: Desktop) => boolean): Promise<Desktop> {
  let last = await answered(bench, id)
  await until(async () => check((last = await answered(bench, id))), `${what} of ${JSON.stringify(last)}`, 30_000)
  return last
}

async function start(bench: Bench, body: object = {}): Promise<Desktop> {
  const answer = await bench.send('POST', '/api/v2/desktops', { template_id: 'painted', name: 'mine', ...body })
  if (answer.status !== 201) throw new Error(answer.body)
  const { id } = answer.json<{ desktop: Desktop }>().desktop
  return when(bench, id, 'ready', ({ state, end: over }) => {
    if (over !== undefined) throw new Error(JSON.stringify(over))
    return state === 'ready'
  })
}

async function end(bench: Bench, id: string): Promise<Desktop> {
  await bench.send('POST', `/api/v2/desktops/${id}/stop`, undefined, 'admin')
  return when(bench, id, 'end', ({ end: over }) => over !== undefined)
}

const inRun = (bench: Bench, id: string, name: string) => bench.inRun(id, name)
const placeOf = ({ endpoint: { socket } }: ConnectAnswer) => dirname(socket ?? '/nowhere/x')

async function connection(bench: Bench, id: string, user = 'kim'): Promise<ConnectAnswer> {
  const answer = await bench.send('POST', `/api/v2/desktops/${id}/connect`, undefined, user)
  if (answer.status !== 200) throw new Error(answer.body)
  return answer.json<ConnectAnswer>()
}

interface Relayed {
  socket: WebSocket
  stream: Duplex
}

async function relay(bench: Bench, id: string, options: { user?: string; share?: string } = {}): Promise<Relayed> {
  const { user = 'kim', share } = options
  const headers = { authorization: `Bearer ${await portalToken({ sub: user })}` }
  const protocols = [RFB_PROTOCOL, ...(share === undefined ? [] : [`share.${share}`])]
  const url = `${bench.agent.url.replace('http', 'ws')}/api/v2/desktops/${id}/rfb`
  const socket = new WebSocket(url, protocols, { headers })
  // Before it is open: the server's first word may come with the answer.
  const stream = createWebSocketStream(socket)
  stream.on('error', () => {})
  await once(socket, 'open')
  return { socket, stream }
}

/** A viewer of its owner, by the relay. */
async function view(bench: Bench, id: string): Promise<VncClient> {
  const { password, endpoint } = await connection(bench, id)
  const { stream } = await relay(bench, id)
  return connectVnc({
    stream,
    password,
    ...(endpoint.certificate === undefined ? {} : { certificate: endpoint.certificate }),
  })
}

const isPainted = (vnc: VncClient) => () => vnc.pixel(5, 5) === '#12ab34'
const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ')
  } catch {
    return false
  }
}
const serverOf = (answer: ConnectAnswer) => Number(readFileSync(join(placeOf(answer), 'server'), 'utf8'))

describe.skipIf(!hasPart('Xvnc') || !hasPart('xsetroot') || !hasPart('xterm'))('a desktop with a real X server', () => {
  let bench: Bench

  it('is shown and typed into by its owner, watched by a colleague, and nobody else’s', async () => {
    bench = await open()
    const { id, geometry } = await start(bench)
    const vnc = await view(bench, id)
    expect([vnc.width, vnc.height, vnc.name]).toEqual([
      geometry.width,
      geometry.height,
      expect.stringContaining('mine'),
    ])
    await vnc.until('the colour', isPainted(vnc))
    await when(bench, id, 'connected', ({ state, viewers }) => state === 'connected' && viewers === 1)

    const shared = await bench.send('POST', `/api/v2/desktops/${id}/share`)
    const { code } = shared.json<{ code: string }>()
    const given = await bench.send('POST', '/api/v2/desktops/shared', { code }, 'lee')
    const { password, viewOnly } = given.json<ConnectAnswer>()
    expect([viewOnly, code.endsWith(password)]).toEqual([true, true])
    const watching = await relay(bench, id, { user: 'lee', share: password })
    const closed = once(watching.socket, 'close')
    const theirs = await connectVnc({ stream: watching.stream, password })
    await theirs.until('the colour', isPainted(theirs))
    await when(bench, id, 'both counted', ({ viewers }) => viewers === 2)

    // The terminal is where the pointer is; what a watcher does there is nothing.
    vnc.pointer(140, 130)
    await vnc.until('the terminal', () => vnc.pixel(140, 130) !== '#12ab34')
    theirs.type('thief\n')
    await theirs.update()
    vnc.type('owner')
    await vnc.update()
    theirs.type('thief\n')
    await theirs.update()
    vnc.type('\n')
    await until(() => existsSync(inRun(bench, id, 'typed')), 'what was typed')
    expect(readFileSync(inRun(bench, id, 'typed'), 'utf8')).toBe('owner')

    expect((await bench.send('DELETE', `/api/v2/desktops/${id}/share`)).status).toBe(200)
    const [status] = (await closed) as [number]
    expect(status).toBe(1008)
    await theirs.closed
    await when(bench, id, 'one left', ({ viewers }) => viewers === 1)
    await vnc.update()
    // The X server has forgotten that password, by whatever way one comes.
    const again = relay(bench, id, { user: 'lee', share: password })
    await expect(again).rejects.toThrow('404')
    await expect(relay(bench, id, { user: 'lee' })).rejects.toThrow('403')
    await expect(relay(bench, id, { user: 'admin' })).rejects.toThrow('403')
    const { stream } = await relay(bench, id)
    await expect(connectVnc({ stream, password })).rejects.toThrow(/[Aa]uthentication/)
    vnc.close()
    await when(bench, id, 'left', ({ state, viewers }) => state === 'idle' && viewers === 0)
    await end(bench, id)
  })

  it('survives ten connections and cuts, and with its end everything is gone', async () => {
    const { id } = await start(bench, { geometry: { width: 333, height: 222 } })
    const answer = await connection(bench, id)
    for (let count = 0; count < 10; count++) {
      const { socket, stream } = await relay(bench, id)
      const vnc = await connectVnc({ stream, password: answer.password })
      await vnc.until('the colour', isPainted(vnc))
      expect([vnc.width, vnc.height]).toEqual([333, 222])
      socket.terminate()
      await vnc.closed
    }
    await when(bench, id, 'left', ({ viewers }) => viewers === 0)
    const server = serverOf(answer)
    expect(isAlive(server)).toBe(true)
    const { display } = JSON.parse(readFileSync(inRun(bench, id, '.headway/desktop/session.json'), 'utf8')) as {
      display: number
    }
    const vnc = await view(bench, id)
    expect((await end(bench, id)).end).toEqual({ kind: 'stopped' })
    await vnc.closed
    await until(() => !isAlive(server), 'its server gone')
    await until(() => !existsSync(placeOf(answer)), 'its folder gone')
    for (const name of ['password', 'passwd', 'session.json']) {
      await until(() => !existsSync(inRun(bench, id, `.headway/desktop/${name}`)), `${name} gone`)
    }
    expect(existsSync(`/tmp/.X11-unix/X${display}`)).toBe(false)
    expect(existsSync(`/tmp/.X${display}-lock`)).toBe(false)
  })

  it('whose server is killed under its viewer has ended, with what the server said', async () => {
    const { id } = await start(bench)
    const vnc = await view(bench, id)
    process.kill(serverOf(await connection(bench, id)), 'SIGKILL')
    await vnc.closed
    const over = await when(bench, id, 'end', ({ end: known }) => known !== undefined)
    expect(over).toMatchObject({ state: 'ended', end: { kind: 'server-failed' } })
    expect(over.end?.detail).toContain('Xvnc ended')
    expect((await bench.get('/metrics')).body).toMatch(/^vnc_sessions_failed_total 1$/m)
  })

  it('logged out of has ended as that, and one whose script fails says how', async () => {
    const [one, two] = await Promise.all([start(bench), start(bench)])
    writeFileSync(inRun(bench, one.id, 'end'), '0')
    writeFileSync(inRun(bench, two.id, 'end'), '3')
    expect((await when(bench, one.id, 'end', ({ end: known }) => known !== undefined)).end).toEqual({
      kind: 'logged-out',
    })
    const failed = await when(bench, two.id, 'end', ({ end: known }) => known !== undefined)
    expect(failed.end?.kind).toBe('session-failed')
    expect(failed.end?.detail).toContain('exit code 3')
  })

  it.each([['loopback'], ['network']])('is reached by the way %s as well', async (way) => {
    const other = await open({ HEADWAY_DESKTOP_WAY: way })
    const { id } = await start(other)
    const { endpoint } = await connection(other, id)
    expect(endpoint.here).toBe(true)
    expect(endpoint.socket).toBeUndefined()
    expect(endpoint.certificate === undefined).toBe(way === 'loopback')
    const vnc = await view(other, id)
    await vnc.until('the colour', isPainted(vnc))
    vnc.close()
    await end(other, id)
  })

  it('goes on while no agent runs, and is the same for the next one', async () => {
    const folder = temporaryFolder()
    const first = await open({}, folder)
    const { id } = await start(first)
    const vnc = await view(first, id)
    await vnc.until('the colour', isPainted(vnc))
    await when(first, id, 'connected', ({ state }) => state === 'connected')
    const before = await connection(first, id)
    benches.splice(benches.indexOf(first), 1)
    await first.stop()
    await vnc.closed
    const second = await open({}, folder)
    const found = await when(second, id, 'found again', ({ state }) => state === 'idle')
    expect(found.lastUsedAt).toBeDefined()
    const after = await connection(second, id)
    expect([after.password, after.endpoint]).toEqual([before.password, before.endpoint])
    const again = await view(second, id)
    await again.until('the colour', isPainted(again))
    again.close()
    await end(second, id)
  })
})
