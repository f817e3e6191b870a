import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, createConnection } from 'node:net'
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { Access } from '../../../../agent/src/auth/index.ts'
import { createHub } from '../../../../agent/src/ws/hub.ts'
import { createGateway } from '../../../../agent/src/ws/index.ts'
import { createMetrics } from '../../../../agent/src/metrics/index.ts'
import { createLog } from '../../../../agent/src/log.ts'
import { portalToken, startAgent, type TestAgent, testConfig } from '../../../helpers/agent.ts'

let agent: TestAgent
beforeAll(async () => {
  agent = await startAgent({ config: { limits: { ...testConfig().limits, wsConnections: 5 } } })
})
afterAll(() => agent.close())

interface Client {
  socket: WebSocket
  frames: Record<string, unknown>[]
  closed: Promise<number>
  next(type: string): Promise<Record<string, unknown>>
}

async function open(
  token?: string,
  options: { url?: string; protocols?: string[]; header?: boolean } = {},
): Promise<Client> {
  const base = (options.url ?? agent.url).replace('http', 'ws')
  const headers = token === undefined || options.header === false ? {} : { authorization: `Bearer ${token}` }
  const socket = new WebSocket(
    `${base}/ws${options.header === false ? `?token=${token}` : ''}`,
    options.protocols ?? [],
    { headers },
  )
  const frames: Record<string, unknown>[] = []
  const waiting: (() => void)[] = []
  socket.on('message', (data: Buffer) => {
    frames.push(JSON.parse(data.toString()) as Record<string, unknown>)
    for (const wake of waiting.splice(0)) wake()
  })
  const closed = new Promise<number>((resolve) => socket.on('close', (code) => resolve(code)))
  socket.on('error', () => {})
  await Promise.race([once(socket, 'open'), closed])
  return {
    socket,
    frames,
    closed,
    async next(type) {
      for (;;) {
        const found = frames.find((frame) => frame['type'] === type)
        if (found !== undefined) return found
        await new Promise<void>((resolve) => waiting.push(resolve))
      }
    },
  }
}

const end = async (...clients: Client[]) => {
  for (const { socket } of clients) socket.close()
  await Promise.all(clients.map(({ closed }) => closed))
}
/** An upload begun and given up: an event of its user alone. */
async function makeEvent(user: string): Promise<void> {
  const answer = await agent.fetch('/api/v2/files/upload/init', {
    token: await agent.token(user),
    body: { filename: 'a.msh', file_size: 4, chunk_size: 1024 },
  })
  const { upload_id: id } = (await answer.json()) as { upload_id: string }
  await agent.fetch(`/api/v2/files/uploads/${id}`, { method: 'DELETE', token: await agent.token(user) })
}

const notice = (message: string) => ({
  type: 'notification' as const,
  data: {
    id: 1,
    at: '2026-11-21T00:00:00Z',
    kind: 'finished' as const,
    level: 'info' as const,
    message,
    job: { id: '1', name: 'plate' },
  },
  timestamp: '2026-11-21T00:00:00Z',
})

/** A hub behind a real server; what each connection may do stands in its address. */
async function serve() {
  const hub = createHub(createMetrics({}, createLog('silent')))
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
  server.on('connection', (socket, request) => {
    const permissions = (request.url ?? '').slice(1).split(',')
    const identity = { username: 'jin', email: '', groups: [], permissions }
    const member = { socket, identity, digest: 'x', topics: undefined }
    hub.members.join(member)
    socket.on('close', () => hub.members.leave(member))
  })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const connect = async (permissions: string) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/${permissions}`)
    const frames: string[] = []
    socket.on('message', (data: Buffer) => frames.push(data.toString()))
    await once(socket, 'open')
    return { socket, frames }
  }
  return { hub, server, connect }
}

describe('the way in', () => {
  it('is a token in the header, the subprotocol or the address', async () => {
    const token = await agent.token('jin')
    const byHeader = await open(token)
    const byAddress = await open(token, { header: false })
    const socket = new WebSocket(`${agent.url.replace('http', 'ws')}/ws`, ['headway.v1', `bearer.${token}`])
    await once(socket, 'open')
    expect(socket.protocol).toBe('headway.v1')
    const metrics = await (await agent.fetch('/metrics')).text()
    expect(metrics).toMatch(/^ws_connected_clients 3$/m)
    socket.close()
    await once(socket, 'close')
    await end(byHeader, byAddress)
  })

  it.each([
    ['no token', async () => undefined, 'AUTH_REQUIRED'],
    ['a forged one', () => portalToken({}, 'another-secret-of-the-same-length-as-ours'), 'AUTH_FAILED'],
    ['an expired one', () => portalToken({ exp: 1 }), 'AUTH_FAILED'],
    ['a refresh token', () => portalToken({ type: 'refresh' }), 'AUTH_FAILED'],
  ])('is closed for %s, saying so', async (_what, make, code) => {
    const client = await open(await make())
    expect(await client.next('error')).toEqual({ type: 'error', code })
    expect(await client.closed).toBe(1008)
  })

  it('is nowhere else', async () => {
    const socket = new WebSocket(`${agent.url.replace('http', 'ws')}/api/v2/jobs`)
    const [error] = (await once(socket, 'error')) as [Error]
    expect(error.message).toContain('404')
  })

  it('closes when so many are in', async () => {
    const token = await agent.token('jin')
    const clients = await Promise.all(Array.from({ length: 8 }, () => open(token)))
    expect(clients.filter(({ socket }) => socket.readyState === WebSocket.OPEN)).toHaveLength(5)
    await end(...clients)
  })

  it('ends with the token’s time and with sign-out', async () => {
    const short = await open(await portalToken({ exp: Math.floor(Date.now() / 1000) - 28 }))
    const { access_token: token } = await agent.signIn()
    const signedIn = await open(token)
    await agent.fetch('/api/auth/logout', { method: 'POST', token })
    for (const client of [signedIn, short]) {
      expect(await client.next('error')).toEqual({ type: 'error', code: 'AUTH_FAILED' })
      expect(await client.closed).toBe(1008)
    }
  })

  it('survives frames that are nonsense, and cuts those that are huge', async () => {
    const client = await open(await agent.token('jin'))
    for (const frame of ['', 'nonsense', '[]', 'null', '{"action":"subscribe","topic":"passwords"}', '{"action":1}']) {
      client.socket.send(frame)
    }
    client.socket.send(randomBytes(100))
    client.socket.ping()
    await once(client.socket, 'pong')
    client.socket.send('x'.repeat(5000))
    expect(await client.closed).toBe(1009)
    expect((await agent.fetch('/health')).status).toBe(200)
  })

  it('survives bytes that are no WebSocket at all', async () => {
    const socket = createConnection(Number(new URL(agent.url).port), '127.0.0.1')
    socket.on('error', () => {})
    socket.write('GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 400/)
    const reset = createConnection(Number(new URL(agent.url).port), '127.0.0.1')
    reset.write(
      'GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    )
    reset.resetAndDestroy()
    expect((await agent.fetch('/health')).status).toBe(200)
  })
})

describe('events', () => {
  it('reach their user alone, and only the topics they asked for', async () => {
    const jin = await open(await agent.token('jin'))
    const quiet = await open(await agent.token('jin'))
    const eve = await open(await agent.token('eve'))
    const root = await open(await portalToken({ sub: 'root', groups: ['admin'] }))
    quiet.socket.send(JSON.stringify({ action: 'subscribe', topic: 'jobs' }))
    quiet.socket.ping()
    await once(quiet.socket, 'pong')
    await makeEvent('jin')
    const { data, timestamp } = await jin.next('upload_progress')
    expect(data).toMatchObject({ upload_id: expect.any(String), total_chunks: 1 })
    expect(String(timestamp)).toMatch(/Z$/)
    // An event of their own, later: whatever should not come would have come before it.
    await makeEvent('eve')
    await eve.next('upload_progress')
    const ids = eve.frames.map((frame) => (frame['data'] as { upload_id: string }).upload_id)
    expect(ids).not.toContain((data as { upload_id: string }).upload_id)
    expect(quiet.frames).toEqual([])
    expect(root.frames, 'not even an admin').toEqual([])
    quiet.socket.send(JSON.stringify({ action: 'subscribe', topic: 'upload' }))
    quiet.socket.ping()
    await once(quiet.socket, 'pong')
    expect(await (await agent.fetch('/metrics')).text()).toMatch(/^ws_channel_subscribers\{channel="upload"\} 1$/m)
    await makeEvent('jin')
    await quiet.next('upload_progress')
    await end(jin, quiet, eve, root)
  })
})

describe('the hub', () => {
  it('tells of nodes only those who may see them', async () => {
    const { hub, server, connect } = await serve()
    const may = await connect('node:view')
    const mayNot = await connect('job:view')
    hub.publish('nodes', notice('nodes'), 'public')
    hub.publish('notifications', notice('all'), 'public')
    await expect.poll(() => [may.frames.length, mayNot.frames.length]).toEqual([2, 1])
    expect(mayNot.frames[0]).toContain('"all"')
    may.socket.close()
    mayNot.socket.close()
    server.close()
  })

  it('cuts a reader that stops reading instead of holding frames for it; others go on', async () => {
    const { hub, server, connect } = await serve()
    const slow = await connect('')
    const fast = await connect('')
    slow.socket.pause()
    const frame = notice('x'.repeat(65_536))
    let sent = 0
    let most = 0
    while (hub.connections === 2 && sent < 2000) {
      hub.publish('notifications', frame, 'public')
      sent += 1
      for (const { socket } of hub.members.all) most = Math.max(most, socket.bufferedAmount)
      if (sent % 4 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    }
    expect(hub.connections).toBe(1)
    expect(most).toBeLessThan(1_048_576 + 2 * 65_700)
    await expect.poll(() => fast.frames.length, { timeout: 5000 }).toBe(sent)
    slow.socket.terminate()
    fast.socket.close()
    server.close()
  })
})

it('lets nobody in who was still being looked at when the agent began to end', async () => {
  const log = createLog('silent')
  const metrics = createMetrics({}, log)
  const asked = Promise.withResolvers<void>()
  const known = Promise.withResolvers<Access>()
  const gateway = createGateway(
    { config: testConfig(), log, metrics, now: () => new Date() },
    {
      auth: {
        authenticate() {
          asked.resolve()
          return known.promise
        },
        onDenied: () => undefined,
      },
      members: createHub(metrics).members,
    },
  )
  const server = createServer()
  gateway.attach(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers: { authorization: 'Bearer some' } })
  // The cut is an error to this client, and then its end.
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.on('error', () => undefined)
  await asked.promise
  await gateway.close?.()
  known.resolve({
    identity: { username: 'jin', email: '', groups: [], permissions: [] },
    digest: 'd',
    expiresAt: Date.now() / 1000 + 60,
  })
  await closed
  await new Promise((resolve) => server.close(resolve))
})
