import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../../../agent/src/app.ts'
import type { Noun } from '../../../../agent/src/kit/noun.ts'
import { portalToken, startAgent, type TestAgent, testConfig } from '../../../helpers/agent.ts'
import { routesOf } from '../../../helpers/routes.ts'

/** Everything that answers without a token. Whoever adds a line here opens it to the world. */
const open = [
  'GET /health',
  'GET /api/health',
  'GET /metrics',
  'GET /api/metrics',
  'GET /openapi.json',
  'GET /openapi.yaml',
  'GET /api/docs',
  'GET /api/docs/openapi.json',
  'GET /api/docs/start.js',
  'GET /api/docs/swagger-ui/:file',
  'GET /api/v2/files/health',
  'POST /api/auth/login',
  'POST /auth/login',
  'POST /api/auth/refresh',
  'POST /api/auth/register',
]

let agent: TestAgent
beforeAll(async () => {
  agent = await startAgent()
})
afterAll(() => agent.close())

const fill = (url: string) => url.replaceAll(/:\w+/g, '1').replace(/\/?\*/, '/a/b')

describe('the guard', () => {
  it('stands in front of every route but the public ones', async () => {
    const routes = routesOf(agent.app)
    expect(routes.length).toBeGreaterThan(40)
    const reachable: string[] = []
    for (const { method, url } of routes) {
      const answer = await agent.app.inject({ method, url: fill(url) })
      if (answer.statusCode !== 401) reachable.push(`${method} ${url}`)
      else if (method !== 'HEAD') expect(answer.json()).toMatchObject({ code: 'UNAUTHENTICATED' })
    }
    const heads = open.filter((route) => route.startsWith('GET ')).map((route) => route.replace('GET', 'HEAD'))
    expect(reachable.toSorted()).toEqual([...open, ...heads].toSorted())
  })

  it('asks for a permission that a token without any does not have, but on what is any user’s', async () => {
    const allowed: string[] = []
    for (const { method, url } of routesOf(agent.app)) {
      if (open.includes(`${method.replace('HEAD', 'GET')} ${url}`)) continue
      // One for each: the sign-out on the way ends the token it is asked with.
      const token = await portalToken({ permissions: [], jti: `${method} ${url}` })
      const answer = await agent.app.inject({ method, url: fill(url), headers: { authorization: `Bearer ${token}` } })
      if (answer.statusCode !== 403) allowed.push(`${method} ${url}`)
    }
    expect(allowed).toEqual(['POST /api/auth/logout'])
  })

  it.each([
    ['nothing', {}],
    ['no permission', { config: { permission: [] } }],
  ])('stops the agent where a route states %s', async (_what, options) => {
    const extra: Noun = { routes: async (app) => void app.get('/forgotten', options, async () => 'secret') }
    await expect(buildApp(testConfig(), { extra })).rejects.toThrow(
      'GET /forgotten names neither permission nor public',
    )
  })
})
