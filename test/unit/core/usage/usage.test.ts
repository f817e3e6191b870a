import { afterEach, beforeEach, expect, it } from 'vitest'
import type { JobUsage } from '../../../../contract/usage.ts'
import type { SiteAgent } from '../../../../src/core/agent-client/index.ts'
import { createUsage } from '../../../../src/core/usage/index.ts'
import { until } from '../../../helpers/core.ts'
import { agentsOf, collected, signedIn } from '../helpers/signed-in.ts'
import { sendJson, startSmallAgent, type SmallAgent } from '../helpers/small-agent.ts'

let agent: SmallAgent
let site: SiteAgent
let usage: JobUsage
beforeEach(async () => {
  agent = await startSmallAgent()
  agent.routes.set('GET /api/v2/jobs/7_3/usage', (_request, response) => sendJson(response, usage))
  site = await signedIn(agent.url)
  usage = { samples: [{ at: '2026-11-21T12:00:00Z', cpuSeconds: 1 }], complete: false }
})
afterEach(async () => {
  site.close()
  await agent.close()
})

const asked = (id: string) => agent.seen.filter((path) => path.endsWith(`/${id}/usage`)).length
function watch(id = '7_3') {
  const got = collected<JobUsage, JobUsage>()
  const { streams } = createUsage({ agents: agentsOf(site), intervalMs: 30 }).handlers
  return { ...got, end: streams.of({ site: 's', id }, got.sink) }
}

it('is asked for again and again while somebody looks, until nothing more comes', async () => {
  const { snapshots, events, end } = watch()
  await until('the first', () => snapshots.length === 1)
  await until('two more', () => events.length >= 2)
  usage = { ...usage, final: { at: '2026-11-21T12:01:00Z', cpuSeconds: 9 }, complete: true }
  await until('the whole', () => events.at(-1)?.complete)
  expect(events.at(-1)?.final?.cpuSeconds).toBe(9)
  const before = asked('7_3')
  usage = { ...usage, complete: false }
  agent.routes.set('GET /api/v2/jobs/8/usage', (_request, response) => sendJson(response, usage))
  // As many questions for another job as there would have been for this one.
  const other = watch('8')
  await until('four looks at another', () => other.events.length >= 4)
  expect(asked('7_3')).toBe(before)
  other.end()
  end()
})

it('is not asked for when nobody looks any more', async () => {
  agent.routes.set('GET /api/v2/jobs/8/usage', (_request, response) => sendJson(response, usage))
  const { snapshots, end } = watch()
  await until('the first', () => snapshots.length === 1)
  end()
  const before = asked('7_3')
  // As many questions for another job as there would have been for this one.
  const other = watch('8')
  await until('four looks at another', () => other.events.length >= 4)
  expect(asked('7_3')).toBe(before)
  other.end()
})
