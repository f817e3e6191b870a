import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { portalToken, startAgent, type TestAgent } from '../helpers/agent.ts'
import { routesOf } from '../helpers/routes.ts'

let agent: TestAgent
let job = ''
let run = ''

const everything = { permissions: ['dashboard', 'cae.execute'] }
const workflow = `id: one
version: 1
name: { en: One }
category: test
files: []
parameters: []
resources: { nodes: 1, tasks: 1, timeMinutes: 5 }
steps: [{ key: only, name: { en: Only }, template: sleeping }]
`
const sleeping = `id: sleeping
version: 1
name: { en: Sleeping }
category: test
files: []
parameters: []
resources: { nodes: 1, tasks: 1, timeMinutes: 5 }
script: sleep 300
`

beforeAll(async () => {
  agent = await startAgent({ environment: { RATE_LIMIT_ENABLED: 'off', HEADWAY_CORES: '2' } })
  const token = await portalToken({ sub: 'kim', ...everything })
  const submitted = await agent.fetch('/api/jobs/submit', {
    token,
    body: { name: 'x', command: 'echo hello; sleep 300' },
  })
  job = ((await submitted.json()) as { job_id: string }).job_id
  for (const yaml of [sleeping, workflow]) await agent.fetch('/api/v2/templates', { token, body: { yaml } })
  const executed = await agent.fetch('/api/workflow/execute', { token, body: { name: 'x', template_id: 'one' } })
  run = ((await executed.json()) as { run: { id: string } }).run.id
})
afterAll(() => agent.close())

/** What a route needs before it looks at whose it is. */
const bodies: Readonly<Record<string, object>> = {
  'POST /api/v2/jobs/:id/change': { action: 'cancel' },
  'PUT /api/v2/jobs/:id/convergence': { alarm: 'off' },
  'POST /api/v2/jobs/:id/template': { id: 'mine', name: 'Mine' },
  'POST /api/v2/jobs/:id/folder': { path: 'new' },
  'POST /api/v2/jobs/:id/files': { uploadId: '1', path: 'new' },
  'POST /api/v2/jobs/:id/files/rename': { from: 'job.log', to: 'other.log' },
  'POST /api/v2/jobs/:id/files/remove': { paths: ['job.log'] },
}
const queries: Readonly<Record<string, string>> = {
  'GET /api/v2/jobs/:id/mesh': '?path=a.vtu',
  'GET /api/v2/jobs/:id/log/search': '?text=hello&from=0',
}
/** Takes a job out of the user's own list of muted ones, whatever is in it. */
const ownList = 'DELETE /api/v2/notifications/muted/:job'

const theirs = () =>
  routesOf(agent.app).filter(
    ({ method, url }) => method !== 'HEAD' && /^\/api\/v2\/(jobs|workflows)\/:id|\/:job$/.test(url),
  )

async function ask(method: string, url: string, token: string, id = url.includes('/workflows/') ? run : job) {
  const route = `${method} ${url}`
  const answer = await agent.app.inject({
    method: method as 'GET',
    url: url.replace(/:id|:job/, id).replace(/\/?\*$/, '/job.log') + (queries[route] ?? ''),
    headers: { authorization: `Bearer ${token}` },
    ...(method === 'GET' || method === 'DELETE' ? {} : { payload: bodies[route] ?? {} }),
  })
  return `${route} ${answer.statusCode}`
}

describe('what belongs to a user', () => {
  it('is refused to every other one, on every route', async () => {
    const lee = await portalToken({ sub: 'lee', ...everything })
    const routes = theirs()
    expect(routes.length).toBeGreaterThan(24)
    const answers = []
    for (const { method, url } of routes) {
      if (`${method} ${url}` !== ownList) answers.push(await ask(method, url, lee))
    }
    expect(answers.filter((answer) => !answer.endsWith(' 403'))).toEqual([])
    const kim = await portalToken({ sub: 'kim', ...everything })
    const { job: untouched } = (await (await agent.fetch(`/api/v2/jobs/${job}`, { token: kim })).json()) as {
      job: { state: string }
    }
    expect(['pending', 'running']).toContain(untouched.state)
  })

  it('is not there by a name that only looks like it', async () => {
    const lee = await portalToken({ sub: 'lee', ...everything })
    for (const { method, url } of theirs()) {
      if (`${method} ${url}` === ownList) continue
      for (const id of ['0', '-1', `${job}_0`, `${job}%20`, `0${job}`, '%2e%2e%2f1', 's1', 'constructor']) {
        expect(await ask(method, url, lee, id)).toMatch(/ (400|404)$/)
      }
    }
  })

  it('is not changed by many ids at once, nor waited for, nor taken files of', async () => {
    const lee = await portalToken({ sub: 'lee', ...everything })
    const many = await agent.fetch('/api/v2/jobs/change', {
      token: lee,
      body: { ids: [job], change: { action: 'cancel' } },
    })
    expect(await many.json()).toMatchObject({ results: [{ id: job, error: { code: 'FORBIDDEN' } }] })
    const dependent = await agent.fetch('/api/jobs/submit', {
      token: lee,
      body: { name: 'x', command: 'true', options: { dependencies: [{ type: 'afterok', job }] } },
    })
    expect(dependent.status).toBe(400)
    const lists = ['/api/v2/jobs?all=1', '/api/v2/workflows?all=1', '/api/v2/notifications']
    for (const path of lists) {
      const answer = (await (await agent.fetch(path, { token: lee })).json()) as Record<string, unknown[]>
      expect(Object.values(answer).find((value) => Array.isArray(value))).toEqual([])
    }
  })
})

describe('a token', () => {
  const past = Math.floor(Date.now() / 1000) - 3600
  it.each([
    ['that has run out', () => portalToken({ iat: past, exp: past + 60, ...everything })],
    ['without an end', () => portalToken({ exp: undefined, ...everything })],
    ['of another secret', () => portalToken({ groups: ['admin'] }, 'another-secret-that-is-quite-as-long-as-ours')],
    ['for renewal', () => portalToken({ type: 'refresh', ...everything })],
    [
      'that is not signed',
      async () =>
        [{ alg: 'none' }, { sub: 'kim', groups: ['admin'], exp: past + 7200 }]
          .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
          .join('.') + '.',
    ],
  ])('%s opens no route', async (_what, make) => {
    const token = await make()
    const opened: string[] = []
    for (const { method, url } of routesOf(agent.app)) {
      if (!/^\/api\/(v2|jobs|slurm|workflow|nodes)/.test(url) || url.endsWith('/files/health')) continue
      const answer = await ask(method, url, token)
      if (!answer.endsWith(' 401')) opened.push(answer)
    }
    expect(opened).toEqual([])
  })
})
