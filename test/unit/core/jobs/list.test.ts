import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Snapshot, StreamEvent } from '../../../../contract/app.ts'
import type { Job } from '../../../../contract/jobs.ts'
import type { SiteAgent } from '../../../../src/core/agent-client/index.ts'
import { createJobList, type JobsOfSite } from '../../../../src/core/jobs/list.ts'
import { openLastKnown, type KnownList, type LastKnown } from '../../../../src/core/kit/last-known.ts'
import { until } from '../../../helpers/core.ts'
import { collected, signedIn, silent } from '../helpers/signed-in.ts'
import { sendJson, startSmallAgent, type SmallAgent } from '../helpers/small-agent.ts'

let agent: SmallAgent
let site: SiteAgent
let folder: string
let lastKnown: LastKnown
let kept: KnownList
let list: JobsOfSite
/** The agent's jobs, newest first. */
let jobs: Job[]
let beforeAnswer: () => void | Promise<void>

const job = (number: number, state: Job['state'] = 'pending'): Job => ({
  id: String(number),
  name: `job ${number}`,
  user: 'jin',
  state,
  resources: { nodes: 1, tasks: 1, timeMinutes: 1 },
  submittedAt: '2026-11-21T07:00:00Z',
  hasConvergence: false,
})
const tell = (item: Job): void =>
  agent.sockets.at(-1)?.send(JSON.stringify({ type: 'job_update', data: item, timestamp: 'now' }))
const watch = () => {
  const got = collected<Snapshot<'jobs', 'all'>, StreamEvent<'jobs', 'all'>>()
  return { ...got, end: list.subscribe(got.sink) }
}
const open = () => createJobList({ client: site.client, link: site.link, known: lastKnown.of('s', 'jin') })

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-list-'))
  lastKnown = openLastKnown(join(folder, 'known.db'), silent)
  kept = lastKnown.of('s', 'jin').list('job')
  agent = await startSmallAgent()
  jobs = []
  beforeAnswer = () => undefined
  agent.routes.set('GET /api/v2/jobs', async (request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://x')
    const [limit, offset] = [Number(searchParams.get('limit')), Number(searchParams.get('offset'))]
    const page = jobs.slice(offset, offset + limit)
    await beforeAnswer()
    sendJson(response, { jobs: page, total: jobs.length })
  })
  site = await signedIn(agent.url)
  list = open()
})
afterEach(async () => {
  list.close()
  site.close()
  await agent.close()
  lastKnown.close()
  await rm(folder, { recursive: true, force: true })
})

describe('the list of jobs', () => {
  it('is fetched page by page', async () => {
    jobs = Array.from({ length: 1234 }, (_, index) => job(1234 - index))
    const window = watch()
    await until('the list', () => window.snapshots.length === 1)
    expect(new Set(window.snapshots[0]?.items.map(({ id }) => id)).size).toBe(1234)
    expect(agent.seen.filter((line) => line.startsWith('GET /api/v2/jobs?'))).toHaveLength(3)
  })

  it('tells changes in batches, each change once', async () => {
    jobs = [job(1)]
    const window = watch()
    await until('the list', () => window.snapshots.length === 1)
    for (const state of ['pending', 'running', 'running', 'completing', 'completed'] as const) tell(job(1, state))
    tell(job(2))
    await until('the changes', () => window.events.length > 0)
    expect(window.events).toEqual([{ put: [job(1, 'completed'), job(2)], gone: [] }])
  })

  it('believes an event that came while an older page was on its way', async () => {
    jobs = [job(1)]
    beforeAnswer = async () => {
      tell(job(1, 'running'))
      await new Promise((resolve) => setTimeout(resolve, 150))
    }
    const window = watch()
    await list.refresh()
    const told = [...window.snapshots.flatMap(({ items }) => items), ...window.events.flatMap(({ put }) => put)]
    expect(told.at(-1)).toEqual(job(1, 'running'))
    expect(kept.all()).toEqual([job(1, 'running')])
  })

  it('catches up after the connection was lost, with what is gone too', async () => {
    jobs = [job(2), job(1)]
    const window = watch()
    await until('the list', () => window.snapshots.length === 1)
    jobs = [job(3), job(2, 'failed')]
    agent.sockets.at(-1)?.terminate()
    await until('the changes', () => window.events.length > 1)
    expect(window.events).toEqual([
      { put: [], gone: [], asOf: expect.any(String) as string },
      { put: [job(3), job(2, 'failed')], gone: ['1'] },
    ])
    expect(kept.all()).toEqual([job(2, 'failed'), job(3)])
  })

  it('gives what is known at once to a second window, without asking again', async () => {
    jobs = [job(1)]
    const first = watch()
    await until('the list', () => first.snapshots.length === 1)
    const asked = agent.seen.length
    expect(watch().snapshots).toEqual([{ items: [job(1)] }])
    expect(agent.seen.length).toBe(asked)
  })

  it('shows what was known last when the agent is slow, then what is true', async () => {
    list.close()
    const asOf = '2026-11-20T14:32:00.000Z'
    kept.put([['9', job(9)]])
    kept.confirm(asOf)
    list = open()
    jobs = [job(1)]
    beforeAnswer = () => new Promise((resolve) => setTimeout(resolve, 1800))
    const window = watch()
    await until('the old', () => window.snapshots.length === 1)
    expect(window.snapshots).toEqual([{ items: [job(9)], asOf }])
    await until('the new', () => window.events.length === 1)
    expect(window.events).toEqual([{ put: [job(1)], gone: ['9'] }])
  })

  it('ends a window’s stream when it may not be seen, and waits out a passing fault', async () => {
    agent.routes.set('GET /api/v2/jobs', (_request, response) =>
      sendJson(response, { error: 'No.', code: 'FORBIDDEN', details: { permission: 'job:view' } }, 403),
    )
    const refused = watch()
    await until('the refusal', () => refused.errors.length === 1)
    expect(refused.errors[0]).toMatchObject({ code: 'FORBIDDEN', data: { permission: 'job:view' } })
    refused.end()
    let asked = 0
    agent.routes.set('GET /api/v2/jobs', (_request, response) => {
      asked += 1
      if (asked === 1) sendJson(response, { error: 'Oops.', code: 'INTERNAL' }, 500)
      else sendJson(response, { jobs: [], total: 0 })
    })
    const window = watch()
    await until('the list', () => window.snapshots.length === 1)
    expect([asked, window.errors]).toEqual([2, []])
  })
})
