import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NotificationList } from '../../../../contract/agent/notifications.ts'
import type { Notification } from '../../../../contract/notifications.ts'
import type { Notice } from '../../../../src/core/platform.ts'
import { admin, startAgent, temporaryFolder, type TestAgent } from '../../../helpers/agent.ts'
import { failureOf, startCore, until, type TestCore, type Watched } from '../../../helpers/core.ts'

type All = Watched<'notifications', 'all'>
const environment = { RATE_LIMIT_ENABLED: '0', HEADWAY_END_JOBS: '0' }

/** Every notification a window got, in the order it came; one that came twice is there twice. */
const got = ({ snapshots, events }: All): Notification[] => [
  ...snapshots.flatMap(({ items }) => items),
  ...events.flatMap(({ put }) => put),
]
const endsOf = (all: All): string[] =>
  got(all).flatMap(({ kind, job }) => (kind === 'finished' || kind === 'failed' ? [job.id] : []))

async function run(agent: TestAgent, command: string): Promise<string> {
  const { access_token: token } = await agent.signIn()
  const answer = await agent.fetch('/api/jobs/submit', { token, body: { name: 'plate', command } })
  return ((await answer.json()) as { job_id: string }).job_id
}

/** Waits until the agent has told something. */
async function told(agent: TestAgent): Promise<void> {
  const { access_token: token } = await agent.signIn()
  for (const deadline = Date.now() + 10_000; Date.now() < deadline;) {
    const answer = await agent.fetch('/api/v2/notifications', { token })
    const { notifications } = (await answer.json()) as NotificationList
    if (notifications.some(({ kind }) => kind === 'finished')) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('the agent told nothing')
}

describe('notifications of a site', () => {
  let agent: TestAgent
  let core: TestCore
  let site: string
  let all: All
  beforeAll(async () => {
    agent = await startAgent({ environment })
    // Before this machine knew the site.
    await run(agent, 'true')
    await told(agent)
    core = await startCore()
    site = (await core.signIn(agent.url)).id
    all = core.watch('notifications', 'all', { site })
    await until('the first list', () => all.snapshots[0])
  })
  afterAll(async () => {
    await core.close()
    await agent.close()
  })

  test('what happened before is there and read', () => {
    const [first] = all.snapshots
    expect(first?.items.some(({ kind }) => kind === 'finished')).toBe(true)
    expect(first?.readUpTo).toBe(Math.max(...(first?.items.map(({ id }) => id) ?? [])))
  })

  test('a new one comes by itself, is unread, and read for all windows once it is', async () => {
    const job = await run(agent, 'exit 3')
    await until('the failure', () => endsOf(all).includes(job))
    const failure = got(all).find((item) => item.job.id === job && item.kind === 'failed')
    expect(failure).toMatchObject({ level: 'error', exitCode: 3 })
    const id = failure?.id ?? 0
    expect(all.events.at(-1)?.readUpTo).toBeLessThan(id)
    await core.rpc.call('notifications', 'read', { site, upTo: id })
    await until('the mark', () => all.events.at(-1)?.readUpTo === id)
    const later = core.watch('notifications', 'all', { site })
    await until('another window', () => later.snapshots[0]?.readUpTo === id)
    later.end()
  })

  test('the right to show them by the system is given once', async () => {
    const upTo = Math.max(...got(all).map(({ id }) => id)) + 1
    const { from } = await core.rpc.call('notifications', 'claim', { site, upTo })
    expect(from).toBeLessThan(upTo)
    expect(await core.rpc.call('notifications', 'claim', { site, upTo })).toEqual({ from: upTo })
  })

  test('choices and muted jobs are the agent’s', async () => {
    const chosen = await core.rpc.call('notifications', 'choose', { site, kinds: { started: false } })
    expect(chosen.kinds).toMatchObject({ started: false, failed: true })
    const job = await run(agent, 'true')
    expect((await core.rpc.call('notifications', 'mute', { site, job, muted: true })).muted).toContain(job)
    expect((await core.rpc.call('notifications', 'mute', { site, job, muted: false })).muted).toEqual([])
    expect(await core.rpc.call('notifications', 'choices', { site })).toMatchObject({ kinds: { started: false } })
    await core.rpc.call('notifications', 'choose', { site, kinds: { started: true } })
  })

  test('a host without notifications of its own says so', async () => {
    const failure = await failureOf(
      core.rpc.call('notifications', 'show', { title: 'a', body: 'b', place: '#/jobs/1' }),
    )
    expect(failure.code).toBe('CONFLICT')
  })
})

test('a host with notifications of its own shows them', async () => {
  const shown: Notice[] = []
  const notify = (notice: Notice) => Promise.resolve(void shown.push(notice))
  const core = await startCore({ platform: { notify } })
  await core.rpc.call('notifications', 'show', { title: 'plate', body: 'is done', place: '#/jobs/7' })
  expect(shown).toEqual([{ title: 'plate', body: 'is done', place: '#/jobs/7' }])
  await core.close()
})

test('nothing is lost or told twice over restarts of agent and core', { timeout: 40_000 }, async () => {
  const data = temporaryFolder()
  const coreData = temporaryFolder()
  const secrets = new Map<string, string>()
  let agent = await startAgent({ data, environment })
  const config = { port: Number(new URL(agent.url).port) }
  let core = await startCore({ data: coreData, secrets })
  const { id: site } = await core.signIn(agent.url, admin)
  let all = core.watch('notifications', 'all', { site })
  await until('the first list', () => all.snapshots[0])

  const first = await run(agent, 'true')
  await until('the first job', () => endsOf(all).includes(first))
  const missed = await run(agent, 'sleep 0.5')
  await agent.close()
  await until('the loss', () => core.site(site)?.connection.state !== 'connected')
  agent = await startAgent({ data, environment, config })
  await until('what was missed', () => endsOf(all).includes(missed), 20_000)
  expect(endsOf(all).toSorted()).toEqual([first, missed].toSorted())

  const upTo = Math.max(...got(all).map(({ id }) => id))
  expect(await core.rpc.call('notifications', 'claim', { site, upTo })).toEqual({ from: 0 })
  await core.close()
  const away = await run(agent, 'true')
  core = await startCore({ data: coreData, secrets })
  all = core.watch('notifications', 'all', { site })
  await until('what came while the core was away', () => endsOf(all).includes(away), 20_000)
  expect(new Set(got(all).map(({ id }) => id)).size).toBe(got(all).length)
  expect(endsOf(all).toSorted()).toEqual([first, missed, away].toSorted())
  expect(await core.rpc.call('notifications', 'claim', { site, upTo: upTo + 100 })).toEqual({ from: upTo })

  await core.close()
  await agent.close()
  await rm(data, { recursive: true, force: true })
  await rm(coreData, { recursive: true, force: true })
})
