import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect, createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { Credentials, LoginAnswer } from '../../contract/agent/auth.ts'
import { spawnAgent, type SpawnedAgent, temporaryFolder } from '../helpers/agent.ts'

const folders: string[] = []
const running: SpawnedAgent[] = []
const folder = () => {
  const path = temporaryFolder()
  folders.push(path)
  return path
}
const start = async (environment: Record<string, string>) => {
  const agent = await spawnAgent(environment)
  running.push(agent)
  return agent
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((agent) => agent.end('SIGKILL')))
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true })
})

const post = async (agent: SpawnedAgent, path: string, body: unknown, token?: string) => {
  const answer = await fetch(agent.url + path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  })
  return { status: answer.status, body: (await answer.json()) as unknown }
}
const signIn = async (agent: SpawnedAgent, credentials: Credentials) =>
  (await post(agent, '/api/auth/login', credentials)).body as LoginAnswer
const mayList = async (agent: SpawnedAgent, token: string) =>
  (await fetch(`${agent.url}/api/v2/jobs`, { headers: { authorization: `Bearer ${token}` } })).status

describe('the agent as a process', () => {
  it('prints its first account once, then where it listens, and nothing else; ends cleanly', async () => {
    const data = folder()
    const first = await start({ HEADWAY_DATA: data })
    expect(first.events).toEqual([
      { event: 'first-account', username: 'admin', password: expect.stringMatching(/^[\w-]{16}$/) },
      { event: 'listening', url: first.url, pid: first.process.pid },
    ])
    const { username, password } = first.events[0] as { username: string; password: string }
    expect((await post(first, '/api/auth/login', { username, password })).status).toBe(200)
    expect(first.log()).not.toContain(password)
    expect(await first.end('SIGTERM')).toBe(0)
    expect(existsSync(join(data, 'agent.lease'))).toBe(false)

    const second = await start({ HEADWAY_DATA: data })
    expect(second.events.map(({ event }) => event)).toEqual(['listening'])
    expect(await second.end('SIGINT')).toBe(0)
  })

  it('keeps accounts, sign-ins and sign-outs over kill -9', async () => {
    const data = folder()
    const environment = {
      HEADWAY_DATA: data,
      HEADWAY_ADMIN_USER: 'chief',
      HEADWAY_ADMIN_PASSWORD: 'chosen-by-the-admin',
    }
    const credentials = { username: 'chief', password: 'chosen-by-the-admin' }
    const before = await start(environment)
    expect(before.events[0]).toEqual({ event: 'first-account', username: 'chief' })
    const kept = await signIn(before, credentials)
    const gone = await signIn(before, credentials)
    const request = { refresh_token: kept.refresh_token, request_id: 'lost' }
    const lost = (await post(before, '/api/auth/refresh', request)).body
    await post(before, '/api/auth/logout', { refresh_token: gone.refresh_token }, gone.access_token)
    expect(await before.end('SIGKILL')).toBeNull()

    const after = await start(environment)
    expect(await mayList(after, kept.access_token)).toBe(200)
    expect(await mayList(after, gone.access_token)).toBe(401)
    expect((await post(after, '/api/auth/refresh', request)).body, 'the lost answer').toEqual(lost)
    expect((await post(after, '/api/auth/refresh', { refresh_token: gone.refresh_token })).status).toBe(401)
    expect((await post(after, '/api/auth/login', credentials)).status).toBe(200)
  })

  it('refuses a data folder that another agent holds, naming it', async () => {
    const data = folder()
    const holder = await start({ HEADWAY_DATA: data })
    await expect(start({ HEADWAY_DATA: data })).rejects.toThrow(
      new RegExp(`^exit code 1: The agent cannot start. Another agent works in .*process ${holder.process.pid} on `),
    )
    await holder.end('SIGKILL')
    await start({ HEADWAY_DATA: data })
  })

  it.each([
    ['HEADWAY_PORT', { HEADWAY_PORT: 'x' }],
    ['ALLOWED_ORIGINS', { HEADWAY_ENV: 'production' }],
  ])('ends with an error that names %s', async (key, environment: Record<string, string>) => {
    await expect(start({ HEADWAY_DATA: folder(), ...environment })).rejects.toThrow(
      new RegExp(`^exit code 1: The agent cannot start. ${key}: .*\\n$`),
    )
  })

  it('ends with a sentence where its port is taken, and lets go of the folder', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const { port } = taken.address() as AddressInfo
    const data = folder()
    await expect(start({ HEADWAY_DATA: data, HEADWAY_PORT: String(port) })).rejects.toThrow(
      /HEADWAY_PORT: .*EADDRINUSE/,
    )
    taken.close()
    await start({ HEADWAY_DATA: data })
  })

  it('ends with the setting to change where production has more users than its scheduler may serve', async () => {
    const data = folder()
    const admin = { HEADWAY_DATA: data, HEADWAY_ADMIN_PASSWORD: 'chosen-by-the-admin' }
    const open = await start(admin)
    expect((await post(open, '/api/auth/register', { username: 'jin', password: 'long enough' })).status).toBe(201)
    await open.end()
    const production = { ...admin, HEADWAY_ENV: 'production', ALLOWED_ORIGINS: 'https://portal.example' }
    await expect(start(production)).rejects.toThrow(/^exit code 1: The agent cannot start. HEADWAY_LOCAL_MULTI_USER: /)
  })

  it('keeps everything for its owner alone', async () => {
    const data = folder()
    await start({ HEADWAY_DATA: data })
    for (const name of ['headway.db', 'headway.db-wal', 'headway.db-shm', 'jwt.key', 'agent.lease']) {
      expect(statSync(join(data, name)).mode & 0o777, name).toBe(0o600)
    }
  })

  it('listens on a socket that its owner alone may use, over one left by an agent that died', async () => {
    const data = folder()
    const socket = join(data, 'agent.sock')
    const environment = { HEADWAY_DATA: data, HEADWAY_SOCKET: socket }
    const died = await start(environment)
    expect(died.url).toBe(`unix:${socket}`)
    await died.end('SIGKILL')
    expect(existsSync(socket)).toBe(true)
    await start(environment)
    expect(statSync(socket).mode & 0o777).toBe(0o600)
    const status = await new Promise((resolve, reject) => {
      request({ socketPath: socket, path: '/health' }, (answer) => resolve(answer.statusCode))
        .on('error', reject)
        .end()
    })
    expect(status).toBe(200)
  })

  it('does not wait at its end for a connection that has asked nothing', async () => {
    const agent = await start({ HEADWAY_DATA: folder() })
    const silent = connect(Number(new URL(agent.url).port), '127.0.0.1')
    silent.on('error', () => undefined)
    await new Promise((resolve) => silent.once('connect', resolve))
    // It has to have been taken notice of.
    expect((await fetch(`${agent.url}/health`)).status).toBe(200)
    const began = performance.now()
    expect(await agent.end()).toBe(0)
    expect(performance.now() - began).toBeLessThan(5000)
    silent.destroy()
  })

  it('never logs a token, and says which settings have no effect', async () => {
    const data = folder()
    const password = 'chosen-by-the-admin'
    writeFileSync(join(data, 'agent.yaml'), `logLevel: trace\nadmin: {password: ${password}}\n`)
    const agent = await start({ HEADWAY_DATA: data, REDIS_URL: 'redis://:hidden@127.0.0.1' })
    const { access_token: token, refresh_token: refresh } = await signIn(agent, { username: 'admin', password })
    await post(agent, '/api/auth/login', { username: 'admin', password: 'a-wrong-secret' })
    await fetch(`${agent.url}/api/v2/jobs?token=${token}`, { headers: { authorization: `Bearer ${token}` } })
    await post(agent, '/api/auth/refresh', { refresh_token: refresh })
    for (const query of [`token=${token}`, `token=${token}x`]) {
      const socket = new WebSocket(`${agent.url.replace('http', 'ws')}/ws?${query}`)
      await new Promise((resolve) => socket.once('message', resolve).once('open', () => setTimeout(resolve, 200)))
      socket.terminate()
    }
    await agent.end()
    const log = agent.log()
    expect(log).toContain('REDIS_URL has no effect')
    expect(log).toContain('/api/v2/jobs')
    const secret = readFileSync(join(data, 'jwt.key'), 'utf8').trim()
    for (const text of [token, refresh, password, 'a-wrong-secret', secret, ':hidden@']) expect(log).not.toContain(text)
  })

  it('serves /ws on a second port where a proxy expects one', async () => {
    const probe = createServer()
    await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
    const { port } = probe.address() as AddressInfo
    await new Promise((resolve) => probe.close(resolve))
    const agent = await start({ HEADWAY_DATA: folder(), HEADWAY_WS_PORT: String(port) })
    const { username, password } = agent.events[0] as { username: string; password: string }
    const { access_token: token } = await signIn(agent, { username, password })
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers: { authorization: `Bearer ${token}` } })
    const closed = new Promise((resolve) => socket.on('close', resolve))
    await new Promise((resolve) => socket.on('open', resolve))
    const frame = await new Promise<string>((resolve) =>
      socket.on('message', (data: Buffer) => resolve(data.toString())),
    )
    expect(JSON.parse(frame)).toMatchObject({
      type: 'periodic_update',
      data: { nodes: { total: 1, online: 1 }, jobs: { pending: 0, running: 0 }, storage: { free: expect.any(Number) } },
    })
    expect((await fetch(`http://127.0.0.1:${port}/api/v2/jobs`)).status).toBe(426)
    expect(await agent.end()).toBe(0)
    expect(await closed).toBe(1001)
  })
})
