import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LogFile, LogMatches } from '../../../../contract/logs.ts'
import { portalToken } from '../../../helpers/agent.ts'
import { type Bench, workbench } from '../jobs/workbench.ts'

let bench: Bench
let id: string
/** Seconds that the agent's clock is ahead. */
let ahead = 0
beforeAll(async () => {
  bench = await workbench({ endJobs: true })
  const job = await bench.run('printf "one\\ntwo\\n3\\n"')
  id = job.id
  await bench.ended(id)
  mkdirSync(bench.inRun(id, 'out'))
  writeFileSync(bench.inRun(id, 'out/solver.msg'), 'warning: 1\n')
  writeFileSync(bench.inRun(id, 'strange'), 'no extension, yet text\n')
  writeFileSync(bench.inRun(id, 'field.vtu'), 'text it may be, but nobody reads it')
  writeFileSync(bench.inRun(id, 'field.bin'), Buffer.from([1, 2, 0, 3]))
  symlinkSync('/etc/passwd', bench.inRun(id, 'link.log'))
})
afterAll(() => bench.close())

const log = (query = '', user = 'kim') => bench.get(`/api/v2/jobs/${id}/log${query}`, user)

const search = async (query: string) =>
  (await bench.get(`/api/v2/jobs/${id}/log/search?${query}`)).json<LogMatches & { code: string }>()

describe('the logs of a job', () => {
  it('are its text files, its own log first', async () => {
    const answer = await bench.get(`/api/v2/jobs/${id}/logs`)
    const { files, more } = answer.json<{ files: LogFile[]; more: boolean }>()
    expect(more).toBe(false)
    expect(files[0]).toMatchObject({ path: 'job.log', size: 10, main: true })
    expect(files.map(({ path }) => path).filter((path) => !/^(job|script)|\.sh$/.test(path))).toEqual(
      expect.arrayContaining(['out/solver.msg', 'strange']),
    )
    for (const no of ['field.vtu', 'field.bin', 'link.log']) expect(files.map(({ path }) => path)).not.toContain(no)
  })

  it('are read at any place, with what a reader needs to go on', async () => {
    const part = await log('?offset=4&length=3')
    expect([part.body, part.headers['x-log-start'], part.headers['x-log-size']]).toEqual(['two', '4', '10'])
    expect((await log('?file=out/solver.msg')).body).toBe('warning: 1\n')
    expect((await log('?offset=99')).headers).toMatchObject({ 'x-log-start': '10' })
    const version = String(part.headers['x-log-version'])
    bench.advance(5000)
    ahead += 5
    expect((await log()).headers).toMatchObject({ 'x-log-complete': '1', 'x-log-version': version })
    expect((await log(`?offset=4&follow=1&version=${version}`)).body).toBe('two\n3\n')
    // Of another version of this agent's nothing was seen yet; what another agent called its version says nothing.
    expect((await log(`?offset=4&follow=1&version=${version}0`)).headers).toMatchObject({ 'x-log-start': '0' })
    expect((await log('?offset=4&follow=1&version=other-1')).headers).toMatchObject({ 'x-log-start': '4' })
  })

  it('are followed no longer than the token is good for that asked', async () => {
    const { id: running } = await bench.run('echo begun; sleep 300')
    const follow = async (claims: object) => {
      const token = await portalToken({ sub: 'kim', ...claims })
      const headers = { authorization: `Bearer ${token}` }
      return { headers, answer: await fetch(`${bench.agent.url}/api/v2/jobs/${running}/log?follow=1`, { headers }) }
    }
    const { headers, answer } = await follow({})
    const text = answer.text()
    await fetch(`${bench.agent.url}/api/auth/logout`, { method: 'POST', headers })
    await text
    // A second of its 30 of leeway is left.
    const short = await follow({ exp: Math.floor(Date.now() / 1000) + ahead - 28 })
    expect(short.answer.status).toBe(200)
    await short.answer.text()
    expect((await bench.get(`/api/v2/jobs/${running}`)).json<{ job: { state: string } }>().job.state).not.toBe(
      'completed',
    )
    await bench.send('POST', `/api/v2/jobs/${running}/cancel`, {})
  })

  it.each(['../../2/job.log', '/etc/passwd', 'link.log', 'out/../../../x', 'out', 'none.log', 'a%00b'])(
    'hold no %s',
    async (name) => {
      const answer = await log(`?file=${name}`)
      expect([400, 404]).toContain(answer.status)
      expect(answer.body).not.toContain(bench.agent.config.uploads)
      const found = await bench.get(`/api/v2/jobs/${id}/log/search?text=a&from=0&file=${name}`)
      expect([400, 404]).toContain(found.status)
    },
  )

  it('are nobody else’s', async () => {
    for (const path of ['logs', 'log', 'log?follow=1', 'log/search?text=a&from=0']) {
      expect((await bench.get(`/api/v2/jobs/${id}/${path}`, 'lee')).status).toBe(403)
      expect((await bench.get(`/api/v2/jobs/${id}/${path}`, 'admin')).status).toBe(200)
    }
  })

  it('are searched', async () => {
    expect(await search('text=TWO&from=0')).toEqual({
      matches: [{ at: 4, text: 'two' }],
      next: 10,
      done: true,
      size: 10,
    })
    expect(await search('text=TWO&from=0&case_sensitive=1')).toMatchObject({ matches: [] })
    expect(await search('text=%5Ct%7C%5Cd&regex=1&from=10&direction=backward&limit=1')).toMatchObject({
      matches: [{ at: 8, text: '3' }],
    })
    expect(await search('text=(&regex=1&from=0')).toMatchObject({ code: 'PARAMETER_INVALID' })
    expect(await search('text=x&from=-1')).toMatchObject({ code: 'VALIDATION_FAILED' })
  })

  it('of an unknown job are not found', async () => {
    expect((await bench.get('/api/v2/jobs/none/logs')).status).toBe(404)
  })
})
