import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ConvergenceLine } from '../../../../contract/agent/convergence.ts'
import type { Snapshot, StreamEvent } from '../../../../contract/app.ts'
import type { ConvergenceHead, ConvergenceRow } from '../../../../contract/convergence.ts'
import type { SiteAgent } from '../../../../src/core/agent-client/index.ts'
import { followConvergence } from '../../../../src/core/convergence/follow.ts'
import { collected, signedIn } from '../helpers/signed-in.ts'
import { sendJson, startSmallAgent, type SmallAgent } from '../helpers/small-agent.ts'

let agent: SmallAgent
let site: SiteAgent
let abort: AbortController

beforeEach(async () => {
  agent = await startSmallAgent()
  abort = new AbortController()
  site = await signedIn(agent.url)
})
afterEach(async () => {
  abort.abort(new Error('over'))
  site.close()
  await agent.close()
})
const job = () => ({ client: site.client, link: site.link, job: '7', signal: abort.signal })

const head = (more: Partial<ConvergenceHead> = {}): ConvergenceHead => ({
  meta: { parser: 'openfoam', xLabel: { en: 'Iteration' }, groups: [] },
  series: [{ group: 'initial', name: 'p' }],
  runs: [{ run: 1, points: 5, stretch: 1 }],
  run: 1,
  verdict: { state: 'unknown', text: { en: 'Too early.' }, at: 0 },
  alarm: 'notify',
  file: 'job.log',
  read: 10,
  complete: false,
  ...more,
})
const rows = (from: number, to: number): ConvergenceRow[] =>
  Array.from({ length: to - from + 1 }, (_, index) => [from + index, from + index, 'NaN'])
const line = (value: ConvergenceLine) => `${JSON.stringify(value)}\n`

/** Answers one after the other; `cut`: the connection breaks behind it. */
function answers(...texts: { text: string; cut?: boolean }[]): { asked: string[] } {
  const asked: string[] = []
  agent.routes.set('GET /api/v2/jobs/7/convergence', (request, response) => {
    asked.push(new URL(request.url ?? '', 'http://x').search)
    const { text = '', cut = false } = texts[asked.length - 1] ?? {}
    response.write(text)
    if (cut) setTimeout(() => response.destroy(), 150)
    else response.end()
  })
  return { asked }
}
async function followed(run?: number) {
  const got = collected<Snapshot<'convergence', 'points'>, StreamEvent<'convergence', 'points'>>()
  await followConvergence({ ...job(), ...(run === undefined ? {} : { run }) }, got.sink)
  return { ...got, rows: [...got.snapshots.flatMap((s) => s.rows), ...got.events.flatMap((e) => e.rows)] }
}

describe('convergence', () => {
  it('goes on behind the last row after a cut, and leaves out half a line', async () => {
    const { asked } = answers(
      { text: line({ head: head() }) + line({ rows: rows(1, 2) }) + 'no json\n{"rows":[[3,', cut: true },
      { text: line({ head: head() }) + line({ rows: rows(3, 4) }) },
      { text: line({ head: head({ complete: true }) }) + line({ rows: rows(5, 5) }) },
    )
    const got = await followed()
    expect(got.rows).toEqual(rows(1, 5))
    expect(got.snapshots).toEqual([{ head: head(), rows: rows(1, 2), complete: false }])
    expect(got.events.at(-1)?.complete).toBe(true)
    expect(got.events.some(({ anew }) => anew === true)).toBe(false)
    expect(asked).toEqual(['?follow=1', '?follow=1&run=1&after=2', '?follow=1&run=1&after=4'])
  })

  it('begins anew with another run', async () => {
    const second = head({ run: 2, complete: true })
    answers(
      { text: line({ head: head() }) + line({ rows: rows(1, 9) }), cut: true },
      { text: line({ head: second }) + line({ rows: rows(1, 2) }) },
    )
    const got = await followed()
    expect(got.snapshots[0]?.rows).toEqual(rows(1, 9))
    expect(got.events).toEqual([{ head: second, rows: rows(1, 2), anew: true, complete: true }])
  })

  it('asks from the beginning where the log is read in another way by now', async () => {
    const other = head({ meta: { parser: 'fluent', xLabel: { en: 'Iteration' }, groups: [] }, complete: true })
    const { asked } = answers(
      { text: line({ head: head() }) + line({ rows: rows(1, 9) }), cut: true },
      { text: line({ head: other }) + line({ rows: rows(10, 12) }) },
      { text: line({ head: other }) + line({ rows: rows(1, 12) }) },
    )
    const got = await followed()
    expect(asked.at(-1)).toBe('?follow=1&run=1&after=0')
    const from = got.events.findIndex(({ anew }) => anew === true)
    expect(got.events.slice(from).flatMap((event) => event.rows)).toEqual(rows(1, 12))
  })

  it('tells an earlier run as it is', async () => {
    const { asked } = answers({ text: line({ head: head() }) + line({ rows: rows(1, 3) }) })
    const got = await followed(1)
    expect(got.snapshots).toEqual([{ head: head(), rows: rows(1, 3), complete: true }])
    expect([got.events, asked]).toEqual([[], ['?run=1']])
  })

  it('says so when the answer is not understood, or when there is none', async () => {
    answers({ text: '<html>' })
    await expect(followed()).rejects.toMatchObject({ value: { code: 'AGENT' } })
    agent.routes.set('GET /api/v2/jobs/7/convergence', (_request, response) =>
      sendJson(response, { error: 'None.', code: 'NOT_FOUND' }, 404),
    )
    await expect(followed()).rejects.toMatchObject({ value: { code: 'NOT_FOUND' } })
  })
})
