import { readdirSync, readlinkSync } from 'node:fs'
import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Bench, until, workbench } from './workbench.ts'

let bench: Bench
let token: string
beforeAll(async () => {
  bench = await workbench({ endJobs: true })
  token = await bench.agent.token('kim')
})
afterAll(() => bench.close())

/** A real connection: what arrives, and when. */
function follow(path: string) {
  const pieces: { at: number; text: string }[] = []
  let headers: Record<string, unknown> = {}
  const req = request(`${bench.agent.url}${path}`, { headers: { authorization: `Bearer ${token}` } })
  const opened = new Promise<void>((resolve, reject) => {
    req.once('response', (response) => {
      headers = response.headers
      response.on('data', (data: Buffer) => pieces.push({ at: Date.now(), text: data.toString() }))
      response.once('end', () => ended.resolve())
      resolve()
    })
    req.once('error', reject)
  })
  const ended = Promise.withResolvers<void>()
  req.end()
  return {
    opened,
    ended: ended.promise,
    pieces,
    text: () => pieces.map(({ text }) => text).join(''),
    headers: () => headers,
    req,
  }
}

test('the log follows the job and ends with it', async () => {
  const { id } = await bench.run('echo one; sleep 0.6; echo two; sleep 0.6; echo 셋')
  const log = follow(`/api/v2/jobs/${id}/log?follow=1`)
  await log.opened
  expect(log.headers()['x-log-start']).toBe('0')
  await log.ended
  expect(log.text()).toBe('one\ntwo\n셋\n')
  expect(log.pieces.length).toBeGreaterThanOrEqual(3)
  expect(await bench.job(id)).toMatchObject({ state: 'completed' })
})

test('a job that waits is followed before it has a log', async () => {
  await bench.run('sleep 0.7', { tasks: 4 })
  const second = await bench.run('echo late')
  const log = follow(`/api/v2/jobs/${second.id}/log?follow=1`)
  await log.opened
  expect(await bench.job(second.id)).toMatchObject({ state: 'pending' })
  await log.ended
  expect(log.text()).toBe('late\n')
})

test('any part of the log, also counted from its end', async () => {
  const { id } = await bench.run('printf 0123456789')
  await bench.ended(id)
  const part = async (offset: number) => {
    const answer = await bench.get(`/api/v2/jobs/${id}/log?offset=${offset}`)
    return [answer.body, answer.headers['x-log-start']]
  }
  expect(await part(4)).toEqual(['456789', '4'])
  expect(await part(-3)).toEqual(['789', '7'])
  expect(await part(-99)).toEqual(['0123456789', '0'])
  expect(await part(99)).toEqual(['', '10'])
})

test.skipIf(process.platform !== 'linux')('a client that goes away stops the following', async () => {
  const { id } = await bench.run('echo begun; sleep 300')
  const log = follow(`/api/v2/jobs/${id}/log?follow=1`)
  await log.opened
  const held = () =>
    readdirSync('/proc/self/fd').filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`) === bench.inRun(id, 'job.log')
      } catch {
        return false
      }
    }).length
  await until(() => log.text() === 'begun\n' && held() === 1, 'the log is read')
  log.req.destroy()
  await until(() => held() === 0, 'the log is let go')
  await bench.send('POST', `/api/v2/jobs/${id}/cancel`)
  await bench.ended(id)
})

test('figures are read once the job has ended, and stay when the template goes', async () => {
  const yaml = `id: ticking
version: 3
name: { en: Ticking }
category: test
files: []
parameters: []
resources: { nodes: 1, tasks: 1, timeMinutes: 5 }
convergence: { parser: regex, pattern: '^it (?<x>\\d+) (?<res>\\S+)$', logScale: true, file: out/run.txt }
results:
  - { key: last, label: { en: Last }, unit: Pa, file: out/run.txt, reader: regex, pattern: '^it \\d+ (\\S+)$' }
mainResults: [run.txt]
script: |
  mkdir out
  for i in 1 2 3 4; do echo "it $i 0.$i" >> out/run.txt; sleep 0.3; done
`
  expect((await bench.send('POST', '/api/v2/templates', { yaml })).status).toBe(201)
  const submit = await bench.send('POST', '/api/jobs/submit', {
    name: 't',
    template_id: 'ticking',
    template_version: 3,
  })
  const id = submit.json<{ job_id: string }>().job_id
  expect(await bench.job(id)).toMatchObject({
    hasConvergence: true,
    templateId: 'ticking',
    templateName: { en: 'Ticking' },
  })
  const early = await bench.get(`/api/v2/jobs/${id}/results`)
  expect(early.json()).toMatchObject({
    values: [{ key: 'last', problem: expect.stringContaining('not ended') as string }],
  })

  await bench.ended(id)
  const results = await bench.get(`/api/v2/jobs/${id}/results`)
  expect(results.json()).toEqual({ values: [{ key: 'last', label: { en: 'Last' }, unit: 'Pa', value: 0.4 }] })
  // The job stays what it was when the template goes.
  await bench.send('DELETE', '/api/v2/templates/ticking')
  expect((await bench.get(`/api/v2/jobs/${id}/results`)).json()).toEqual(results.json())
  const files = (await bench.get(`/api/v2/jobs/${id}/files`)).json<{ files: { path: string; main: boolean }[] }>().files
  expect(files[0]).toMatchObject({ path: 'out/run.txt', main: true })
})

test('a failed job shows the end of its story', async () => {
  const { id } = await bench.run('seq 1 100; echo "*ERROR in input" >&2; exit 1')
  await bench.ended(id)
  const job = (await bench.get(`/api/v2/jobs/${id}`)).json<{ job: { logTail: string[]; command: string } }>().job
  expect(job.logTail).toHaveLength(20)
  expect(job.logTail.at(-1)).toBe('*ERROR in input')
  expect(job.command).toContain('seq 1 100')
})
