import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Snapshot, StreamEvent } from '../../../../contract/app.ts'
import type { SiteAgent } from '../../../../src/core/agent-client/index.ts'
import { followLog } from '../../../../src/core/logs/follow.ts'
import { collected, signedIn } from '../helpers/signed-in.ts'
import { sendJson, startSmallAgent, type SmallAgent } from '../helpers/small-agent.ts'

let agent: SmallAgent
let site: SiteAgent
let abort: AbortController
let state: string
/** What the job has written. */
let written: Buffer
/** How a following answer ends: what it sends beyond what was written is cut there. */
let cutAfter: number[]

const query = (url: string | undefined, name: string): number =>
  Number(new URL(url ?? '', 'http://x').searchParams.get(name))

beforeEach(async () => {
  agent = await startSmallAgent()
  abort = new AbortController()
  state = 'running'
  cutAfter = []
  agent.routes.set('GET /api/v2/jobs/7', (_request, response) => sendJson(response, { job: { id: '7', state } }))
  agent.routes.set('GET /api/v2/jobs/7/log', (request, response) => {
    const offset = query(request.url, 'offset')
    const start = offset < 0 ? Math.max(0, written.length + offset) : offset
    response.setHeader('x-log-start', String(start))
    const following = query(request.url, 'follow') === 1
    const length = following ? cutAfter.shift() : undefined
    if (length === undefined) {
      if (following) state = 'completed'
      response.end(written.subarray(start))
    } else {
      response.write(written.subarray(start, start + length))
      setTimeout(() => response.destroy(), 20)
    }
  })
  site = await signedIn(agent.url)
})
afterEach(async () => {
  abort.abort(new Error('over'))
  site.close()
  await agent.close()
})
const job = () => ({ client: site.client, link: site.link, job: '7', signal: abort.signal })

describe('a log', () => {
  type Log = [Snapshot<'logs', 'follow'>, StreamEvent<'logs', 'follow'>]

  it('goes on at the byte where it was cut, in the middle of a character too', async () => {
    written = Buffer.from('처음\n')
    const got = collected<Log[0], Log[1]>()
    // 가 is three bytes: cut after one of them, then after two more bytes, and then in good order.
    cutAfter = [1, 4]
    await followLog(job(), {
      ...got.sink,
      snapshot(state) {
        got.sink.snapshot(state)
        written = Buffer.concat([written, Buffer.from('가나다\n')])
      },
    })
    expect(got.snapshots).toEqual([{ text: '처음\n', start: 0, end: 7, complete: false }])
    expect(got.events.map(({ text }) => text).join('')).toBe('가나다\n')
    expect(got.events.at(-1)).toMatchObject({ end: written.length, complete: true })
    expect(agent.seen.filter((line) => line.includes('follow=1'))).toEqual([
      'GET /api/v2/jobs/7/log?offset=7&follow=1',
      'GET /api/v2/jobs/7/log?offset=8&follow=1',
      'GET /api/v2/jobs/7/log?offset=12&follow=1',
    ])
  })

  it('begins with its last 256 KiB, at the beginning of a character', async () => {
    state = 'completed'
    written = Buffer.from('한'.repeat(100_000))
    const got = collected<Log[0], Log[1]>()
    await followLog(job(), got.sink)
    const [{ text, start, end, complete } = { text: '', start: 0, end: 0, complete: false }] = got.snapshots
    expect(text).toBe('한'.repeat(text.length))
    expect(start).toBe(end - text.length * 3)
    expect(start).toBeGreaterThanOrEqual(300_000 - 256 * 1024)
    expect({ end, complete }).toEqual({ end: 300_000, complete: true })
    expect(got.events).toEqual([])
  })

  it('asks again when an agent that is shut down ends the answer before the job has', async () => {
    written = Buffer.from('a\n')
    let answers = 0
    agent.routes.set('GET /api/v2/jobs/7/log', (request, response) => {
      if (query(request.url, 'follow') === 1 && ++answers === 3) state = 'completed'
      response.end()
    })
    const got = collected<Log[0], Log[1]>()
    await followLog(job(), got.sink)
    expect(answers).toBe(3)
    expect(got.events).toEqual([{ text: '', end: 0, complete: true }])
  })

  it('is refused for a job that is not there', async () => {
    agent.routes.delete('GET /api/v2/jobs/7')
    await expect(followLog(job(), collected<Log[0], Log[1]>().sink)).rejects.toMatchObject({
      value: { code: 'NOT_FOUND', data: { what: 'job', id: '7' } },
    })
  })
})
