import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LoginAnswer, RefreshAnswer } from '../../../../contract/agent/auth.ts'
import { admin, startAgent, temporaryFolder, type TestAgent } from '../../../helpers/agent.ts'

let agent: TestAgent
let offsetMs = 0
const now = () => new Date(Date.now() + offsetMs)

beforeAll(async () => {
  agent = await startAgent({ overrides: { now } })
})
afterAll(() => agent.close())

const post = async (path: string, body: unknown, token?: string) => {
  const answer = await agent.fetch(path, { body, ...(token === undefined ? {} : { token }) })
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> }
}
const refresh = (token: string, requestId?: string) =>
  post('/api/auth/refresh', { refresh_token: token, ...(requestId === undefined ? {} : { request_id: requestId }) })
const mayList = async (token: string) => (await agent.fetch('/api/v2/jobs', { token })).status

const timed = async (username: string) => {
  const start = performance.now()
  const { status, body } = await post('/api/auth/login', { username, password: 'wrong' })
  return { status, body, ms: performance.now() - start }
}

const fresh = async () => (await agent.signIn()).refresh_token

describe('sign-in', () => {
  it.each(['/api/auth/login', '/auth/login'])('by %s answers as portals expect', async (path) => {
    const { status, body } = await post(path, admin)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      expires_in: 900,
      user: { username: 'admin', groups: ['admin'], permissions: ['dashboard'], email: '' },
    })
    expect(body['token']).toBe(body['access_token'])
    expect(await mayList(String(body['access_token']))).toBe(200)
  })

  it('refuses an unknown user and a wrong password with the same words after about the same time', async () => {
    const known = await timed('admin')
    const unknown = await timed('nobody')
    expect(known.status).toBe(401)
    expect(known.body).toEqual(unknown.body)
    expect(known.body['code']).toBe('WRONG_CREDENTIALS')
    // A hash takes tens of milliseconds; an answer without one would take one or two.
    expect(unknown.ms).toBeGreaterThan(known.ms / 4)
  })

  it('is refused after ten failures of a name in a minute, right password or not, and open again afterwards', async () => {
    const name = { username: 'Many', password: 'many-failures' }
    expect((await post('/api/auth/register', name)).status).toBe(201)
    // At the start of a window, so that the clock does not open a new one in the middle.
    offsetMs = 61_000 - (Date.now() % 60_000)
    const start = offsetMs
    const tries = Array.from({ length: 14 }, () => post('/api/auth/login', { ...name, password: 'wrong' }))
    const statuses = (await Promise.all(tries)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 401)).toHaveLength(10)
    expect(statuses.filter((status) => status === 429)).toHaveLength(4)
    const blocked = await post('/api/auth/login', { ...name, username: 'many' })
    expect(blocked.status).toBe(429)
    const seconds = Number(blocked.headers.get('retry-after'))
    expect(seconds).toBeGreaterThan(0)
    expect(seconds).toBeLessThanOrEqual(60)
    expect(blocked.body).toMatchObject({ code: 'RATE_LIMITED', retry_after: seconds })
    expect((await post('/api/auth/login', admin)).status, 'another name').toBe(200)
    offsetMs = start + seconds * 1000
    expect((await post('/api/auth/login', name)).status, 'the next window').toBe(200)
    offsetMs = 0
  })

  it('does not count successes', async () => {
    for (let round = 0; round < 12; round++) expect((await post('/api/auth/login', admin)).status).toBe(200)
  })
})

describe('refresh', () => {
  it('gives the next pair and keeps on', async () => {
    let token = await fresh()
    for (let round = 0; round < 3; round++) {
      const { status, body } = await refresh(token)
      expect(status).toBe(200)
      expect(body['expires_in']).toBe(900)
      expect(body['refresh_token']).not.toBe(token)
      expect(await mayList(String(body['access_token']))).toBe(200)
      token = String(body['refresh_token'])
    }
  })

  it('of a used token ends the whole family', async () => {
    const stolen = await fresh()
    const other = await fresh()
    const { body } = await refresh(stolen)
    expect(await refresh(stolen)).toMatchObject({ status: 401, body: { code: 'TOKEN_INVALID' } })
    expect((await refresh(String(body['refresh_token']))).status).toBe(401)
    expect((await refresh(other)).status, 'another sign-in of the same user').toBe(200)
  })

  it('repeated with the same request id gets the very same pair for a minute', async () => {
    const token = await fresh()
    const first = await refresh(token, 'r1')
    expect((await refresh(token, 'r1')).body).toEqual(first.body)
    const both = await Promise.all([
      refresh(String(first.body['refresh_token']), 'r2'),
      refresh(String(first.body['refresh_token']), 'r2'),
    ])
    expect(both[0]?.body).toEqual(both[1]?.body)
    expect(both[0]?.status).toBe(200)
  })

  it.each([
    ['another request id', 'r9', 0],
    ['the same one after a minute', 'r1', 62_000],
  ])('repeated with %s is reuse', async (_what, id, later) => {
    const token = await fresh()
    const { body } = await refresh(token, 'r1')
    offsetMs = later
    expect((await refresh(token, id)).status).toBe(401)
    expect((await refresh(String(body['refresh_token']))).status).toBe(401)
    offsetMs = 0
  })

  it('is refused for access tokens, expired ones and nonsense', async () => {
    const { access_token, refresh_token } = await agent.signIn()
    expect(await refresh(access_token)).toMatchObject({ status: 401, body: { code: 'TOKEN_INVALID' } })
    expect(await refresh('nonsense')).toMatchObject({ status: 401, body: { code: 'TOKEN_INVALID' } })
    expect(await mayList(refresh_token)).toBe(401)
    offsetMs = 604_800_000 + 31_000
    expect(await refresh(refresh_token)).toMatchObject({ status: 401, body: { code: 'TOKEN_EXPIRED' } })
    offsetMs = 0
  })

  it('without a token is a bad request', async () => {
    for (const body of [{}, { refresh_token: '' }, null]) {
      expect(await post('/api/auth/refresh', body)).toMatchObject({
        status: 400,
        body: { code: 'REFRESH_TOKEN_MISSING' },
      })
    }
  })

  it('can be told to keep the token for older portals', async () => {
    const older = await startAgent({ environment: { JWT_REFRESH_ROTATION: 'off' } })
    const { refresh_token: token } = await older.signIn()
    for (let round = 0; round < 2; round++) {
      const answer = await older.fetch('/api/auth/refresh', { body: { refresh_token: token } })
      expect(((await answer.json()) as RefreshAnswer).refresh_token).toBe(token)
    }
    await older.close()
  })
})

describe('sign-out', () => {
  it('ends the sign-in and the access token used', async () => {
    const one = await agent.signIn()
    const other = await agent.signIn()
    const { status } = await post('/api/auth/logout', { refresh_token: one.refresh_token }, one.access_token)
    expect(status).toBe(200)
    expect(await mayList(one.access_token)).toBe(401)
    expect((await refresh(one.refresh_token)).status).toBe(401)
    expect(await mayList(other.access_token)).toBe(200)
    expect((await refresh(other.refresh_token)).status).toBe(200)
  })

  it('without a token, or a body, ends all of the user', async () => {
    const one = await agent.signIn()
    const other = await agent.signIn()
    const answer = await agent.fetch('/api/auth/logout', { method: 'POST', token: one.access_token })
    expect(answer.status).toBe(200)
    expect((await refresh(other.refresh_token)).status).toBe(401)
  })

  it('holds for every spelling of the same token', async () => {
    const { access_token: token } = await agent.signIn()
    await post('/api/auth/logout', {}, token)
    const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    for (const digit of digits) expect(await mayList(token.slice(0, -1) + digit)).toBe(401)
  })

  it('does not touch what belongs to somebody else', async () => {
    const { refresh_token } = await agent.signIn()
    await post('/api/auth/logout', { refresh_token }, await agent.token('eve'))
    expect((await refresh(refresh_token)).status).toBe(200)
  })
})

describe('registration', () => {
  it('makes an account that can sign in; its name is taken in every case and form', async () => {
    const jin = { username: 'Jin.Kim', password: 'eight-or-more' }
    expect(await post('/api/auth/register', jin)).toMatchObject({
      status: 201,
      body: { permissions: ['dashboard'], groups: [] },
    })
    const { body } = await post('/api/auth/login', { ...jin, username: 'jin.kim' })
    expect(body['user']).toMatchObject({ username: 'Jin.Kim' })
    expect(await post('/api/auth/register', { ...jin, username: 'JIN.KIM' })).toMatchObject({
      status: 409,
      body: { code: 'CONFLICT' },
    })
    expect((await post('/api/auth/register', { ...jin, username: '김진'.normalize('NFD') })).status).toBe(201)
    expect((await post('/api/auth/register', { ...jin, username: '김진' })).status).toBe(409)
  })

  it.each(['../x', '.hidden', 'a/b', 'a\u0000b', ' a', 'a b'])('refuses the name %j', async (username) => {
    expect(await post('/api/auth/register', { username, password: 'long enough' })).toMatchObject({
      status: 400,
      body: { code: 'NAME_REFUSED' },
    })
  })

  it('can be off', async () => {
    const closed = await startAgent({ environment: { HEADWAY_REGISTRATION: '0' } })
    const answer = await closed.fetch('/api/auth/register', { body: { username: 'x', password: 'long enough' } })
    expect(answer.status).toBe(404)
    await closed.close()
  })
})

describe('production', () => {
  const environment = { HEADWAY_ENV: 'production', ALLOWED_ORIGINS: 'https://portal.example' }

  it('serves one user with the embedded scheduler', async () => {
    const one = await startAgent({ environment })
    const { access_token } = (await one.signIn()) satisfies LoginAnswer
    expect((await one.fetch('/api/v2/jobs', { token: access_token })).status).toBe(200)
    const other = await one.fetch('/api/v2/jobs', { token: await one.token('jin') })
    expect(other.status).toBe(403)
    await one.close()
    await expect(startAgent({ environment: { ...environment, HEADWAY_REGISTRATION: '1' } })).rejects.toThrow(
      'HEADWAY_REGISTRATION',
    )
  })

  it('serves more where that is allowed; a new account may nothing until it is granted', async () => {
    const data = temporaryFolder()
    const allowed = { ...environment, HEADWAY_LOCAL_MULTI_USER: '1', HEADWAY_REGISTRATION: '1' }
    const many = await startAgent({ environment: allowed, data })
    const jin = { username: 'jin', password: 'long enough' }
    expect((await many.fetch('/api/auth/register', { body: jin })).status).toBe(201)
    const signIn = async () => (await (await many.fetch('/api/auth/login', { body: jin })).json()) as LoginAnswer
    expect((await many.fetch('/api/v2/jobs', { token: (await signIn()).access_token })).status).toBe(403)
    const { access_token: token } = await many.signIn()
    const rights = { groups: [], permissions: ['dashboard'] }
    expect((await many.fetch('/api/v2/users/jin', { method: 'PUT', token, body: rights })).status).toBe(200)
    expect((await many.fetch('/api/v2/jobs', { token: (await signIn()).access_token })).status).toBe(200)
    await many.close()
    await expect(startAgent({ environment, data })).rejects.toThrow('HEADWAY_LOCAL_MULTI_USER')
    rmSync(data, { recursive: true })
  })
})
