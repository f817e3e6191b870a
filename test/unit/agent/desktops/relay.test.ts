import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { chmodSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { RFB_PROTOCOL } from '../../../../contract/agent/desktops.ts'
import { dial } from '../../../../agent/src/desktops/dial.ts'
import { portalToken } from '../../../helpers/agent.ts'
import { until } from '../jobs/workbench.ts'
import { type Desk, desk } from './desk.ts'

// A job, and an agent with it, takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let at: Desk
/** What each desktop's server got to serve, newest last. */
const served: Socket[] = []
let socket: string
beforeAll(async () => {
  at = await desk({ environment: { HEADWAY_DESKTOPS_PER_USER: '100', RATE_LIMIT_ENABLED: '1' } })
  socket = await at.listen((connection) => {
    served.push(connection)
    connection.write('RFB 003.008\n')
  })
})
const clients: WebSocket[] = []
afterEach(() => {
  for (const client of clients.splice(0)) client.terminate()
})
afterAll(() => at.close())

const tokenOf = (user: string, more: object = {}) =>
  portalToken({ sub: user, groups: user === 'admin' ? ['admin'] : [], ...more })

/** Opens the way to a desktop; without a user as nobody. */
async function open(id: string, options: { token?: string; share?: string; inProtocol?: boolean } = {}) {
  const { token, share, inProtocol } = options
  const protocols = [
    RFB_PROTOCOL,
    ...(share === undefined ? [] : [`share.${share}`]),
    ...(inProtocol === true && token !== undefined ? [`bearer.${token}`] : []),
  ]
  const headers = token === undefined || inProtocol === true ? {} : { authorization: `Bearer ${token}` }
  const url = `${at.bench.agent.url.replace('http', 'ws')}/api/v2/desktops/${id}/rfb`
  const client = new WebSocket(url, protocols, { headers })
  clients.push(client)
  let bytes = ''
  client.on('message', (data: Buffer) => (bytes += data.toString('latin1')))
  client.on('error', () => {})
  const refusal = new Promise<{ status: number; code: string; body: string }>((resolve) => {
    client.once('unexpected-response', (_request, response) => {
      let body = ''
      response.on('data', (part: Buffer) => (body += part.toString()))
      response.on('end', () => {
        const { code } = JSON.parse(body) as { code: string }
        resolve({ status: response.statusCode ?? 0, code, body })
        client.terminate()
      })
    })
  })
  const closed = new Promise<number>((resolve) => client.once('close', resolve))
  const refused = await Promise.race([refusal, once(client, 'open').then(() => undefined)])
  return { client, refused, closed, bytes: () => bytes }
}

const ready = () => at.ready(socket)
/** One for all that are refused: new ones are limited. */
let shown: string | undefined
const refusing = async () => (shown ??= (await ready()).id)
const share = async (id: string) =>
  (await at.bench.send('POST', `/api/v2/desktops/${id}/share`)).json<{ code: string }>().code.slice(-8)

describe('who is let in', () => {
  it('its owner, by header or by subprotocol, and the answer names no secret', async () => {
    const { id } = await ready()
    const token = await tokenOf('kim')
    for (const inProtocol of [false, true]) {
      const { client, refused, bytes } = await open(id, { token, inProtocol })
      expect(refused).toBeUndefined()
      expect(client.protocol).toBe(RFB_PROTOCOL)
      await until(() => bytes() === 'RFB 003.008\n', 'the server’s word')
      client.send(Buffer.from('hello'))
      const [said] = (await once(served.at(-1) as Socket, 'data')) as [Buffer]
      expect(said.toString()).toBe('hello')
    }
    expect(await at.when(id, 'counted', ({ viewers }) => viewers === 2)).toMatchObject({ state: 'connected' })
    for (const client of clients) client.close()
    await at.when(id, 'left', ({ viewers, state }) => viewers === 0 && state === 'idle')
    await until(() => served.every((connection) => connection.destroyed), 'its connections closed')
  })

  it.each([
    ['nobody', undefined, undefined, 401, 'UNAUTHENTICATED'],
    ['a forged token', 'a.b.c', undefined, 401, 'TOKEN_INVALID'],
    ['another user', 'lee', undefined, 403, 'FORBIDDEN'],
    ['an admin', 'admin', undefined, 403, 'FORBIDDEN'],
    ['another user with a wrong password', 'lee', 'Abcdefg1', 404, 'NOT_FOUND'],
    ['an admin with a wrong password', 'admin', 'Abcdefg1', 404, 'NOT_FOUND'],
  ])('not %s', async (_what, user, given, status, code) => {
    const id = await refusing()
    const token = user?.includes('.') === true ? user : user === undefined ? undefined : await tokenOf(user)
    const { refused } = await open(id, {
      ...(token === undefined ? {} : { token }),
      ...(given === undefined ? {} : { share: given }),
    })
    expect(refused).toMatchObject({ status, code })
    expect(refused?.body).not.toContain('/tmp')
  })

  it('nobody without the permission, with an expired token, or to what is no desktop that runs', async () => {
    const id = await refusing()
    expect((await open(id, { token: await tokenOf('kim', { permissions: ['data:read'] }) })).refused?.code).toBe(
      'FORBIDDEN',
    )
    expect((await open(id, { token: await tokenOf('kim', { exp: 1 }) })).refused?.code).toBe('TOKEN_EXPIRED')
    const token = await tokenOf('kim')
    expect((await open('777', { token })).refused?.status).toBe(404)
    const { id: early } = await at.begun()
    expect((await open(early, { token })).refused).toMatchObject({ status: 409, code: 'WRONG_STATE' })
    const plain = await at.bench.get(`/api/v2/desktops/${id}/rfb`)
    expect(plain.status).toBe(400)
  })

  it('a colleague with the code, until it is taken back, while its owner stays', async () => {
    const { id } = await ready()
    const given = await share(id)
    const own = await open(id, { token: await tokenOf('kim') })
    const theirs = await open(id, { token: await tokenOf('lee'), share: given })
    expect(theirs.refused).toBeUndefined()
    expect(theirs.client.protocol).toBe(RFB_PROTOCOL)
    await until(() => theirs.bytes() !== '', 'the server’s word')
    await at.when(id, 'both', ({ viewers }) => viewers === 2)
    await at.bench.send('DELETE', `/api/v2/desktops/${id}/share`)
    expect(await theirs.closed).toBe(1008)
    expect(own.client.readyState).toBe(WebSocket.OPEN)
    expect((await open(id, { token: await tokenOf('lee'), share: given })).refused?.status).toBe(404)
  })

  it('codes are not to be tried out', async () => {
    const id = await refusing()
    await share(id)
    const token = await tokenOf('mallory')
    const codes: (string | undefined)[] = []
    // Twenty in a minute by the clock: where one ends meanwhile, the count begins anew.
    for (let tried = 0; tried < 42 && codes.at(-1) !== 'RATE_LIMITED'; tried++)
      codes.push((await open(id, { token, share: `Abcdefg${tried % 10}` })).refused?.code)
    expect(codes.at(-1)).toBe('RATE_LIMITED')
  })
})

describe('how long', () => {
  it('past its token’s time, and no longer than its user is signed in', async () => {
    const { id } = await ready()
    const own = await tokenOf('kim', { jti: 'one' })
    const stays = await open(id, { token: await tokenOf('kim', { jti: 'other' }) })
    const outlived = await open(id, { token: await tokenOf('kim', { exp: Math.floor(Date.now() / 1000) - 5 }) })
    const direct = await open(id, { token: own })
    for (const each of [stays, outlived, direct]) await until(() => each.bytes() !== '', 'the server’s word')
    const answer = await at.bench.agent.fetch('/api/auth/logout', { method: 'POST', token: own })
    expect(answer.status).toBe(200)
    expect(await direct.closed).toBe(1008)
    expect(await outlived.closed).toBe(1008)
    expect(stays.client.readyState).toBe(WebSocket.OPEN)
  })

  it('until the server or the job ends', async () => {
    const { id } = await ready()
    const token = await tokenOf('kim')
    const one = await open(id, { token })
    await until(() => one.bytes() !== '', 'the server’s word')
    served.at(-1)?.end('bye')
    expect(await one.closed).toBe(1000)
    expect(one.bytes()).toBe('RFB 003.008\nbye')
    const two = await open(id, { token })
    await at.bench.send('POST', `/api/v2/desktops/${id}/stop`)
    expect(await two.closed).toBe(1000)
  })
})

describe('the bytes', () => {
  it('wait for a slow viewer where they come from', async () => {
    const { id } = await ready()
    const { client } = await open(id, { token: await tokenOf('kim') })
    await until(() => served.at(-1)?.destroyed === false, 'a connection')
    const server = served.at(-1) as Socket
    client.pause()
    const piece = Buffer.alloc(65_536, 7)
    let sent = 0
    const push = () => {
      while (sent < 400_000_000 && server.write(piece)) sent += piece.length
    }
    server.on('drain', push)
    push()
    // It comes to rest long before all is sent: whatever is under way fits into a few buffers of the system.
    let before = -1
    await until(async () => {
      const rests = before === sent
      before = sent
      await new Promise((resolve) => setTimeout(resolve, 300))
      return rests
    }, 'rest')
    expect(sent).toBeLessThan(100_000_000)
    let received = 0
    client.on('message', (data: Buffer) => (received += data.length))
    client.resume()
    const goal = sent + 1_000_000
    await until(() => received >= goal, 'that it goes on', 20_000)
  })

  it('wait for a slow server at the viewer', async () => {
    const { id } = await ready()
    const { client, bytes } = await open(id, { token: await tokenOf('kim') })
    await until(() => bytes() !== '', 'the server’s word')
    const server = served.at(-1) as Socket
    server.pause()
    const piece = Buffer.alloc(65_536, 7)
    for (let count = 0; count < 200; count++) client.send(piece)
    let before = -1
    await until(async () => {
      const rests = before === client.bufferedAmount
      before = client.bufferedAmount
      await new Promise((resolve) => setTimeout(resolve, 300))
      return rests
    }, 'rest')
    expect(client.bufferedAmount).toBeGreaterThan(5_000_000)
    let received = 0
    server.on('data', (data: Buffer) => (received += data.length))
    server.resume()
    await until(() => received === 200 * piece.length, 'all', 20_000)
  })
})

describe('what the agent connects to', () => {
  const uid = process.getuid?.() ?? 0

  it('is a socket of the very user in a folder of theirs alone', async () => {
    const place = { host: 'head', here: true }
    const open = await dial({ ...place, socket }, uid)
    open.destroy()
    await expect(dial({ ...place, socket }, uid + 1)).rejects.toMatchObject({ details: { reason: 'needs-ssh' } })
    await expect(dial({ ...place, here: false, socket }, uid)).rejects.toMatchObject({
      details: { reason: 'needs-ssh' },
    })
    const folder = mkdtempSync(join(tmpdir(), 'headway-'))
    symlinkSync(socket, join(folder, 'rfb'))
    await expect(dial({ ...place, socket: join(folder, 'rfb') }, uid)).rejects.toMatchObject({
      details: { reason: 'not-the-session' },
    })
    const missing = join(folder, 'none')
    await expect(dial({ ...place, socket: missing }, uid)).rejects.toMatchObject({ details: { reason: 'unreachable' } })
    rmSync(folder, { recursive: true })
    const open2 = await at.listen(() => {})
    chmodSync(dirname(open2), 0o755)
    await expect(dial({ ...place, socket: open2 }, uid)).rejects.toMatchObject({
      details: { reason: 'not-the-session' },
    })
  })

  it('is a port of this machine that the user’s own process listens on', async () => {
    const server = createServer((connection) => connection.on('error', () => {}).end('RFB'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const place = { host: 'head', here: true, port }
    const open = await dial(place, uid)
    open.destroy()
    await expect(dial(place, uid + 1)).rejects.toMatchObject({ details: { reason: 'not-the-session' } })
    await expect(dial({ ...place, here: false }, uid)).rejects.toMatchObject({ details: { reason: 'needs-ssh' } })
    await new Promise((resolve) => server.close(resolve))
    await expect(dial(place, uid)).rejects.toMatchObject({ details: { reason: 'unreachable' } })
  })
})
