import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, expect, it } from 'vitest'
import type { Feature, Params, Snapshot, Stream } from '../../contract/app.ts'
import { admin, startAgent, temporaryFolder } from '../helpers/agent.ts'
import { failureOf, startCore, until, type TestCore, type Watched } from '../helpers/core.ts'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

const other = { username: 'lee', password: 'second-account-of-the-tests' }
const environment = { RATE_LIMIT_ENABLED: '0', HEADWAY_END_JOBS: '0' }

async function folder(make: () => Promise<string> | string): Promise<string> {
  const path = await make()
  ends.push(() => rm(path, { recursive: true, force: true }))
  return path
}
/** The ids of the jobs that a window was ever told of. */
const told = ({ snapshots, events }: Watched<'jobs', 'all'>): string[] => [
  ...snapshots.flatMap(({ items }) => items.map(({ id }) => id)),
  ...events.flatMap(({ put }) => put.map(({ id }) => id)),
]
/** Of a list with one snapshot: whether what was told last is no longer old. */
const isFresh = ({ snapshots, events }: Watched<'jobs', 'all'>): boolean =>
  snapshots.length > 0 && (events.at(-1) ?? snapshots.at(-1))?.asOf === undefined
async function firstOf<F extends Feature, S extends Stream<F>>(
  core: TestCore,
  feature: F,
  stream: S,
  params: Params<F, S>,
): Promise<Snapshot<F, S>> {
  const watched = core.watch(feature, stream, params)
  return until(`${feature}.${stream}`, () => watched.snapshots[0], 20_000)
}
const othersOf = (core: TestCore, site: string) =>
  Promise.all([
    firstOf(core, 'workflows', 'all', { site }),
    firstOf(core, 'desktops', 'all', { site }),
    firstOf(core, 'nodes', 'status', { site }),
    firstOf(core, 'nodes', 'scheduler', { site }),
  ])
const isConnected = (core: TestCore, site: string) =>
  until('the connection', () => core.site(site)?.connection.state === 'connected', 30_000)

it('work goes on from what was known, dated, each user with their own', async () => {
  const agentData = await folder(temporaryFolder)
  const coreData = await folder(() => mkdtemp(join(tmpdir(), 'headway-core-')))
  let agent = await startAgent({ data: agentData, environment })
  ends.push(() => agent.close())
  expect((await agent.fetch('/api/auth/register', { body: other })).status).toBe(201)
  const secrets = new Map<string, string>()
  let core = await startCore({ data: coreData, secrets })
  ends.push(() => core.close())
  const { id: site } = await core.signIn(agent.url, other)
  await isConnected(core, site)

  // The first user runs a job and looks at everything once.
  const { access_token: token } = (await (await agent.fetch('/api/auth/login', { body: other })).json()) as {
    access_token: string
  }
  const answer = await agent.fetch('/api/jobs/submit', {
    token,
    body: { name: 'plate', command: 'echo done > out.txt' },
  })
  const { job_id: id } = (await answer.json()) as { job_id: string }
  const jobs = core.watch('jobs', 'all', { site })
  await until(
    'the end of the job',
    () =>
      [...jobs.snapshots.flatMap(({ items }) => items), ...jobs.events.flatMap(({ put }) => put)].some(
        (job) => job.id === id && job.state === 'completed',
      ),
    30_000,
  )
  const { items: templates } = await firstOf(core, 'templates', 'all', { site })
  const template = templates[0]?.id ?? ''
  await othersOf(core, site)
  const page = { path: '', sort: 'name', descending: false, offset: 0, limit: 100 } as const
  const look = async (at: TestCore) => ({
    detail: await at.rpc.call('jobs', 'detail', { site, id }),
    submission: await at.rpc.call('jobs', 'submission', { site, id }),
    files: await at.rpc.call('results', 'files', { site, id }),
    figures: await at.rpc.call('results', 'figures', { site, id }),
    folder: await at.rpc.call('results', 'folder', { site, id, ...page }),
    choices: await at.rpc.call('preflight', 'choices', { site }),
    source: await at.rpc.call('templates', 'source', { site, id: template }),
  })
  const before = await look(core)
  expect(before.folder.entries.map(({ path }) => path)).toContain('out.txt')
  expect(Object.values(before).filter((each) => 'asOf' in each)).toEqual([])

  // Another user at the same machine is told nothing of it, neither by what watches already nor by what is opened.
  const seenBefore = { snapshots: jobs.snapshots.length, events: jobs.events.length }
  await core.rpc.call('sites', 'signIn', { site, ...admin })
  const opened = core.watch('jobs', 'all', { site })
  await isConnected(core, site)
  await until('a list of their own', () => isFresh(opened))
  expect(await failureOf(core.rpc.call('jobs', 'submission', { site, id: 'none' }))).toMatchObject({
    code: 'NOT_FOUND',
  })
  const later = jobs.snapshots.slice(seenBefore.snapshots)
  expect(later[0]?.items).toEqual([])
  expect(told({ ...jobs, snapshots: later, events: jobs.events.slice(seenBefore.events) })).not.toContain(id)
  expect(told(opened)).not.toContain(id)

  // The first one comes back; the agent goes away, and so does the core.
  await core.rpc.call('sites', 'signIn', { site, ...other })
  await until('the list again', () => jobs.snapshots.at(-1)?.items.some((job) => job.id === id))
  await isConnected(core, site)
  const fresh = core.watch('jobs', 'all', { site })
  await until('fresh again', () => isFresh(fresh))
  const lostFrom = Date.now()
  const { port } = new URL(agent.url)
  await agent.close()
  await until('the loss', () => fresh.events.at(-1)?.asOf !== undefined)
  const lostUntil = Date.now()
  await core.close()
  core = await startCore({ data: coreData, secrets })

  const offline = await firstOf(core, 'jobs', 'all', { site })
  expect(offline.items.find((job) => job.id === id)).toMatchObject({ state: 'completed', name: 'plate' })
  // A ping may have been answered a moment before.
  expect(Date.parse(offline.asOf ?? '')).toBeGreaterThan(lostFrom - 5000)
  expect(Date.parse(offline.asOf ?? '')).toBeLessThanOrEqual(lostUntil)
  const catalogue = await firstOf(core, 'templates', 'all', { site })
  expect(catalogue.items.map((item) => [item.id, item.version, item.parameters])).toEqual(
    expect.arrayContaining(templates.map((item) => [item.id, item.version, item.parameters])) as unknown[],
  )
  for (const { asOf } of [catalogue, ...(await othersOf(core, site))]) expect(asOf).toBeDefined()
  const remembered = await look(core)
  for (const [name, value] of Object.entries(remembered))
    expect({ [name]: value }).toMatchObject({
      [name]: { ...before[name as keyof typeof before], asOf: expect.any(String) as string },
    })
  expect(await failureOf(core.rpc.call('jobs', 'detail', { site, id: 'never-looked-at' }))).toMatchObject({
    code: 'OFFLINE',
  })

  // Back again: nothing is old any more.
  const back = core.watch('jobs', 'all', { site })
  await until('the old list', () => back.snapshots[0]?.asOf)
  agent = await startAgent({ data: agentData, environment: { ...environment, HEADWAY_PORT: port } })
  await isConnected(core, site)
  await until('the fresh list', () => back.events.length > 0 && back.events.at(-1)?.asOf === undefined, 20_000)
  expect(await core.rpc.call('jobs', 'detail', { site, id })).not.toHaveProperty('asOf')
}, 120_000)

it('has the forms at hand that no page ever showed', async () => {
  const agent = await startAgent({ environment })
  ends.push(() => agent.close())
  const data = await folder(() => mkdtemp(join(tmpdir(), 'headway-core-')))
  const secrets = new Map<string, string>()
  const first = await startCore({ data, secrets })
  const { id: site } = await first.signIn(agent.url)
  const kept = new DatabaseSync(join(data, 'last-known.db'), { readOnly: true })
  ends.push(() => kept.close())
  const has = (table: string, kind: string) =>
    kept.prepare(`SELECT 1 FROM ${table} WHERE kind = ? LIMIT 1`).get(kind) !== undefined
  await until('the catalogue', () => has('item', 'template'), 30_000)
  await until('the choices', () => has('answer', 'choices'), 30_000)
  await first.close()
  await agent.close()

  const second = await startCore({ data, secrets })
  ends.push(() => second.close())
  const catalogue = await firstOf(second, 'templates', 'all', { site })
  expect(catalogue.items.find(({ id }) => id === 'bracket-static')?.parameters.length).toBeGreaterThan(0)
  expect(catalogue.asOf).toBeDefined()
  const choices = await second.rpc.call('preflight', 'choices', { site })
  expect(choices.partitions.length).toBeGreaterThan(0)
  expect(choices.asOf).toBeDefined()
})
