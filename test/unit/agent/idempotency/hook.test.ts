import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import type { FastifyRequest } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { doubtfulSince, leaveOpen } from '../../../../agent/src/idempotency/index.ts'
import { Failure } from '../../../../agent/src/kit/failure.ts'
import type { Noun } from '../../../../agent/src/kit/noun.ts'
import { startAgent, type TestAgent } from '../../../helpers/agent.ts'

/** What acting comes to, the next times; then it is done. */
const fates: ('unavailable' | 'forbidden' | 'missing' | 'open')[] = []
/** For each time it acted, since when it may have been done before. */
const acted: (Date | undefined)[] = []
let waiting = Promise.resolve()
async function act(request: FastifyRequest) {
  const number = acted.push(doubtfulSince(request))
  await waiting
  const fate = fates.shift()
  if (fate === 'unavailable') throw new Failure('SCHEDULER_UNAVAILABLE', 'It does not answer.')
  if (fate === 'forbidden') throw new Failure('FORBIDDEN', 'Not yours.')
  if (fate === 'missing') throw new Failure('NOT_FOUND', 'It is not there.')
  if (fate === 'open') leaveOpen(request)
  return { number }
}

const extra: Noun = {
  routes: async (app) => {
    app.post('/api/test/once', { config: { permission: ['job:submit'], once: true } }, act)
    app.delete('/api/test/once/:id', { config: { permission: ['job:submit'], once: true } }, act)
    app.post('/api/test/often', { config: { permission: ['job:submit'] } }, act)
  },
}

let agent: TestAgent
let token: string
beforeAll(async () => {
  agent = await startAgent({ overrides: { extra } })
  token = await agent.token('jin')
})
afterAll(() => agent.close())

const ask = (key: string, more: { path?: string; method?: string; body?: unknown; token?: string } = {}) => {
  const { path = '/api/test/once', method = 'POST', ...rest } = more
  return agent.fetch(path, { method, body: { a: 1 }, token, headers: { 'idempotency-key': key }, ...rest })
}
const answerOf = async (asked: Promise<Response>) => {
  const answer = await asked
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() }
}

describe('a route that acts once', () => {
  it('answers the same key the same, byte by byte, and acts no more', async () => {
    const before = acted.length
    const first = await answerOf(ask('same'))
    expect(first).toMatchObject({ status: 200, text: `{"number":${before + 1}}` })
    expect(await answerOf(ask('same'))).toEqual(first)
    expect(acted.length).toBe(before + 1)
    expect((await answerOf(ask('same', { token: await agent.token('eve') }))).text).not.toBe(first.text)
  })

  it('refuses the key of another request: another body, address or method', async () => {
    await ask('other', { path: '/api/test/once/1', method: 'DELETE' })
    for (const more of [{ method: 'DELETE', path: '/api/test/once/2' }, {}]) {
      const refused = await ask('other', more)
      expect(refused.status).toBe(409)
      expect(await refused.json()).toMatchObject({ code: 'CONFLICT', details: { header: 'idempotency-key' } })
    }
    await ask('body')
    expect((await ask('body', { body: { a: 2 } })).status).toBe(409)
  })

  it('lets twins wait for the first, also where its client has gone', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    waiting = promise
    const before = acted.length
    const gone = new AbortController()
    const first = fetch(`${agent.url}/api/test/once`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'idempotency-key': 'twins', 'content-type': 'application/json' },
      body: '{"a":1}',
      signal: gone.signal,
    })
    await expect.poll(() => acted.length).toBe(before + 1)
    gone.abort()
    await expect(first).rejects.toThrow()
    const twins = Array.from({ length: 8 }, () => answerOf(ask('twins')))
    // All others are answered meanwhile.
    expect((await agent.fetch('/health')).status).toBe(200)
    resolve()
    const texts = (await Promise.all(twins)).map(({ text }) => text)
    expect(new Set(texts)).toEqual(new Set([`{"number":${before + 1}}`]))
    expect(acted.length).toBe(before + 1)
  })

  it('keeps a refusal, and acts again where nothing was done or nothing is known', async () => {
    fates.push('missing')
    expect((await ask('missing')).status).toBe(404)
    expect((await ask('missing')).status).toBe(404)

    fates.push('forbidden')
    expect((await ask('forbidden')).status).toBe(403)
    expect((await ask('forbidden')).status).toBe(200)
    expect(acted.at(-1), 'nothing was done before').toBeUndefined()

    for (const fate of ['unavailable', 'open'] as const) {
      fates.push(fate)
      const status = fate === 'open' ? 200 : 503
      expect((await ask(fate)).status).toBe(status)
      expect((await ask(fate)).status).toBe(200)
      const since = acted.at(-1)
      expect(since).toBeInstanceOf(Date)
      const before = acted.length
      expect((await ask(fate)).status).toBe(200)
      expect(acted.length).toBe(before)
    }
  })

  it('answers although the answer cannot be stored, and is in doubt then', async () => {
    const beside = new DatabaseSync(join(agent.config.data, 'headway.db'), { timeout: 5000 })
    beside.exec(`CREATE TRIGGER full BEFORE UPDATE ON idempotent_requests BEGIN SELECT raise(ABORT, 'full'); END`)
    expect((await ask('full')).status).toBe(200)
    beside.exec('DROP TRIGGER full')
    beside.close()
    expect((await ask('full')).status).toBe(200)
    expect(acted.at(-1)).toBeInstanceOf(Date)
  })

  it('asks who it is and what they may first, then for a key that is one', async () => {
    const before = acted.length
    const headers = { 'idempotency-key': 'not a key' }
    expect((await agent.fetch('/api/test/once', { body: {}, headers })).status).toBe(401)
    expect((await ask('not a key', { token: await agent.token('mo', ['job:view']) })).status).toBe(403)
    for (const key of ['', ' ', 'a b', 'a/b', 'a,b', '"quoted"', 'é', '../x', 'x'.repeat(129)]) {
      const answer = await ask(key)
      expect(answer.status, key).toBe(400)
      expect(await answer.json()).toMatchObject({
        code: 'VALIDATION_FAILED',
        details: { path: 'headers/idempotency-key' },
      })
    }
    const doubled = { authorization: `Bearer ${token}`, 'idempotency-key': ['a', 'b'] }
    expect((await agent.app.inject({ method: 'POST', url: '/api/test/once', headers: doubled })).statusCode).toBe(400)
    expect(acted.length).toBe(before)
    expect((await ask('x'.repeat(128))).status).toBe(200)
  })

  it('is as any other without the header, and any other is without it too', async () => {
    const before = acted.length
    for (let times = 0; times < 2; times++) await agent.fetch('/api/test/once', { body: {}, token })
    for (let times = 0; times < 2; times++) await ask('often', { path: '/api/test/often' })
    expect(acted.length).toBe(before + 4)
  })

  it('says so in the description of the API', async () => {
    const { paths } = (await (await agent.fetch('/openapi.json')).json()) as {
      paths: Record<string, Record<string, { parameters?: { in: string; name: string }[] }>>
    }
    const listed = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { parameters = [] }]) =>
        parameters.some(({ name }) => name === 'idempotency-key') ? [`${method.toUpperCase()} ${path}`] : [],
      ),
    )
    expect(listed.filter((route) => !route.includes('/test/')).sort()).toEqual([
      'DELETE /api/v2/templates/{id}',
      'POST /api/v2/desktops',
      'POST /api/v2/desktops/{id}/extend',
      'POST /api/v2/desktops/{id}/stop',
      'POST /api/v2/jobs/change',
      'POST /api/v2/jobs/{id}/cancel',
      'POST /api/v2/jobs/{id}/change',
      'POST /api/v2/jobs/{id}/files',
      'POST /api/v2/jobs/{id}/files/remove',
      'POST /api/v2/jobs/{id}/files/rename',
      'POST /api/v2/jobs/{id}/folder',
      'POST /api/v2/templates',
      'POST /api/v2/templates/import',
      'PUT /api/v2/templates/{id}',
    ])
  })
})
