import type { IncomingMessage } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Job } from '../../../../contract/jobs.ts'
import { openLastKnown } from '../../../../src/core/kit/last-known.ts'
import { failureOf, startCore, until, type TestCore } from '../../../helpers/core.ts'
import { silent } from '../helpers/signed-in.ts'
import { sendJson, startSmallAgent, type SmallAgent } from '../helpers/small-agent.ts'

const closing: (() => unknown)[] = []
let agent: SmallAgent
let core: TestCore
let closeCore: () => Promise<void>
let site: string
let data: string
/** What an answer waits for. */
let before: (user: string) => Promise<void>

const job = (id: string, user: string): Job => ({
  id,
  name: `job ${id}`,
  user,
  state: 'running',
  resources: { nodes: 1, tasks: 1, timeMinutes: 1 },
  submittedAt: '2026-11-21T07:00:00.000Z',
  hasConvergence: false,
})
const asks = ({ headers }: IncomingMessage): string =>
  agent.owners.get((headers.authorization ?? '').replace('Bearer ', '')) ?? 'nobody'
const signIn = (user: string) => {
  agent.username = user
  return core.rpc.call('sites', 'signIn', { site, username: user, password: 'pw' })
}
const usersIn = (told: readonly { user: string }[]): string => [...new Set(told.map(({ user }) => user))].join()
const detail = (id: string) => core.rpc.call('jobs', 'detail', { site, id })

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'headway-core-'))
  closing.push(() => rm(data, { recursive: true, force: true }))
  agent = await startSmallAgent()
  closing.push(() => agent.close())
  before = () => Promise.resolve()
  agent.routes.set('GET /api/v2/jobs', async (request, response) => {
    const user = asks(request)
    await before(user)
    sendJson(response, { jobs: [job(`of-${user}`, user)], total: 1 })
  })
  for (const user of ['jin', 'lee'])
    agent.routes.set(`GET /api/v2/jobs/of-${user}`, async (request, response) => {
      await before(asks(request))
      if (asks(request) !== user) sendJson(response, { error: 'No such job.', code: 'NOT_FOUND' }, 404)
      else
        sendJson(response, {
          job: { ...job(`of-${user}`, user), script: 'true', parameters: {}, inputs: [], logTail: [] },
        })
    })
  core = await startCore({ data })
  closeCore = () => core.close()
  closing.push(() => closeCore())
  site = (await core.signIn(agent.url)).id
})
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

describe('another user of the same site', () => {
  it('gets a list that begins anew, and the one before finds theirs again', async () => {
    const watched = core.watch('jobs', 'all', { site })
    await until('the list', () => watched.snapshots[0]?.items[0]?.id === 'of-jin')
    await signIn('lee')
    await until('the other list', () => watched.snapshots.at(-1)?.items[0]?.id === 'of-lee')
    // From the first that was told for the next user on.
    const later = watched.snapshots.slice(1)
    expect(later.map(({ items }) => items.map(({ id }) => id))).toEqual([[], ['of-lee']])
    expect(usersIn(watched.events.flatMap(({ put }) => put))).not.toContain('jin')

    // Slower than anybody waits: what was known of the one before is there at once.
    before = () => new Promise(() => undefined)
    await signIn('jin')
    await until('the first list', () => watched.snapshots.at(-1)?.items[0]?.id === 'of-jin')
    expect(watched.snapshots.at(-1)?.asOf).toBeDefined()
    expect(watched.snapshots.slice(3).flatMap(({ items }) => items.map(({ user }) => user))).toEqual(['jin'])
  })

  it('is told nothing of what was asked before and answered late', async () => {
    const watched = core.watch('jobs', 'all', { site })
    await until('the list', () => watched.snapshots.length > 0)
    const held = Promise.withResolvers<void>()
    before = (user) => (user === 'jin' ? held.promise : Promise.resolve())
    const asked = agent.seen.length
    const late = failureOf(detail('of-jin'))
    await until('the question', () => agent.seen.length > asked)
    await signIn('lee')
    held.resolve()
    expect((await late).code).toBe('CANCELLED')
    await until('the other list', () => watched.snapshots.at(-1)?.items[0]?.id === 'of-lee')
    expect((await failureOf(detail('of-jin'))).code).toBe('NOT_FOUND')
  })
})

describe('what was asked before', () => {
  it('is answered again while the site is out of reach, with its age, and only to whom it was answered', async () => {
    const asked = Date.now()
    expect(await detail('of-jin')).not.toHaveProperty('asOf')
    await core.rpc.call('sites', 'signOut', { site })
    const again = await detail('of-jin')
    expect(again).toMatchObject({ id: 'of-jin', script: 'true' })
    expect(Math.abs(Date.parse(again.asOf ?? '') - asked)).toBeLessThan(5000)

    await signIn('lee')
    await detail('of-lee')
    await agent.close()
    await until('the loss', () => core.site(site)?.connection.state !== 'connected')
    expect(await detail('of-lee')).toHaveProperty('asOf')
    expect(await failureOf(detail('of-jin'))).toMatchObject({ code: 'OFFLINE' })
    expect(await failureOf(core.rpc.call('preflight', 'choices', { site }))).toMatchObject({ code: 'OFFLINE' })
  })

  it('is not waited for where the agent does not answer', async () => {
    await detail('of-jin')
    before = () => new Promise(() => undefined)
    agent.onSocket = (socket) => socket.terminate()
    for (const socket of agent.sockets) socket.terminate()
    await until('the loss', () => core.site(site)?.connection.state !== 'connected')
    expect(await detail('of-jin')).toHaveProperty('asOf')
  })
})

it('ten thousand jobs are there well within a second after a start without a network', async () => {
  const watched = core.watch('jobs', 'all', { site })
  await until('the list', () => watched.snapshots.length > 0)
  await core.close()
  closeCore = () => Promise.resolve()
  await agent.close()
  const store = openLastKnown(join(data, 'last-known.db'), silent)
  const many = Array.from({ length: 10_000 }, (_, index) => job(String(index), 'jin'))
  store
    .of(site, 'jin')
    .list('job')
    .replace(many.map((each) => [each.id, each]))
  store.close()

  const began = performance.now()
  const after = await startCore({ data, secrets: core.secrets })
  closing.push(() => after.close())
  const again = after.watch('jobs', 'all', { site })
  const first = await until('what was known', () => again.snapshots[0])
  const ms = performance.now() - began
  expect([first.items.length, typeof first.asOf]).toEqual([10_000, 'string'])
  expect(ms).toBeLessThan(1000)
})
