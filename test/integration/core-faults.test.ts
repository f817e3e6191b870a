import { mkdtemp, rm } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Submission } from '../../contract/jobs.ts'
import { admin, secret, spawnAgent, startAgent, type SpawnedAgent } from '../helpers/agent.ts'
import { failureOf, startCore, until, type TestCore } from '../helpers/core.ts'
import { logText } from '../helpers/log-text.ts'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function folder(name: string): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), `headway-${name}-`))
  ends.push(() => rm(path, { recursive: true, force: true }))
  return path
}
/** A port that an agent can come back to. */
async function freePort(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return String(typeof address === 'object' && address !== null ? address.port : 0)
}
/** An agent process that may be killed and started again on the same address and data. */
async function agentProcess(environment: Record<string, string> = {}) {
  const data = await folder('agent')
  const port = await freePort()
  const run = (): Promise<SpawnedAgent> =>
    spawnAgent({
      HEADWAY_DATA: data,
      HEADWAY_PORT: port,
      JWT_SECRET_KEY: secret,
      HEADWAY_ADMIN_PASSWORD: admin.password,
      ...environment,
    })
  let now = await run()
  ends.push(() => now.end('SIGKILL'))
  return {
    url: now.url,
    kill: () => now.end('SIGKILL'),
    async start() {
      now = await run()
    },
  }
}
const submission = (command: string, name = 'try'): Submission => ({
  name,
  command,
  resources: { nodes: 1, tasks: 1, timeMinutes: 5 },
})
const state = (core: TestCore, site: string) => core.site(site)?.connection.state
const connected = (core: TestCore, site: string) =>
  until('the connection', () => state(core, site) === 'connected', 20_000)

describe('the agent killed with -9 and started again', () => {
  it('comes back by itself; list and log go on, and no byte of the log is lost or doubled', async () => {
    const agent = await agentProcess()
    const core = await startCore()
    ends.push(() => core.close())
    const { id: site } = await core.signIn(agent.url)
    await connected(core, site)
    const taskId = await core.submit({
      site,
      submission: submission('for i in $(seq 1 30); do echo "line $i 한글"; sleep 0.1; done'),
      uploads: [],
    })
    const id = await until('the job', () => core.task(taskId)?.result?.jobId)
    const log = core.watch('logs', 'follow', { site, id })
    const jobs = core.watch('jobs', 'all', { site })
    await until('some lines', () => log.events.length > 2)
    await agent.kill()
    await until('the loss to show', () => state(core, site) !== 'connected')
    await agent.start()
    await connected(core, site)
    await until('the end of the log', () => log.events.at(-1)?.complete === true, 30_000)
    expect(logText(log)).toBe(Array.from({ length: 30 }, (_, index) => `line ${index + 1} 한글\n`).join(''))
    expect(log.snapshots).toHaveLength(1)
    await until('the end of the job', () =>
      jobs.events.flatMap((event) => event.put).some((job) => job.id === id && job.state === 'completed'),
    )
    expect(core.lines.join('\n')).not.toMatch(/eyJ/)
  })

  it('keeps a submission made meanwhile and sends it once', async () => {
    const agent = await agentProcess()
    const core = await startCore()
    ends.push(() => core.close())
    const { id: site } = await core.signIn(agent.url)
    await connected(core, site)
    await agent.kill()
    await until('the loss to show', () => state(core, site) !== 'connected')
    const taskId = await core.submit({
      site,
      submission: submission('true', 'late'),
      uploads: [],
    })
    await until('the wait', () => core.task(taskId)?.wait === 'network')
    await new Promise((resolve) => setTimeout(resolve, 600))
    await agent.start()
    const id = await until('the job', () => core.task(taskId)?.result?.jobId, 30_000)
    const jobs = core.watch('jobs', 'all', { site })
    const { items } = await until('the list', () => jobs.snapshots[0])
    expect(items.filter((job) => job.name === 'late').map((job) => job.id)).toEqual([id])
  })
})

describe('the core ended and started again', () => {
  it('goes on with a submission that waits, under the same key', async () => {
    const agent = await agentProcess()
    const data = await folder('core')
    const secrets = new Map<string, string>()
    const first = await startCore({ data, secrets })
    const { id: site } = await first.signIn(agent.url)
    await connected(first, site)
    await agent.kill()
    const taskId = await first.submit({
      site,
      submission: submission('true', 'kept'),
      uploads: [],
    })
    await until('the wait', () => first.task(taskId)?.wait === 'network')
    await first.close()
    await agent.start()

    const second = await startCore({ data, secrets })
    ends.push(() => second.close())
    const id = await until('the job', () => second.task(taskId)?.result?.jobId, 20_000)
    const jobs = second.watch('jobs', 'all', { site })
    const { items } = await until('the list', () => jobs.snapshots[0])
    expect(items.filter((job) => job.name === 'kept').map((job) => job.id)).toEqual([id])
    expect(second.site(site)?.user?.username).toBe('admin')
  })

  it('shows what was known last while the agent is away', async () => {
    const agent = await agentProcess()
    const data = await folder('core')
    const secrets = new Map<string, string>()
    const first = await startCore({ data, secrets })
    const { id: site } = await first.signIn(agent.url)
    const taskId = await first.submit({
      site,
      submission: submission('true', 'old'),
      uploads: [],
    })
    await until('the job', () => first.task(taskId)?.result?.jobId)
    const seen = first.watch('templates', 'all', { site })
    const before = await until('templates', () => seen.snapshots[0])
    await first.close()
    await agent.kill()

    const second = await startCore({ data, secrets })
    ends.push(() => second.close())
    const jobs = second.watch('jobs', 'all', { site })
    const templates = second.watch('templates', 'all', { site })
    const { items } = await until('the list', () => jobs.snapshots[0])
    expect(items.map((job) => job.name)).toEqual(['old'])
    const after = await until('templates', () => templates.snapshots[0])
    expect(after.items.length).toBe(before.items.length)
    await until('offline', () => state(second, site) === 'offline')
    expect(second.site(site)?.connection.nextAttemptAt).toBeDefined()
  })
})

describe('sign-in', () => {
  it('refuses a wrong password, and says how long to wait after too many', async () => {
    const agent = await startAgent()
    ends.push(() => agent.close())
    const core = await startCore()
    ends.push(() => core.close())
    const { id: site } = await core.rpc.call('sites', 'add', { url: agent.url })
    expect(state(core, site)).toBe('signed-out')
    const attempt = (password: string) =>
      failureOf(core.rpc.call('sites', 'signIn', { site, username: 'admin', password }))
    const first = await attempt('wrong')
    expect(first.code).toBe('WRONG_CREDENTIALS')
    let last = first
    // Ten in a minute by the clock are too many: where one ends meanwhile, the count begins anew.
    for (let tries = 0; tries < 24 && last.code === 'WRONG_CREDENTIALS'; tries += 1) last = await attempt('wrong')
    expect(last).toMatchObject({ code: 'RATE_LIMITED', retry: { afterSeconds: expect.any(Number) as number } })
    expect(core.lines.join('\n')).not.toContain('wrong')
  })

  it('is signed out when the agent has revoked it, and in again with the password', async () => {
    const agent = await startAgent({ environment: { JWT_ACCESS_TOKEN_TTL: '4' } })
    ends.push(() => agent.close())
    const core = await startCore()
    ends.push(() => core.close())
    const { id: site } = await core.signIn(agent.url)
    await connected(core, site)
    const kept = [...core.secrets.values()][0] ?? ''
    const { refreshToken } = JSON.parse(kept) as { refreshToken: string }
    // The same account ends all its sign-ins from elsewhere.
    const elsewhere = await agent.signIn()
    await agent.fetch('/api/auth/logout', { token: elsewhere.access_token, body: {} })
    const refused = await agent.fetch('/api/auth/refresh', { body: { refresh_token: refreshToken } })
    expect(refused.status).toBe(401)
    const asked = Date.now()
    const ask = () => failureOf(core.rpc.call('jobs', 'detail', { site, id: '1' }))
    for (let code = ''; code !== 'SIGNED_OUT' && Date.now() < asked + 10_000;) {
      code = (await ask()).code
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    await until('signed out', () => state(core, site) === 'signed-out')
    expect(core.site(site)?.user).toBeUndefined()
    expect(core.site(site)?.lastUsername).toBe('admin')
    expect((await ask()).code).toBe('SIGNED_OUT')
    expect([...core.secrets.values()]).toEqual([])
    await core.rpc.call('sites', 'signIn', { site, ...admin })
    await connected(core, site)
  })

  it('renews short tokens all along, one renewal at a time', async () => {
    const agent = await startAgent({ environment: { JWT_ACCESS_TOKEN_TTL: '2' } })
    ends.push(() => agent.close())
    const core = await startCore()
    ends.push(() => core.close())
    const { id: site } = await core.signIn(agent.url)
    await connected(core, site)
    const until5s = Date.now() + 5000
    while (Date.now() < until5s) {
      const calls = Array.from({ length: 20 }, () => core.rpc.call('templates', 'source', { site, id: 'nothing' }))
      const codes = await Promise.all(calls.map(async (call) => (await failureOf(call)).code))
      expect(new Set(codes)).toEqual(new Set(['NOT_FOUND']))
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
    expect(state(core, site)).toBe('connected')
  })

  it('sends a waiting submission only as the user whose it is', async () => {
    const agent = await startAgent()
    ends.push(() => agent.close())
    const core = await startCore()
    ends.push(() => core.close())
    const { id: site } = await core.signIn(agent.url)
    await agent.fetch('/api/auth/register', { body: { username: 'other', password: 'a-password-of-another' } })
    await core.rpc.call('sites', 'signOut', { site })
    const taskId = await core.submit({ site, submission: submission('true'), uploads: [] })
    await until('the wait', () => core.task(taskId)?.wait === 'sign-in')
    await core.rpc.call('sites', 'signIn', { site, username: 'other', password: 'a-password-of-another' })
    await connected(core, site)
    await new Promise((resolve) => setTimeout(resolve, 300))
    // Nor does the other one see it.
    expect(core.task(taskId)).toBeUndefined()
    await core.rpc.call('sites', 'signIn', { site, ...admin })
    await until('the job', () => core.task(taskId)?.result?.jobId)
  })
})

describe('adding a site', () => {
  it('says what is wrong with an address', async () => {
    const core = await startCore()
    ends.push(() => core.close())
    const code = async (url: string) => (await failureOf(core.rpc.call('sites', 'add', { url }))).code
    expect(await code(`http://127.0.0.1:${await freePort()}`)).toBe('OFFLINE')
    expect(await code('http://user:pass@127.0.0.1/')).toBe('BAD_INPUT')
    const other = createHttpServer((_request, response) => response.end('hi'))
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    ends.push(() => new Promise((resolve) => other.close(resolve)))
    const address = other.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    expect(await code(`http://127.0.0.1:${port}`)).toBe('NOT_AN_AGENT')
  })

  it('knows an address that was added before, and forgets a removed site whole', async () => {
    const agent = await startAgent()
    ends.push(() => agent.close())
    const core = await startCore()
    ends.push(() => core.close())
    const site = await core.signIn(agent.url)
    const again = await Promise.all([1, 2].map(() => core.rpc.call('sites', 'add', { url: `${agent.url}/` })))
    expect(again.map(({ id }) => id)).toEqual([site.id, site.id])
    await core.rpc.call('sites', 'remove', { site: site.id })
    expect(core.site(site.id)).toBeUndefined()
    expect(core.secrets.size).toBe(0)
    expect((await failureOf(core.rpc.call('sites', 'reconnect', { site: site.id }))).code).toBe('NOT_FOUND')
  })
})

describe('the same submission', () => {
  it('makes one entry and one job, however often it is sent and over a restart too', async () => {
    const agent = await startAgent()
    ends.push(() => agent.close())
    const data = await folder('core')
    const secrets = new Map<string, string>()
    const first = await startCore({ data, secrets })
    const { id: site } = await first.signIn(agent.url)
    const action = { kind: 'submit' as const, submission: submission('true', 'once'), uploads: [] }
    const context = { id: 'change-1', signal: new AbortController().signal }
    const a = await first.core.handlers.outbox.methods.add({ site, action }, context)
    const b = await first.core.handlers.outbox.methods.add({ site, action }, context)
    await until('the job', () => first.task(`submit:${a.id}`)?.result?.jobId)
    await first.close()
    const second = await startCore({ data, secrets })
    ends.push(() => second.close())
    const c = await second.core.handlers.outbox.methods.add({ site, action }, context)
    expect([b.id, c.id]).toEqual([a.id, a.id])
    const jobs = second.watch('jobs', 'all', { site })
    const { items } = await until('the list', () => jobs.snapshots[0])
    expect(items).toHaveLength(1)
  })

  it('fails with the agent’s reason, and may be tried again', async () => {
    const agent = await startAgent()
    ends.push(() => agent.close())
    const core = await startCore()
    ends.push(() => core.close())
    const { id: site } = await core.signIn(agent.url)
    const templates = core.watch('templates', 'all', { site })
    const { items } = await until('templates', () => templates.snapshots[0])
    const template = items.find(({ id }) => id === 'heat-triangle')
    if (template === undefined) throw new Error('no template')
    const taskId = await core.submit({
      site,
      submission: { ...submission(''), command: undefined, templateId: template.id, parameters: {} } as never,
      uploads: [],
    })
    const task = await until('the failure', () => {
      const now = core.task(taskId)
      return now?.state === 'failed' ? now : undefined
    })
    expect(task.error?.code).toMatch(/FILES_MISSING|PARAMETER_INVALID/)
    expect(task.can).toEqual({ pause: false, resume: false, cancel: false, retry: true })
    await core.rpc.call('tasks', 'retry', { id: taskId })
    await until('the failure again', () => core.task(taskId)?.state === 'failed')
    await core.rpc.call('tasks', 'forget', { id: taskId })
    await until('it to be gone', () => core.task(taskId) === undefined)
  })
})
