import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AgentEvent } from '../../../../contract/agent/events.ts'
import { directTransport, openSiteAgent, type SiteAgent } from '../../../../src/core/agent-client/index.ts'
import { shortTimes, until } from '../../../helpers/core.ts'
import { sendJson, startSmallAgent, type SmallAgent } from '../helpers/small-agent.ts'

const nothing = (): void => undefined
let agent: SmallAgent
let site: SiteAgent
let readiness: boolean[]

async function open(times = shortTimes): Promise<void> {
  const secrets = new Map<string, string>()
  site = await openSiteAgent({
    name: 'here',
    transport: directTransport(agent.url),
    secrets: {
      persistent: true,
      get: (key) => Promise.resolve(secrets.get(key)),
      set: (key, value) => Promise.resolve(void secrets.set(key, value)),
      delete: (key) => Promise.resolve(void secrets.delete(key)),
    },
    secretKey: 'k',
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    times,
  })
  readiness = []
  site.link.onReady((ready) => readiness.push(ready))
  await site.signIn('jin', 'pw')
}
const ask = (): Promise<unknown> => site.client.get('/thing')
const several = async (): Promise<void> => {
  for (let each = 0; each < 5; each += 1) await ask()
}
const refuse = (socket: { send(text: string): void; close(): void }): void => {
  socket.send(JSON.stringify({ type: 'error', code: 'AUTH_FAILED' }))
  socket.close()
}

beforeEach(async () => {
  agent = await startSmallAgent()
})
afterEach(async () => {
  site.close()
  await agent.close()
})

describe('the event connection', () => {
  it('subscribes, and again after it was cut', async () => {
    await open()
    await until('ready', () => site.link.ready)
    agent.sockets[0]?.terminate()
    await until('ready again', () => readiness.join() === 'true,false,true')
    expect(agent.topics).toEqual([
      ['jobs', 'nodes', 'notifications', 'templates', 'desktops'],
      ['jobs', 'nodes', 'notifications', 'templates', 'desktops'],
    ])
    expect(site.connection.state).toBe('connected')
  })

  it('passes events on and leaves out what is none', async () => {
    await open()
    await until('ready', () => site.link.ready)
    const events: AgentEvent[] = []
    site.link.onEvent((event) => events.push(event))
    const good = { type: 'templates_changed', data: {}, timestamp: 'now' }
    for (const frame of [
      'no json',
      '{}',
      '{"type":"job_update","data":{"id":5},"timestamp":""}',
      JSON.stringify(good),
    ]) {
      agent.sockets[0]?.send(frame)
    }
    agent.sockets[0]?.send(Buffer.from([1, 2, 3]))
    agent.sockets[0]?.send(JSON.stringify(good))
    await until('both', () => events.length === 2)
    expect(events).toEqual([good, good])
    expect(site.link.ready).toBe(true)
  })

  it('gives up a connection that shows no sign of life', async () => {
    agent.onSocket = (socket) => {
      if (agent.sockets.length === 1) socket.pause()
    }
    await open({ ...shortTimes, pongWithinMs: 100 })
    await until('ready on the second', () => site.link.ready)
    expect(agent.sockets.length).toBe(2)
  })

  it('renews the token when it is refused, and is not ready before the agent has accepted it', async () => {
    agent.onSocket = (socket, token) => {
      if (token === 'a1') refuse(socket)
    }
    await open()
    await until('ready', () => site.link.ready)
    expect(agent.renewals).toHaveLength(1)
    expect(readiness).toEqual([true])
  })

  it('spaces its tries when a fresh token is refused too', async () => {
    agent.onSocket = refuse
    await open({ ...shortTimes, backOff: { baseMs: 10_000, maxMs: 10_000 } })
    await until('offline', () => site.connection.state === 'offline')
    expect(agent.sockets.length).toBe(2)
    expect(agent.renewals).toHaveLength(1)
    expect(site.link.ready).toBe(false)
  })

  it('is signed out when the renewal is refused', async () => {
    agent.renewing = 'refuse'
    agent.onSocket = refuse
    await open()
    await until('signed out', () => site.connection.state === 'signed-out')
    const before = agent.sockets.length
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(agent.sockets.length).toBe(before)
  })

  it('tries at once when asked to', async () => {
    await open({ ...shortTimes, backOff: { baseMs: 60_000, maxMs: 60_000 } })
    await until('ready', () => site.link.ready)
    agent.sockets[0]?.terminate()
    await until('the loss', () => site.connection.state === 'reconnecting')
    expect(Date.parse(site.connection.nextAttemptAt ?? '')).toBeGreaterThan(0)
    site.reconnect()
    await until('ready again', () => site.link.ready, 2000)
  })
})

describe('the state of a site, by its real traffic', () => {
  const hurried = { ...shortTimes, answerMs: 100 }

  it('is degraded by a request whose time ran out while the event connection stands, and good again after two signs', async () => {
    agent.routes.set('GET /thing', nothing)
    await open({ ...hurried, pingEveryMs: 60_000 })
    await until('ready', () => site.link.ready)
    await expect(ask()).rejects.toMatchObject({ value: { code: 'OFFLINE' } })
    expect(site.connection.state).toBe('degraded')
    agent.routes.set('GET /thing', (_request, response) => sendJson(response, {}))
    // Answers bring measurements sooner than the next one is due.
    await expect
      .poll(() => ask().then(() => site.connection.state), { timeout: 12_000, interval: 100 })
      .toBe('connected')
    expect(readiness).toEqual([true])
  })

  it('tells by how much the clocks differ, once, and until they agree', async () => {
    let aheadMs = 0
    agent.routes.set('GET /thing', (_request, response) => {
      sendJson(response, {}, 200, { date: new Date(Date.now() - aheadMs).toUTCString() })
    })
    await open()
    await until('ready', () => site.link.ready)
    const told = new Set<number | undefined>()
    site.onConnection(() => told.add(site.connection.clockSkewSeconds))
    await several()
    expect(site.connection.clockSkewSeconds).toBeUndefined()
    aheadMs = 420_000
    await several()
    const skew = site.connection.clockSkewSeconds
    expect(skew).toBeGreaterThan(415)
    expect(skew).toBeLessThan(425)
    await several()
    expect([...told].filter((each) => each !== undefined)).toEqual([skew])
    aheadMs = 0
    await several()
    expect(site.connection.clockSkewSeconds).toBeUndefined()
  })
})
