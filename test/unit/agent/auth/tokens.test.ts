import { createHmac, generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { portalToken, secret, startAgent, type TestAgent } from '../../../helpers/agent.ts'

const path = '/api/v2/jobs'
let agent: TestAgent
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const jwks = createServer((_request, response) => {
  void exportJWK(keys.publicKey).then((key) =>
    response.end(JSON.stringify({ keys: [{ ...key, kid: 'k1', alg: 'RS256' }] })),
  )
})

beforeAll(async () => {
  await new Promise<void>((resolve) => jwks.listen(0, '127.0.0.1', resolve))
  const { port } = jwks.address() as AddressInfo
  agent = await startAgent({ environment: { JWT_JWKS_URL: `http://127.0.0.1:${port}/jwks` } })
})
afterAll(async () => {
  await agent.close()
  jwks.close()
})

const now = () => Math.floor(Date.now() / 1000)
const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const raw = (header: object, payload: object, key = secret) => {
  const signed = `${base64(header)}.${base64(payload)}`
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`
}
const claims = () => ({ sub: 'jin', permissions: ['dashboard'], exp: now() + 60 })
const ask = async (token: string) => {
  const answer = await agent.fetch(path, { token })
  return { status: answer.status, code: ((await answer.json()) as { code?: string }).code }
}

const seesNodes = async (change: Record<string, unknown>) =>
  (await agent.fetch('/api/nodes/status', { token: await portalToken(change) })).status

const seesUsers = async (change: Record<string, unknown>) =>
  (await agent.fetch('/api/v2/users', { token: await portalToken(change) })).status

describe('tokens of the portal', () => {
  it.each([
    ['without a type', {}],
    ['with type access', { type: 'access' }],
    ['with user_id for sub', { sub: undefined, user_id: 'jin' }],
    ['with a number for user_id', { sub: undefined, user_id: 42 }],
    ['just expired, within the leeway', { exp: now() - 10 }],
  ])('are accepted %s', async (_what, change) => {
    expect(await ask(await portalToken(change))).toMatchObject({ status: 200 })
  })

  it('are accepted from asymmetric keys of the JWKS address', async () => {
    const token = await new SignJWT(claims()).setProtectedHeader({ alg: 'RS256', kid: 'k1' }).sign(keys.privateKey)
    expect(await ask(token)).toMatchObject({ status: 200 })
  })

  it('expired are refused as such', async () => {
    expect(await ask(await portalToken({ exp: now() - 40 }))).toEqual({ status: 401, code: 'TOKEN_EXPIRED' })
  })

  const publicKey = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  it.each([
    ['of another key', () => portalToken({}, 'another-secret-of-the-same-length-as-ours')],
    ['without exp', () => portalToken({ exp: undefined })],
    ['not valid yet', () => portalToken({ nbf: now() + 120 })],
    ['of type refresh', () => portalToken({ type: 'refresh' })],
    ['of another type', () => portalToken({ type: 'id' })],
    ['without a name', () => portalToken({ sub: undefined })],
    ['with a name that leaves its folder', () => portalToken({ sub: '../jin' })],
    ['with a name of dots', () => portalToken({ sub: '..' })],
    ['with alg none', async () => `${base64({ alg: 'none' })}.${base64(claims())}.`],
    ['with alg none and a signature', async () => raw({ alg: 'none' }, claims())],
    ['with alg NonE', async () => raw({ alg: 'NonE' }, claims())],
    ['with alg HS512', async () => raw({ alg: 'HS512' }, claims())],
    ['with the public key as HMAC secret', async () => raw({ alg: 'HS256', kid: 'k1' }, claims(), publicKey)],
    ['with RS256 and an HMAC', async () => raw({ alg: 'RS256', kid: 'k1' }, claims())],
    ['with an unknown critical header', async () => raw({ alg: 'HS256', crit: ['x'], x: 1 }, claims())],
    [
      'changed after signing',
      async () => (await portalToken()).replace(/\.[^.]+\./, `.${base64({ ...claims(), sub: 'root' })}.`),
    ],
    ['that are none', async () => 'x'.repeat(3000)],
    ['of too many characters', async () => portalToken({ groups: Array.from({ length: 900 }, () => 'a-group') })],
  ])('%s are refused', async (_what, make) => {
    expect(await ask(await make())).toEqual({ status: 401, code: 'TOKEN_INVALID' })
  })

  it('are needed at all, as Bearer', async () => {
    for (const headers of [
      {},
      { authorization: 'Basic YTpi' },
      { authorization: 'Bearer' },
      { authorization: 'Bearer ' },
    ]) {
      const answer = await agent.fetch(path, { headers })
      expect(answer.status).toBe(401)
      expect(await answer.json()).toMatchObject({ code: 'UNAUTHENTICATED' })
    }
  })

  it('carry their permissions, dashboard implying those of a user, admin all', async () => {
    expect(await seesNodes({ permissions: ['dashboard'] })).toBe(200)
    expect(await seesNodes({ permissions: ['node:view'] })).toBe(200)
    expect(await seesNodes({ permissions: [], groups: ['admin'] })).toBe(200)
    expect(await seesNodes({ permissions: ['job:submit'] })).toBe(403)
    expect(await seesNodes({ permissions: 'node:view' })).toBe(403)
    expect(await seesUsers({ permissions: ['dashboard'] })).toBe(403)
    expect(await seesUsers({ groups: ['admin'] })).toBe(200)
  })

  it('permission comes before the body', async () => {
    const token = await portalToken({ permissions: [] })
    const answer = await agent.fetch('/api/jobs/submit', { token, body: { nonsense: true } })
    expect(answer.status).toBe(403)
    expect(await answer.json()).toMatchObject({ code: 'FORBIDDEN', details: { permission: expect.any(String) } })
  })
})
