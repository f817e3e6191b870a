import { rmSync } from 'node:fs'
import { request } from 'node:http'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OWNER_SIGN_IN } from '../../../../contract/agent/start.ts'
import type { LoginAnswer } from '../../../../contract/agent/auth.ts'
import { buildApp } from '../../../../agent/src/app.ts'
import { openDatabase } from '../../../../agent/src/db/index.ts'
import { admin, portalToken, startAgent, temporaryFolder, testConfig } from '../../../helpers/agent.ts'

const data = temporaryFolder()
const socket = join(data, 'agent.sock')
const environment = { HEADWAY_USER_MODE: '1', HEADWAY_SOCKET: socket, HEADWAY_ADMIN_PASSWORD: '' }
let app: FastifyInstance
const first: unknown[] = []

interface Answer {
  status: number
  body: Record<string, unknown>
}

/** A request over the socket. */
const ask = (method: string, path: string, headers: Record<string, string> = {}, body?: unknown): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const type = body === undefined ? {} : { 'content-type': 'application/json' }
    const asked = request({ socketPath: socket, method, path, headers: { ...type, ...headers }, agent: false })
    asked.once('error', reject)
    asked.once('response', (answer) => {
      let text = ''
      answer.on('data', (piece: Buffer) => (text += piece.toString()))
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, body: JSON.parse(text) as Answer['body'] }))
    })
    asked.end(body === undefined ? undefined : JSON.stringify(body))
  })
const bearer = (token: unknown) => ({ authorization: `Bearer ${String(token)}` })

beforeAll(async () => {
  // What an agent in another mode left in the folder stays, and stays outside.
  const before = await startAgent({ data })
  await before.signIn()
  await before.close()
  app = await buildApp(testConfig(environment, data), { onFirstAccount: (account) => void first.push(account) })
  await app.listen({ path: socket })
})
afterAll(async () => {
  await app.close()
  rmSync(data, { recursive: true, force: true })
})

describe("the owner's sign-in", () => {
  it('answers over the socket as a sign-in does, with all rights, and is renewed and ended as one', async () => {
    const { status, body } = await ask('POST', OWNER_SIGN_IN)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      expires_in: 900,
      token: body['access_token'],
      user: { username: userInfo().username, groups: ['admin'], permissions: expect.arrayContaining(['cae.execute']) },
    })
    expect((await ask('GET', '/api/v2/jobs', bearer(body['token']))).status).toBe(200)
    expect((await ask('GET', '/api/v2/users', bearer(body['token']))).status).toBe(200)

    const renewal = { refresh_token: body['refresh_token'] }
    const renewed = await ask('POST', '/api/auth/refresh', {}, renewal)
    expect(renewed.status).toBe(200)
    const token = bearer(renewed.body['access_token'])
    expect((await ask('GET', '/api/v2/jobs', token)).status).toBe(200)
    expect((await ask('POST', '/api/auth/refresh', {}, renewal)).status, 'a token used twice ends its family').toBe(401)
    expect((await ask('POST', '/api/auth/logout', token, {})).status).toBe(200)
    expect((await ask('GET', '/api/v2/jobs', token)).status).toBe(401)
  })

  it('takes an empty body as well as none', async () => {
    expect((await ask('POST', OWNER_SIGN_IN, {}, {})).status).toBe(200)
  })

  it('is refused to a web page, whatever its origin says', async () => {
    for (const origin of ['http://localhost:5010', 'null', '', 'https://portal.example']) {
      const { status, body } = await ask('POST', OWNER_SIGN_IN, { origin })
      expect(status, origin).toBe(403)
      expect(body).not.toHaveProperty('access_token')
    }
  })

  it('is written down', async () => {
    await ask('POST', OWNER_SIGN_IN)
    await expect
      .poll(async () => {
        const db = openDatabase(data)
        const rows = await db
          .selectFrom('audit_logs')
          .select(['user', 'status', 'address'])
          .where('action', '=', 'sign-in')
          .where('resource', '=', 'socket')
          .execute()
        await db.destroy()
        return rows[0]
      })
      .toEqual({ user: userInfo().username, status: 'success', address: 'unix' })
  })

  it('leaves no other way in: no password, no registration, no token of another name', async () => {
    expect(first).toEqual([])
    for (const path of ['/api/auth/login', '/auth/login', '/api/auth/register']) {
      expect((await ask('POST', path, {}, admin)).status, path).toBe(404)
    }
    const other = await portalToken({ sub: 'admin', groups: ['admin'] })
    expect((await ask('GET', '/api/v2/jobs', bearer(other))).status).toBe(403)
  })
})

describe('elsewhere', () => {
  it('there is no such route: not over TCP in user mode, not in another mode, not without a connection', async () => {
    const folder = temporaryFolder()
    const owners = await startAgent({
      data: folder,
      environment: { ...environment, HEADWAY_SOCKET: join(folder, 's') },
    })
    try {
      expect((await owners.fetch(OWNER_SIGN_IN, { body: {} })).status).toBe(404)
      expect((await owners.app.inject({ method: 'POST', url: OWNER_SIGN_IN })).statusCode).toBe(404)
    } finally {
      await owners.close()
      rmSync(folder, { recursive: true, force: true })
    }
    const many = await startAgent()
    const path = join(many.config.data, 'other.sock')
    const other = await buildApp({ ...many.config, data: join(many.config.data, 'other'), socket: path })
    try {
      expect((await many.fetch(OWNER_SIGN_IN, { body: {} })).status).toBe(404)
      await other.listen({ path })
      const status = await new Promise((resolve, reject) => {
        request({ socketPath: path, method: 'POST', path: OWNER_SIGN_IN, agent: false }, (a) => resolve(a.statusCode))
          .once('error', reject)
          .end()
      })
      expect(status, 'a socket of an agent for many').toBe(404)
    } finally {
      await other.close()
      await many.close()
    }
  })

  it('passwords stay the way in', async () => {
    const many = await startAgent()
    try {
      const answer: LoginAnswer = await many.signIn()
      expect(answer.user.username).toBe('admin')
    } finally {
      await many.close()
    }
  })
})
