import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Snapshot, StreamEvent } from '../../../../contract/app.ts'
import type { SiteAgent } from '../../../../src/core/agent-client/index.ts'
import { followLog } from '../../../../src/core/logs/follow.ts'
import { logText } from '../../../helpers/log-text.ts'
import { collected, signedIn } from '../helpers/signed-in.ts'
import { startSmallAgent, type SmallAgent } from '../helpers/small-agent.ts'

let agent: SmallAgent
let site: SiteAgent
let abort: AbortController
/** What the job has written, and whether it has ended. */
let written: Buffer
let complete: boolean
let version: string
/** How following answers end: what they send beyond so many bytes is cut; in good order where there is none. */
let cutAfter: number[]

type Log = [Snapshot<'logs', 'follow'>, StreamEvent<'logs', 'follow'>]

const describeLog = (response: ServerResponse, start: number) =>
  response.writeHead(200, {
    'x-log-start': start,
    'x-log-size': written.length,
    'x-log-complete': complete ? '1' : '0',
    'x-log-version': version,
  })

beforeEach(async () => {
  agent = await startSmallAgent()
  abort = new AbortController()
  complete = false
  version = 'a-1'
  cutAfter = []
  agent.routes.set('GET /api/v2/jobs/7/log', (request, response) => {
    const query = new URL(request.url ?? '', 'http://x').searchParams
    const offset = Number(query.get('offset'))
    const other = query.get('version') !== null && query.get('version') !== version
    const start = other ? 0 : offset < 0 ? Math.max(0, written.length + offset) : Math.min(offset, written.length)
    const following = query.get('follow') === '1'
    const length = following ? cutAfter.shift() : undefined
    describeLog(response, start)
    if (length === undefined) {
      if (following) complete = true
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
const job = (file?: string) => ({
  client: site.client,
  link: site.link,
  job: '7',
  signal: abort.signal,
  ...(file === undefined ? {} : { file }),
})
const asked = () => agent.seen.filter((line) => line.includes('follow=1'))

describe('a log', () => {
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
    expect(got.snapshots).toEqual([
      { bytes: Buffer.from('처음\n').toString('base64'), start: 0, end: 7, complete: false, version: 'a-1' },
    ])
    expect(logText(got)).toBe('처음\n가나다\n')
    expect(got.events.at(-1)).toMatchObject({ end: written.length, complete: true })
    expect(asked()).toEqual([
      'GET /api/v2/jobs/7/log?offset=7&follow=1&version=a-1',
      'GET /api/v2/jobs/7/log?offset=8&follow=1&version=a-1',
      'GET /api/v2/jobs/7/log?offset=12&follow=1&version=a-1',
    ])
  })

  it('begins with its last 256 KiB, and nothing more where the job has ended', async () => {
    complete = true
    written = Buffer.from('한'.repeat(100_000))
    const got = collected<Log[0], Log[1]>()
    await followLog(job(), got.sink)
    expect(got.snapshots).toMatchObject([{ start: 300_000 - 256 * 1024, end: 300_000, complete: true }])
    expect(got.events).toEqual([])
    expect(asked()).toEqual([])
  })

  it('asks again when an agent that is shut down ends the answer before the job has', async () => {
    written = Buffer.from('a\n')
    let answers = 0
    agent.routes.set('GET /api/v2/jobs/7/log', (request, response) => {
      if (request.url?.includes('follow=1') && ++answers === 3) complete = true
      const start = request.url?.includes('offset=-') ? 0 : 2
      describeLog(response, start).end(written.subarray(start))
    })
    const got = collected<Log[0], Log[1]>()
    await followLog(job(), got.sink)
    expect(answers).toBe(3)
    expect(got.events).toEqual([{ bytes: '', end: 2, complete: true }])
  })

  it.each([
    ['became shorter', () => (written = Buffer.from('new\n'))],
    [
      'was started over',
      () => {
        written = Buffer.from('quite new, and longer\n')
        version = 'a-2'
      },
    ],
  ])('begins with a new snapshot where the file %s', async (_, change) => {
    written = Buffer.from('once upon\n')
    const got = collected<Log[0], Log[1]>()
    cutAfter = [0]
    await followLog(job(), {
      ...got.sink,
      snapshot(state) {
        got.sink.snapshot(state)
        if (got.snapshots.length === 1) change()
      },
    })
    expect(got.snapshots.map(({ bytes }) => Buffer.from(bytes, 'base64').toString())).toEqual([
      'once upon\n',
      written.toString(),
    ])
  })

  it('waits for a named file that is not there yet, and says so where it never came', async () => {
    const route = agent.routes.get('GET /api/v2/jobs/7/log')
    agent.routes.delete('GET /api/v2/jobs/7/log')
    const got = collected<Log[0], Log[1]>()
    const following = followLog(job('out/late.msg'), {
      ...got.sink,
      snapshot(state) {
        got.sink.snapshot(state)
        written = Buffer.from('late\n')
        if (route !== undefined) agent.routes.set('GET /api/v2/jobs/7/log', route)
      },
    })
    await following
    expect(logText(got)).toBe('late\n')
    agent.routes.delete('GET /api/v2/jobs/7/log')
    await expect(followLog(job('out/none.msg'), collected<Log[0], Log[1]>().sink)).rejects.toMatchObject({
      value: { code: 'NOT_FOUND', data: { what: 'file', id: 'out/none.msg' } },
    })
  })

  it('is refused for a job that is not there', async () => {
    agent.routes.delete('GET /api/v2/jobs/7/log')
    await expect(followLog(job(), collected<Log[0], Log[1]>().sink)).rejects.toMatchObject({
      value: { code: 'NOT_FOUND', data: { what: 'job', id: '7' } },
    })
  })
})
