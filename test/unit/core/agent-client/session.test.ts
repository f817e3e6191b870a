import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { directTransport, openSiteAgent, type SiteAgent } from '../../../../src/core/agent-client/index.ts'
import { AppError } from '../../../../src/core/kit/app-error.ts'
import { wait } from '../../../../src/core/kit/wait.ts'
import { shortTimes, until } from '../../../helpers/core.ts'
import { sendJson, startSmallAgent, type SmallAgent } from '../helpers/small-agent.ts'

const nothing = (): void => undefined
const log = { debug: nothing, info: nothing, warn: nothing, error: nothing }
let agent: SmallAgent
let secrets: Map<string, string>
let opened: SiteAgent[]

/** `slowMs`: a store that takes its time to set, as one that encrypts does. */
async function open(slowMs = 0): Promise<SiteAgent> {
  const site = await openSiteAgent({
    name: 'here',
    transport: directTransport(agent.url),
    secrets: {
      persistent: true,
      get: (key) => Promise.resolve(secrets.get(key)),
      set: async (key, value) => {
        if (slowMs > 0) await wait(slowMs)
        secrets.set(key, value)
      },
      delete: (key) => Promise.resolve(void secrets.delete(key)),
    },
    secretKey: 'k',
    log,
    times: shortTimes,
  })
  opened.push(site)
  return site
}
const kept = () => JSON.parse(secrets.get('k') ?? 'null') as { refreshToken: string; requestId?: string } | null
const codeOf = async (call: Promise<unknown>): Promise<string> => {
  const error: unknown = await call.then(nothing, (reason: unknown) => reason)
  if (!(error instanceof AppError)) throw new Error(`expected an AppError, got ${String(error)}`)
  return error.value.code
}

beforeEach(async () => {
  agent = await startSmallAgent()
  agent.routes.set('GET /thing', (_request, response) => sendJson(response, { ok: true }))
  secrets = new Map()
  opened = []
})
afterEach(async () => {
  for (const site of opened) site.close()
  await agent.close()
})

describe('a session', () => {
  it('that was left in the middle of a renewal does not come back from a slow store', async () => {
    const site = await open(60)
    await site.signIn('jin', 'pw')
    await until('ready', () => site.link.ready)
    agent.valid = 'another'
    const call = codeOf(site.client.get('/thing'))
    await until('the renewal is being stored', () => agent.seen.includes('GET /thing'))
    await wait(20)
    await site.signOut()
    expect(await call).toBe('SIGNED_OUT')
    await wait(200)
    expect(kept()).toBeNull()
  })

  it('renews once for fifty calls whose token is refused, and each call is answered', async () => {
    const site = await open()
    await site.signIn('jin', 'pw')
    await until('ready', () => site.link.ready)
    agent.valid = 'another'
    agent.renewalMs = 50
    const answers = await Promise.all(Array.from({ length: 50 }, () => site.client.get('/thing')))
    expect(answers).toHaveLength(50)
    expect(agent.renewals).toHaveLength(1)
  })

  it('renews once for fifty calls when the token is about to end, before sending any', async () => {
    agent.expiresIn = 0
    const site = await open()
    await site.signIn('jin', 'pw')
    await until('ready', () => site.link.ready)
    agent.expiresIn = 900
    agent.renewalMs = 50
    agent.renewals.length = 0
    agent.seen.length = 0
    await Promise.all(Array.from({ length: 50 }, () => site.client.get('/thing')))
    expect(agent.renewals).toHaveLength(1)
    expect(agent.seen.filter((line) => line === 'GET /thing')).toHaveLength(50)
  })

  it('replays a refused call once and no more', async () => {
    const site = await open()
    await site.signIn('jin', 'pw')
    agent.routes.set('GET /never', (_request, response) =>
      sendJson(response, { error: 'No.', code: 'TOKEN_INVALID' }, 401),
    )
    expect(await codeOf(site.client.get('/never'))).toBe('SIGNED_OUT')
    expect(agent.seen.filter((line) => line === 'GET /never')).toHaveLength(2)
  })

  it('sends no refused call again in the name of who signs in next', async () => {
    const site = await open()
    await site.signIn('jin', 'pw')
    await until('ready', () => site.link.ready)
    const held = Promise.withResolvers<void>()
    let calls = 0
    agent.routes.set('GET /slow', async (_request, response) => {
      calls += 1
      await held.promise
      sendJson(response, { error: 'Sign in again.', code: 'TOKEN_EXPIRED' }, 401)
    })
    const call = codeOf(site.client.get('/slow'))
    await until('the call', () => calls === 1)
    agent.username = 'mia'
    await site.signIn('mia', 'pw')
    held.resolve()
    expect(await call).toBe('SIGNED_OUT')
    expect(calls).toBe(1)
  })

  it('keeps the rotated token before it uses the new access token', async () => {
    const site = await open()
    await site.signIn('jin', 'pw')
    const atUse: (string | undefined)[] = []
    agent.routes.set('GET /thing', (_request, response) => {
      atUse.push(kept()?.refreshToken)
      sendJson(response, {})
    })
    agent.valid = 'another'
    await site.client.get('/thing')
    expect(agent.renewals[0]?.refresh_token).toBe('r1')
    expect(atUse).toEqual(['r2'])
    expect(kept()).toEqual({ refreshToken: 'r2' })
  })

  it('gets the same pair again after an answer was lost, over a restart too', async () => {
    const first = await open()
    await first.signIn('jin', 'pw')
    await until('ready', () => first.link.ready)
    agent.valid = 'another'
    agent.renewing = 'lose'
    expect(await codeOf(first.client.get('/thing'))).toBe('OFFLINE')
    const { requestId } = kept() ?? {}
    expect(requestId).toBe(agent.renewals[0]?.request_id)
    first.close()
    agent.renewing = 'answer'
    const second = await open()
    await second.client.get('/thing')
    expect(new Set(agent.renewals.map((renewal) => renewal.request_id))).toEqual(new Set([requestId]))
    expect(kept()).toEqual({ refreshToken: 'r2' })
  })

  it('ends when the agent refuses the refresh token, and forgets it', async () => {
    const site = await open()
    await site.signIn('jin', 'pw')
    await until('ready', () => site.link.ready)
    agent.valid = 'another'
    agent.renewing = 'refuse'
    expect(await codeOf(site.client.get('/thing'))).toBe('SIGNED_OUT')
    expect(site.connection.state).toBe('signed-out')
    expect(secrets.size).toBe(0)
    const before = agent.seen.length
    expect(await codeOf(site.client.get('/thing'))).toBe('SIGNED_OUT')
    expect(agent.seen.length).toBe(before)
  })

  it('stays signed in when the renewal cannot be asked for', async () => {
    const site = await open()
    await site.signIn('jin', 'pw')
    await agent.close()
    expect(await codeOf(site.client.get('/thing'))).toBe('OFFLINE')
    expect(kept()?.refreshToken).toBe('r1')
    await until('the loss to show', () => ['reconnecting', 'offline'].includes(site.connection.state))
  })

  it('passes on how long to wait', async () => {
    const site = await open()
    await site.signIn('jin', 'pw')
    agent.routes.set('GET /busy', (_request, response) =>
      sendJson(response, { error: 'Too many.', code: 'RATE_LIMITED' }, 429, { 'retry-after': '7' }),
    )
    const error: unknown = await site.client.get('/busy').catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      value: { code: 'RATE_LIMITED', data: { retryAfter: 7 }, retry: { afterSeconds: 7 } },
    })
  })
})

describe('bulk', () => {
  it('puts bytes with their length and digest, whole or paced', async () => {
    const site = await open()
    await site.signIn('jin', 'pw')
    agent.routes.set('PUT /chunk', (request, response, body) =>
      sendJson(response, {
        length: request.headers['content-length'],
        digest: request.headers['content-digest'],
        got: body.length,
      }),
    )
    const body = Buffer.alloc(300_000, 'x')
    const { signal } = new AbortController()
    const answer = { length: '300000', digest: 'd', got: 300_000 }
    expect(await site.client.putBytes('/chunk', body, { 'content-digest': 'd' }, signal)).toEqual(answer)
    const asked: number[] = []
    const pace = (left: number) => {
      asked.push(left)
      return Promise.resolve(Math.min(left, 100_000))
    }
    expect(await site.client.putBytes('/chunk', body, { 'content-digest': 'd' }, signal, pace)).toEqual(answer)
    expect(asked).toEqual([300_000, 200_000, 100_000])
  })

  it('ends a body in flight when it is aborted', async () => {
    const site = await open()
    await site.signIn('jin', 'pw')
    agent.routes.set('PUT /slow', () => undefined)
    const abort = new AbortController()
    const call = site.client.putBytes('/slow', Buffer.alloc(1000), {}, abort.signal)
    setTimeout(() => abort.abort(new Error('stop')), 30)
    await expect(call).rejects.toThrow('stop')
  })

  it('turns a refusal of a stream into its error', async () => {
    const site = await open()
    await site.signIn('jin', 'pw')
    const { signal } = new AbortController()
    expect(await codeOf(site.client.stream('/api/v2/jobs/7/log', { signal }))).toBe('NOT_FOUND')
  })
})
