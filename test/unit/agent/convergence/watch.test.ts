import { appendFileSync, truncateSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import type { ConvergenceLine } from '../../../../contract/agent/convergence.ts'
import type { ConvergenceHead, ConvergenceRow } from '../../../../contract/convergence.ts'
import { temporaryFolder } from '../../../helpers/agent.ts'
import { type Bench, until, workbench } from '../jobs/workbench.ts'

let bench: Bench
afterEach(() => bench.close())

/** A real connection that is followed; its lines as they come. */
async function follow(path: string) {
  const token = await bench.agent.token('kim')
  const lines: ConvergenceLine[] = []
  const ended = Promise.withResolvers<void>()
  let rest = ''
  const req = request(`${bench.agent.url}${path}`, { headers: { authorization: `Bearer ${token}` } }, (response) => {
    response.on('data', (data: Buffer) => {
      const parts = (rest + data.toString()).split('\n')
      rest = parts.pop() ?? ''
      lines.push(...parts.map((line) => JSON.parse(line) as ConvergenceLine))
    })
    response.once('close', () => ended.resolve())
  })
  req.once('error', () => ended.resolve())
  req.end()
  return {
    lines,
    ended: ended.promise,
    heads: () => lines.flatMap((line) => ('head' in line ? [line.head] : [])),
    rows: () => lines.flatMap((line) => ('rows' in line ? line.rows : [])),
    cut: () => req.destroy(),
  }
}

async function now(path: string): Promise<{ head: ConvergenceHead; rows: ConvergenceRow[] }> {
  const answer = await bench.get(path)
  if (answer.status !== 200) throw new Error(answer.body)
  const lines = answer.body
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ConvergenceLine)
  const head = lines.find((line) => 'head' in line)?.head
  if (head === undefined) throw new Error('no head')
  return { head, rows: lines.flatMap((line) => ('rows' in line ? line.rows : [])) }
}

/** A template whose job waits while the test writes its log, and ends when the test says so. */
async function submit(convergence: string, script = 'until [ -e end ]; do sleep 0.05; done'): Promise<string> {
  const yaml = `id: written
version: 1
name: { en: Written }
category: test
files: []
parameters: []
resources: { nodes: 1, tasks: 1, timeMinutes: 5 }
convergence: ${convergence}
script: |
  ${script}
`
  const saved = await bench.send('POST', '/api/v2/templates', { yaml })
  if (saved.status !== 201) throw new Error(saved.body)
  const sent = await bench.send('POST', '/api/jobs/submit', { name: 'written', template_id: 'written' })
  const { job_id: id } = sent.json<{ job_id: string }>()
  await until(async () => (await bench.job(id)).state === 'running', 'the job runs')
  return id
}
const iterations = (from: number, to: number, residual: (i: number) => number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `iteration ${from + i} residual ${residual(from + i)}\n`).join('')
const spec = '{ parser: headway-heat, file: run.txt }'

test('a plot follows its file, and goes on from any point', async () => {
  bench = await workbench({ endJobs: true })
  const id = await submit(
    '{ parser: headway-heat }',
    'for i in 1 2 3 4; do echo "iteration $i residual 0.$i"; sleep 0.2; done',
  )
  const stream = await follow(`/api/v2/jobs/${id}/convergence?follow=1`)
  await stream.ended
  expect(stream.heads()[0]).toMatchObject({
    meta: { parser: 'headway-heat', groups: [{ key: 'residual', scale: 'log' }] },
    run: 1,
    alarm: 'notify',
    file: 'job.log',
  })
  expect(stream.heads().at(-1)).toMatchObject({
    series: [{ group: 'residual', name: 'residual' }],
    runs: [{ run: 1, points: 4, stretch: 1, from: 1, to: 4 }],
    verdict: { state: 'unknown' },
  })
  expect(stream.rows()).toEqual([1, 2, 3, 4].map((n) => [n, n, n / 10]))
  expect((await now(`/api/v2/jobs/${id}/convergence?after=3`)).rows).toEqual([[4, 4, 0.4]])
  expect((await bench.get(`/api/v2/jobs/${id}/convergence`, 'lee')).status).toBe(403)
  expect((await bench.send('PUT', `/api/v2/jobs/${id}/convergence`, { alarm: 'off' }, 'lee')).status).toBe(403)
  expect((await bench.get('/api/v2/jobs/999/convergence')).status).toBe(404)
})

test('viewers share one reading; a file that begins anew begins a run', async () => {
  bench = await workbench({ endJobs: true })
  const id = await submit(spec)
  const file = bench.inRun(id, 'run.txt')
  const one = await follow(`/api/v2/jobs/${id}/convergence?follow=1`)
  const other = await follow(`/api/v2/jobs/${id}/convergence?follow=1`)
  writeFileSync(
    file,
    iterations(1, 30, (i) => 1 / i),
  )
  await until(() => one.rows().length === 30 && other.rows().length === 30, 'thirty rows for both')
  truncateSync(file, 0)
  appendFileSync(
    file,
    iterations(1, 5, (i) => 2 / i),
  )
  await until(() => one.heads().at(-1)?.run === 2 && one.rows().length === 35, 'the second run')
  expect(one.rows().slice(30)).toEqual([1, 2, 3, 4, 5].map((n) => [n, n, 2 / n]))
  const first = await now(`/api/v2/jobs/${id}/convergence?run=1`)
  expect([first.head.run, first.rows.length, first.head.runs.map(({ points }) => points)]).toEqual([1, 30, [30, 5]])
  writeFileSync(bench.inRun(id, 'end'), '')
  await Promise.all([one.ended, other.ended])
})

test('a file of the same length with other bytes is another', async () => {
  bench = await workbench({ endJobs: true })
  const id = await submit(spec)
  const file = bench.inRun(id, 'run.txt')
  writeFileSync(
    file,
    iterations(1, 9, () => 0.5),
  )
  expect((await now(`/api/v2/jobs/${id}/convergence`)).rows).toHaveLength(9)
  writeFileSync(file, iterations(1, 9, () => 0.6) + 'iteration 10 residual 0.1')
  const { head, rows } = await now(`/api/v2/jobs/${id}/convergence`)
  expect([head.run, rows.length]).toEqual([2, 9])
  // The last line has no end yet; when the job has ended it counts.
  writeFileSync(bench.inRun(id, 'end'), '')
  await bench.ended(id)
  expect((await now(`/api/v2/jobs/${id}/convergence`)).rows).toHaveLength(10)
})

const states = () => bench.events.flatMap((event) => (event.type === 'convergence_state' ? [event.data] : []))
const notices = () =>
  bench.events.flatMap((event) =>
    event.type === 'notification' && event.data.kind === 'diverging' ? [event.data] : [],
  )

describe('the alarm', () => {
  const diverging = iterations(1, 40, (i) => 10 ** (-i / 20)) + iterations(41, 80, (i) => 10 ** (-2 + (i - 40) / 12))

  test('is told once, also after the agent was started again, and reading goes on where it was', async () => {
    const folder = temporaryFolder()
    bench = await workbench({ folder })
    const id = await submit(spec)
    const file = bench.inRun(id, 'run.txt')
    writeFileSync(file, diverging)
    await until(() => notices().length === 1, 'the notification')
    expect(notices()[0]).toMatchObject({
      job: { id, name: 'written' },
      level: 'warning',
      text: { en: expect.stringContaining('fold over the last 30 iterations') as string },
    })
    expect(states().at(-1)).toMatchObject({ job: id, verdict: { state: 'diverging', series: 'residual' } })
    await bench.stop()
    const kept = String(bench.sql('SELECT progress FROM convergence_watches')[0]?.['progress'])
    expect(JSON.parse(kept)).toMatchObject({ offset: diverging.length, complete: false })

    appendFileSync(
      file,
      iterations(81, 90, (i) => 10 ** (-2 + (i - 40) / 12)),
    )
    bench = await workbench({ folder, endJobs: true })
    const { head, rows } = await now(`/api/v2/jobs/${id}/convergence`)
    expect(rows.map(([n]) => n)).toEqual(Array.from({ length: 90 }, (_, index) => index + 1))
    expect([head.run, head.verdict.state]).toEqual([1, 'diverging'])
    expect([states(), notices()]).toEqual([[], []])
    writeFileSync(bench.inRun(id, 'end'), '')
    await bench.ended(id)
  })

  test('can be switched off for a job', async () => {
    bench = await workbench({ endJobs: true })
    const id = await submit(spec)
    const answer = await bench.send('PUT', `/api/v2/jobs/${id}/convergence`, { alarm: 'off' })
    expect(answer.json()).toMatchObject({ alarm: 'off' })
    writeFileSync(bench.inRun(id, 'run.txt'), diverging)
    await until(() => states().length > 0, 'the state')
    writeFileSync(bench.inRun(id, 'end'), '')
    await bench.ended(id)
    expect(notices()).toEqual([])
    // What it was told by is still seen by who looks.
    expect((await now(`/api/v2/jobs/${id}/convergence`)).head).toMatchObject({
      alarm: 'off',
      verdict: { state: 'diverging' },
    })
  })
})

test('a log that no template names a parser for is recognised, or read as the user says', async () => {
  bench = await workbench({ endJobs: true })
  const plain = await bench.run('echo hello')
  await bench.ended(plain.id)
  expect((await bench.get(`/api/v2/jobs/${plain.id}/convergence`)).status).toBe(404)
  const own = await bench.run('for i in 1 2 3; do echo "iteration $i residual 0.$i"; done')
  await bench.ended(own.id)
  expect((await now(`/api/v2/jobs/${own.id}/convergence`)).rows).toHaveLength(3)

  const put = (body: object) => bench.send('PUT', `/api/v2/jobs/${own.id}/convergence`, body)
  expect((await put({ parser: 'openfoam' })).json()).toMatchObject({ meta: { parser: 'openfoam' } })
  expect((await now(`/api/v2/jobs/${own.id}/convergence`)).rows).toEqual([])
  expect((await put({ parser: 'auto' })).status).toBe(200)
  expect((await now(`/api/v2/jobs/${own.id}/convergence`)).rows).toHaveLength(3)
  expect((await put({ parser: 'regex' })).status).toBe(400)
  expect((await put({ pattern: '.*' })).status).toBe(400)
})

test('a pattern that takes too long ends the plot, and says so', async () => {
  bench = await workbench({ endJobs: true })
  const id = await submit(`{ parser: regex, pattern: '^(a+)+(?<x>b)(?<y>c)$', file: run.txt }`)
  writeFileSync(bench.inRun(id, 'run.txt'), `${'a'.repeat(60)}\n`)
  const { head, rows } = await now(`/api/v2/jobs/${id}/convergence`)
  expect(rows).toEqual([])
  expect(head.problem?.en).toContain('takes too long')
})

test('elements of an array are watched, too', async () => {
  bench = await workbench({ endJobs: true })
  const steps = 'for i in $(seq 60); do echo "iteration $i residual 1e$(((i - 30) * SLURM_ARRAY_TASK_ID / 8))"; done'
  const yaml = `id: many
version: 1
name: { en: Many }
category: test
files: []
parameters: []
resources: { nodes: 1, tasks: 1, timeMinutes: 5 }
convergence: { parser: headway-heat }
script: |
  ${steps}; until [ -e end ]; do sleep 0.05; done
`
  expect((await bench.send('POST', '/api/v2/templates', { yaml })).status).toBe(201)
  const request = { name: 'many', template_id: 'many', options: { array: '0-1' } }
  const { job_id: id } = (await bench.send('POST', '/api/jobs/submit', request)).json<{ job_id: string }>()
  await until(() => notices().length > 0, 'the notification')
  expect(notices().map(({ job }) => job.id)).toEqual([`${id}_1`])
  writeFileSync(bench.inRun(id, 'end'), '')
  await bench.ended(id)
})

test('each element of an array has a plot of its own', async () => {
  bench = await workbench({ endJobs: true })
  const command = 'for i in 1 2 3; do echo "iteration $i residual 0.$((i + SLURM_ARRAY_TASK_ID))"; done'
  const { id } = await bench.run(command, { options: { array: '1-2' } })
  await bench.ended(id)
  expect((await bench.get(`/api/v2/jobs/${id}/convergence`)).json()).toMatchObject({
    code: 'NOT_FOUND',
    error: expect.stringContaining('one of its elements') as string,
  })
  for (const element of [1, 2]) {
    const { rows } = await now(`/api/v2/jobs/${id}_${element}/convergence`)
    expect(rows).toEqual([1, 2, 3].map((n) => [n, n, (n + element) / 10]))
  }
})
