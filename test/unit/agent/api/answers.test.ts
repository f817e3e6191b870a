import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Noun } from '../../../../agent/src/kit/noun.ts'
import { startAgent, type TestAgent } from '../../../helpers/agent.ts'

let agent: TestAgent
const extra: Noun = {
  routes: async (app) => {
    const config = { public: 'all' as const }
    app.get('/api/test/fault', { config }, async () => {
      throw new Error('secret detail in /root/secret/path')
    })
    app.get('/api/test/full', { config }, async () => {
      throw Object.assign(new Error('ENOSPC: no space left, write /root/secret'), { code: 'ENOSPC' })
    })
  },
}
beforeAll(async () => {
  agent = await startAgent({ overrides: { extra } })
})
afterAll(() => agent.close())

const preflight = (at: TestAgent, origin: string) =>
  fetch(`${at.url}/api/v2/jobs`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'GET' } })

describe('errors', () => {
  it.each([
    ['an unknown route', 'GET', '/api/nothing', undefined, 404, 'NOT_FOUND'],
    ['an address that is none', 'GET', '/api/%zz', undefined, 400, 'BAD_REQUEST'],
    ['malformed JSON', 'POST', '/api/auth/login', '{"username":', 400, 'BAD_REQUEST'],
    ['an empty body', 'POST', '/api/auth/login', '', 400, 'BAD_REQUEST'],
    ['a poisoned prototype', 'POST', '/api/auth/login', '{"__proto__":{"a":1}}', 400, 'BAD_REQUEST'],
    ['a body that does not fit', 'POST', '/api/auth/login', '{"username":1,"password":"x"}', 400, 'VALIDATION_FAILED'],
    ['a body too large', 'POST', '/api/auth/login', JSON.stringify('x'.repeat(1_100_000)), 413, 'TOO_LARGE'],
    ['a fault of ours', 'GET', '/api/test/fault', undefined, 500, 'INTERNAL'],
    ['a full disk', 'GET', '/api/test/full', undefined, 507, 'NO_SPACE'],
  ])('%s', async (_what, method, path, body, status, code) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' }
    const answer = await fetch(agent.url + path, { method, headers, ...(body === undefined ? {} : { body }) })
    const text = await answer.text()
    expect({ status: answer.status, code: (JSON.parse(text) as { code: string }).code }).toEqual({ status, code })
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    expect(text).not.toMatch(/secret|node_modules|\.ts:|at /)
  })

  it('of a body of another type', async () => {
    const answer = await fetch(`${agent.url}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/xml' },
      body: '<a/>',
    })
    expect(answer.status).toBe(400)
  })

  it('of bytes that are no HTTP', async () => {
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(new URL(agent.url).port), '127.0.0.1', () => socket.write('nonsense\r\n\r\n'))
      let text = ''
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
      socket.on('close', () => resolve(text))
    })
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ code: 'BAD_REQUEST' })
  })
})

describe('headers', () => {
  it('protect every answer, errors too', async () => {
    for (const path of ['/health', '/api/nothing', '/api/v2/jobs']) {
      const { headers } = await agent.fetch(path)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('x-powered-by')).toBeNull()
    }
  })

  it('let pages of named origins in, and none else', async () => {
    const portal = await startAgent({ environment: { ALLOWED_ORIGINS: 'https://portal.example' } })
    const known = await preflight(portal, 'https://portal.example')
    expect(known.status).toBe(204)
    expect(known.headers.get('access-control-allow-origin')).toBe('https://portal.example')
    expect(known.headers.get('access-control-max-age')).toBe('3600')
    const plain = await portal.fetch('/health', { headers: { origin: 'https://portal.example' } })
    const exposed = plain.headers.get('access-control-expose-headers') ?? ''
    for (const name of ['X-Total-Count', 'X-Page-Count', 'Content-Disposition']) expect(exposed).toContain(name)
    for (const origin of ['https://evil.example', 'https://portal.example.evil', 'http://localhost:3000']) {
      expect((await preflight(portal, origin)).headers.get('access-control-allow-origin')).toBeNull()
    }
    await portal.close()
  })

  it('let pages of this machine in while developing', async () => {
    expect((await preflight(agent, 'http://localhost:3000')).headers.get('access-control-allow-origin')).toBe(
      'http://localhost:3000',
    )
    expect((await preflight(agent, 'http://localhost.evil')).headers.get('access-control-allow-origin')).toBeNull()
  })
})

describe('what the agent says of itself', () => {
  it.each(['/health', '/api/health'])('%s', async (path) => {
    const answer = await agent.fetch(path)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({
      status: 'ok',
      product: 'headway-agent',
      protocol: 1,
      scheduler: 'local',
    })
  })

  it('OpenAPI lists every route in both forms, with what it needs', async () => {
    const json = (await (await agent.fetch('/openapi.json')).json()) as {
      openapi: string
      paths: Record<string, Record<string, { security: unknown[]; description?: string }>>
    }
    expect(json.openapi).toBe('3.1.0')
    for (const path of [
      '/api/auth/login',
      '/api/jobs/submit',
      '/api/nodes/status',
      '/api/v2/uploads',
      '/api/v2/templates/{id}',
    ]) {
      expect(Object.keys(json.paths)).toContain(path)
    }
    expect(json.paths['/api/auth/login']?.['post']?.security).toEqual([])
    expect(json.paths['/api/nodes/status']?.['get']).toMatchObject({
      security: [{ bearer: [] }],
      description: 'Needs the permission node:view.',
    })
    const yaml = await agent.fetch('/openapi.yaml')
    expect(yaml.headers.get('content-type')).toMatch(/yaml/)
    expect(parse(await yaml.text())).toEqual(json)
  })

  it('its docs are a page of its own files under a strict policy', async () => {
    const page = await agent.fetch('/api/docs')
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("script-src 'self'")
    expect(policy).not.toMatch(/unsafe|http/)
    const html = await page.text()
    const links = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(
      ([, link]) => new URL(link ?? '', `${agent.url}/api/docs`),
    )
    expect(links).toHaveLength(4)
    for (const link of links) {
      const answer = await fetch(link)
      expect(answer.status, link.pathname).toBe(200)
      expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(50)
    }
    expect((await agent.fetch('/api/docs/swagger-ui/package.json')).status).toBe(404)
    expect((await agent.fetch('/api/docs/swagger-ui/..%2f..%2fpackage.json')).status).toBe(404)
  })

  it('metrics carry the names that dashboards ask for', async () => {
    await agent.signIn()
    await agent.fetch('/api/v2/jobs', { token: 'forged' })
    for (const path of ['/metrics', '/api/metrics']) {
      const text = await (await agent.fetch(path)).text()
      for (const line of [
        /^auth_jwt_issued_total [1-9]/m,
        /^auth_jwt_validation_failures_total [1-9]/m,
        /^ws_connected_clients 0/m,
        /^ws_connections_total 0/m,
        /^ws_messages_sent 0/m,
        /^# TYPE ws_channel_subscribers gauge/m,
        /^http_requests_total\{method="POST",endpoint="\/api\/auth\/login",status="200"\} [1-9]/m,
        /^http_request_duration_seconds_bucket\{/m,
        /^user_total 1$/m,
        /^user_login_total\{result="success"\} [1-9]/m,
        /^rate_limiter_(requests|blocked)_total \d/m,
        /^rate_limiter_(unique|active)_users \d/m,
      ]) {
        expect(text).toMatch(line)
      }
    }
  })

  it('metrics move to an address of their own where one is set', async () => {
    const probe = await import('node:net').then(({ createServer }) => createServer())
    await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
    const address = probe.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    await new Promise((resolve) => probe.close(resolve))
    const apart = await startAgent({ config: { metrics: { host: '127.0.0.1', port } } })
    expect((await apart.fetch('/metrics')).status).toBe(404)
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`)
    expect(await answer.text()).toMatch(/^user_total 1$/m)
    expect((await fetch(`http://127.0.0.1:${port}/api/v2/jobs`)).status).toBe(404)
    await apart.close()
  })

  it('nodes', async () => {
    const answer = await agent.fetch('/api/nodes/status', { token: await agent.token('jin') })
    const status = (await answer.json()) as { nodes: Record<string, { cpus: string }>; total: number; online: number }
    expect(status).toMatchObject({ total: 1, online: 1 })
    expect(Object.values(status.nodes)[0]?.cpus).toMatch(/^\d+\/\d+\/\d+\/\d+$/)
  })
})
