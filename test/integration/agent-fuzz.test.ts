import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { portalToken, startAgent, type TestAgent } from '../helpers/agent.ts'
import { routesOf } from '../helpers/routes.ts'

let agent: TestAgent
let token: string
/** A job that is there, and an array. */
const ids: string[] = []
beforeAll(async () => {
  agent = await startAgent({ environment: { RATE_LIMIT_ENABLED: 'off' } })
  token = await portalToken({ sub: 'fuzz', groups: ['admin'] })
  for (const options of [{}, { array: '0-3' }]) {
    const answer = await agent.fetch('/api/jobs/submit', {
      token,
      body: { name: 'x', command: 'mkdir a; echo 1 >a/b.vtu', options },
    })
    const { job_id: id } = (await answer.json()) as { job_id: string }
    ids.push(id, `${id}_1`)
  }
})
afterAll(() => agent.close())

/** Text that has hurt parsers, paths and shells before, beside any other. */
const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '',
    '..',
    '../../etc/passwd',
    '%2e%2e%2f',
    'a\u0000b',
    '$(id)',
    "';--",
    '-1',
    '1e999',
    'NaN',
    '__proto__',
    '한글',
  ),
)
const names = [
  'filename',
  'file_size',
  'upload_id',
  'chunk_index',
  'name',
  'key',
  'size',
  'chunk_size',
  'yaml',
  'label',
  'digest',
]
const more = [
  'command',
  'template_id',
  'parameters',
  'files',
  'submission',
  'refresh_token',
  'username',
  'password',
  'groups',
  'permissions',
  'options',
  'resources',
  'partition',
  'time',
  'nodes',
  'ids',
  'change',
  'action',
  'minutes',
  'path',
  'paths',
  'from',
  'to',
  'uploadId',
  'kinds',
  'parser',
  'alarm',
]
/** Parts of what routes ask for: something nearly right gets further than anything else. */
const parts = fc.oneof(
  fc.record(
    {
      array: fc.oneof(nasty, fc.constantFrom('0-9999999', '0-3%1', '3-1', '1,1,1')),
      begin: nasty,
      account: nasty,
      environment: fc.dictionary(nasty, nasty, { maxKeys: 3 }),
      dependencies: fc.array(fc.record({ type: fc.constantFrom('afterok', 'x'), job: nasty }), { maxLength: 2 }),
    },
    { requiredKeys: [] },
  ),
  fc.record({ action: fc.constantFrom('cancel', 'hold', 'release', 'requeue', 'nice', 'x') }),
  fc.array(nasty, { maxLength: 3 }),
)
const body = fc.oneof(
  fc.dictionary(fc.constantFrom(...names, ...more), fc.oneof(nasty, fc.integer(), fc.double(), parts, fc.jsonValue()), {
    maxKeys: 8,
  }),
  fc.record({ name: fc.constant('x'), command: fc.constantFrom('true', 'echo x'), options: parts }),
  fc.record({ from: fc.constantFrom('a', 'a/b.vtu', 'job.log'), to: nasty }),
  fc.record({ path: nasty }),
  fc.jsonValue(),
)
const type = fc.constantFrom(
  ...Array.from({ length: 8 }, () => 'application/json'),
  'application/octet-stream',
  'multipart/form-data; boundary=x',
  'text/plain',
  'x',
)
const segment = nasty.map((text) => encodeURIComponent(text.isWellFormed() ? text : '?'))
const listing = 'limit offset from to follow all status state path filter sort class deep after name template'
const reading = 'file text regex direction encoding length version run'
const asked = `${listing} ${reading}`.split(' ')
const query = fc.oneof(
  fc.constant(''),
  fc
    .array(
      fc.tuple(
        fc.constantFrom(...asked),
        fc.oneof(segment, fc.constantFrom('1', '0', 'a', 'a/b.vtu', 'job.log', '-5', '(a%2B)%2B%24', 'utf-8')),
      ),
      { minLength: 1, maxLength: 4 },
    )
    .map((pairs) => `?${pairs.map(([key, value]) => `${key}=${value}`).join('&')}`),
)

describe('whatever is sent', () => {
  it('no route answers with a fault of ours, a stack or a path', async () => {
    const routes = routesOf(agent.app).filter(({ method }) => method !== 'HEAD')
    expect(routes.length).toBeGreaterThan(30)
    const request = fc.record({
      route: fc.constantFrom(...routes),
      body,
      type,
      parts: fc.array(segment, { minLength: 3, maxLength: 3 }),
      query,
      range: fc.option(nasty),
      id: fc.option(fc.nat(3)),
    })
    await fc.assert(
      fc.asyncProperty(request, async ({ route, body, type, parts, query, range, id }) => {
        // The last is the first that the address takes.
        const rest = [...parts, ...(id === null ? [] : [ids[id] ?? ''])]
        const url = route.url.replaceAll(/:\w+|\*/g, () => rest.pop() ?? '1') + query
        const hasBody = route.method !== 'GET'
        const answer = await agent.app.inject({
          method: route.method,
          url: url.startsWith('/') ? url : `/${url}`,
          // Signed out on the way it would see 401 ever after.
          headers: {
            ...(url.includes('logout') ? {} : { authorization: `Bearer ${token}` }),
            ...(hasBody ? { 'content-type': type } : {}),
            ...(range === null ? {} : { range: `bytes=${encodeURIComponent(range.isWellFormed() ? range : '')}` }),
          },
          ...(hasBody ? { payload: JSON.stringify(body) } : {}),
        })
        expect(answer.statusCode, `${route.method} ${url} ${answer.body}`).toBeLessThan(500)
        if (answer.statusCode < 400) return
        expect(answer.json(), answer.body).toMatchObject({ error: expect.any(String), code: expect.any(String) })
        expect(answer.body).not.toMatch(/node_modules|\.ts:\d|\n\s+at |\/headway-agent-/)
      }),
      { numRuns: 3000, endOnFailure: true },
    )
  }, 120_000)

  it('no frame ends more than its own connection', async () => {
    const open = async () => {
      const socket = new WebSocket(`${agent.url.replace('http', 'ws')}/ws`, {
        headers: { authorization: `Bearer ${token}` },
      })
      socket.on('error', () => {})
      await new Promise((resolve) => socket.on('open', resolve))
      return socket
    }
    const frame = fc.oneof(
      fc.uint8Array({ maxLength: 5000 }).map((bytes) => Buffer.from(bytes)),
      nasty.map((text) => Buffer.from(text)),
      fc.record({ action: nasty, topic: nasty }).map((value) => Buffer.from(JSON.stringify(value))),
      fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value))),
    )
    let socket = await open()
    await fc.assert(
      fc.asyncProperty(frame, fc.boolean(), async (data, binary) => {
        if (socket.readyState !== WebSocket.OPEN) socket = await open()
        await new Promise((resolve) => socket.send(data, { binary }, resolve))
      }),
      { numRuns: 3000 },
    )
    socket.terminate()
    expect((await agent.fetch('/health')).status).toBe(200)
  })
})
