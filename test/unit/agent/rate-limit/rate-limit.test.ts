import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Noun } from '../../../../agent/src/kit/noun.ts'
import { startAgent, type TestAgent } from '../../../helpers/agent.ts'

let agent: TestAgent
let offsetMs = 0
const limit = { max: 3, windowSeconds: 60 }
const extra: Noun = {
  routes: async (app) => {
    app.get('/api/test/mine', { config: { public: 'user', limit } }, async () => 'ok')
    app.get('/api/test/other', { config: { public: 'user', limit } }, async () => 'ok')
    app.get('/api/test/open', { config: { public: 'all', limit } }, async () => 'ok')
  },
}
beforeAll(async () => {
  offsetMs = 61_000 - (Date.now() % 60_000)
  const environment = { TRUSTED_PROXIES: '127.0.0.1' }
  agent = await startAgent({ environment, overrides: { extra, now: () => new Date(Date.now() + offsetMs) } })
})
afterAll(() => agent.close())

const started = new Date()
/** A clock that stands, so that no window ends in between. */
const now = () => started

const askFrom = (from: string) => agent.fetch('/api/test/open', { headers: { 'x-forwarded-for': from } })
const askAs = async (at: TestAgent) => (await at.fetch('/api/test/mine', { token: await at.token('jin') })).status

describe('rate limits', () => {
  it('count in fixed windows for each user and route', async () => {
    const token = await agent.token('jin')
    const ask = (path: string, as = token) => agent.fetch(path, { token: as })
    for (let round = 0; round < 3; round++) expect((await ask('/api/test/mine')).status).toBe(200)
    const blocked = await ask('/api/test/mine')
    expect(blocked.status).toBe(429)
    const seconds = Number(blocked.headers.get('retry-after'))
    expect(seconds).toBeGreaterThan(50)
    expect(seconds).toBeLessThanOrEqual(60)
    expect(await blocked.json()).toMatchObject({ code: 'RATE_LIMITED', retry_after: seconds })
    expect((await ask('/api/test/other')).status, 'another route').toBe(200)
    expect((await ask('/api/test/mine', await agent.token('eve'))).status, 'another user').toBe(200)
    offsetMs += seconds * 1000
    expect((await ask('/api/test/mine')).status, 'the next window').toBe(200)
  })

  it('count by address where nobody is signed in, as a trusted proxy tells it', async () => {
    for (let round = 0; round < 3; round++) expect((await askFrom('192.0.2.1')).status).toBe(200)
    expect((await askFrom('192.0.2.1')).status).toBe(429)
    expect((await askFrom('192.0.2.2')).status).toBe(200)
    expect((await askFrom('192.0.2.9, 192.0.2.1')).status, 'what the client itself put before').toBe(429)
    const byOtherHeader = await agent.fetch('/api/test/open', { headers: { 'x-real-ip': '192.0.2.1' } })
    expect(byOtherHeader.status).toBe(429)
  })

  it('do not believe a client that is no proxy', async () => {
    const plain = await startAgent({ overrides: { extra, now } })
    const statuses: number[] = []
    for (let round = 0; round < 4; round++) {
      const headers = { 'x-forwarded-for': `192.0.2.${round}`, 'x-real-ip': `192.0.2.${round}` }
      statuses.push((await plain.fetch('/api/test/open', { headers })).status)
    }
    expect(statuses).toContain(429)
    await plain.close()
  })

  it('can be set, and switched off', async () => {
    const routes = { 'GET /api/test/mine': { max: 1, windowSeconds: 3600 } }
    const stricter = await startAgent({ config: { rateLimit: { enabled: true, routes } }, overrides: { extra, now } })
    const off = await startAgent({ environment: { RATE_LIMIT_ENABLED: 'false' }, overrides: { extra } })
    expect([await askAs(stricter), await askAs(stricter)]).toEqual([200, 429])
    for (let round = 0; round < 5; round++) expect(await askAs(off)).toBe(200)
    await stricter.close()
    await off.close()
  })
})
