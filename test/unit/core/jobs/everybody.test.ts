import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Snapshot, StreamEvent } from '../../../../contract/app.ts'
import type { Job } from '../../../../contract/jobs.ts'
import type { SiteAgent } from '../../../../src/core/agent-client/index.ts'
import { createEverybody } from '../../../../src/core/jobs/everybody.ts'
import { until } from '../../../helpers/core.ts'
import { collected, signedIn } from '../helpers/signed-in.ts'
import { sendJson, startSmallAgent, type SmallAgent } from '../helpers/small-agent.ts'

let agent: SmallAgent
let site: SiteAgent
let jobs: Job[]

const job = (id: string, user: string, state: Job['state'] = 'running'): Job => ({
  id,
  name: `job ${id}`,
  user,
  state,
  resources: { nodes: 1, tasks: 1, timeMinutes: 1 },
  submittedAt: '2026-11-21T07:00:00Z',
  hasConvergence: false,
})

beforeEach(async () => {
  agent = await startSmallAgent()
  jobs = [job('2', 'kim'), job('1', 'lee')]
  agent.routes.set('GET /api/v2/jobs', (_request, response) => sendJson(response, { jobs, total: jobs.length }))
  site = await signedIn(agent.url)
})
afterEach(async () => {
  site.close()
  await agent.close()
})

it('everybody’s jobs are asked for again and again while somebody looks, and only what is new is told', async () => {
  const everybody = createEverybody({ client: site.client, link: site.link, intervalMs: 30 })
  const got = collected<Snapshot<'jobs', 'all'>, StreamEvent<'jobs', 'all'>>()
  const end = everybody.subscribe(got.sink)
  await until('the list', () => got.snapshots[0])
  expect(got.snapshots[0]?.items).toEqual(jobs)
  expect(agent.seen.filter((line) => line.includes('/api/v2/jobs')).every((line) => line.includes('all=1'))).toBe(true)

  jobs = [job('3', 'kim'), job('2', 'kim', 'failed')]
  await until('the change', () => got.events.length > 0)
  expect(got.events[0]).toEqual({ put: jobs, gone: ['1'] })

  end()
  everybody.close()
})
