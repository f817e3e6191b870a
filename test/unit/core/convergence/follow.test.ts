import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Snapshot, StreamEvent } from '../../../../contract/app.ts'
import type { SiteAgent } from '../../../../src/core/agent-client/index.ts'
import { followConvergence } from '../../../../src/core/convergence/follow.ts'
import { collected, signedIn } from '../helpers/signed-in.ts'
import { sendJson, startSmallAgent, type SmallAgent } from '../helpers/small-agent.ts'

let agent: SmallAgent
let site: SiteAgent
let abort: AbortController
let state: string

const query = (url: string | undefined, name: string): number =>
  Number(new URL(url ?? '', 'http://x').searchParams.get(name))

beforeEach(async () => {
  agent = await startSmallAgent()
  abort = new AbortController()
  state = 'running'
  agent.routes.set('GET /api/v2/jobs/7', (_request, response) => sendJson(response, { job: { id: '7', state } }))
  site = await signedIn(agent.url)
})
afterEach(async () => {
  abort.abort(new Error('over'))
  site.close()
  await agent.close()
})
const job = () => ({ client: site.client, link: site.link, job: '7', signal: abort.signal })

const point = (x: number) => ({ x, values: { residual: 1 / x } })

describe('convergence', () => {
  type Plot = [Snapshot<'convergence', 'points'>, StreamEvent<'convergence', 'points'>]
  const meta = { xLabel: { en: 'Iteration' }, yLabel: { en: 'Residual' }, logScale: true }

  it('goes on by the number of points after a cut, and leaves out half a line', async () => {
    const all = [1, 2, 3, 4, 5].map(point)
    let follows = 0
    agent.routes.set('GET /api/v2/jobs/7/convergence', (request, response) => {
      const from = query(request.url, 'from')
      response.write(`${JSON.stringify(meta)}\n`)
      const lines = (until: number) =>
        all
          .slice(from, until)
          .map((value) => `${JSON.stringify(value)}\n`)
          .join('')
      if (query(request.url, 'follow') === 1) follows += 1
      if (follows === 0) response.end(lines(2))
      else if (follows === 1) {
        response.write(`${lines(3)}not json\n{"x":4,"val`)
        setTimeout(() => response.destroy(), 20)
      } else {
        state = 'completed'
        response.end(lines(5))
      }
    })
    const got = collected<Plot[0], Plot[1]>()
    await followConvergence(job(), got.sink)
    expect(got.snapshots).toEqual([{ meta, points: all.slice(0, 2), complete: false }])
    expect(got.events.flatMap(({ points }) => points)).toEqual(all.slice(2))
    expect(got.events.at(-1)?.complete).toBe(true)
  })

  it('says so when the answer is not understood', async () => {
    agent.routes.set('GET /api/v2/jobs/7/convergence', (_request, response) => response.end('<html>'))
    await expect(followConvergence(job(), collected<Plot[0], Plot[1]>().sink)).rejects.toMatchObject({
      value: { code: 'AGENT' },
    })
  })
})
