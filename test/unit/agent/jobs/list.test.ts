import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Job } from '../../../../contract/jobs.ts'
import { type Bench, workbench } from './workbench.ts'

let bench: Bench
beforeAll(async () => {
  bench = await workbench({ endJobs: true })
  // Ten thousand of kim's and a few of lee's, a minute apart.
  bench.sql(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10005)
    INSERT INTO job_history (job_id, user, key, name, state, resources, template, parameters, script, inputs, submitted_at)
    SELECT 'h' || i, iif(i > 10000, 'lee', 'kim'), 'k' || i,
      iif(i % 100 = 0, 'Bracket 100% ' || i, 'plate_' || i),
      iif(i % 50 = 0, 'failed', iif(i % 7 = 0, 'cancelled', 'completed')),
      json_object('partition', iif(i % 2, 'viz', 'compute'), 'nodes', 1, 'tasks', 1, 'timeMinutes', 5),
      iif(i % 3, null, json_object('id', 'heat', 'version', 1, 'name', json_object('en', 'Heat'), 'files', json_array())),
      '{}', printf('%.*c', 4000, 'x'), '[]', strftime('%Y-%m-%dT%H:%M:%fZ', 1700000000 + i * 60, 'unixepoch')
    FROM n RETURNING number`)
})
afterAll(() => bench.close())

async function list(query: string, user = 'kim') {
  const answer = await bench.get(`/api/v2/jobs?${query}`, user)
  if (answer.status !== 200) throw new Error(answer.body)
  return { ...answer.json<{ jobs: Job[]; total: number }>(), count: answer.headers['x-total-count'] }
}
const at = (i: number) => new Date((1_700_000_000 + i * 60) * 1000).toISOString()

test('filters narrow the list, together, and count what fits', async () => {
  expect(await list('limit=1')).toMatchObject({ total: 10_000, count: '10000', jobs: [{ id: 'h10000' }] })
  expect((await list('state=failed')).total).toBe(200)
  const both = await list('state=failed,cancelled&limit=1000')
  expect(both.jobs.every(({ state }) => state === 'failed' || state === 'cancelled')).toBe(true)
  expect((await list('template=heat')).total).toBe(3333)
  expect((await list('partition=viz')).total).toBe(5000)
  // A part of the name as it is written: no wildcards, and no regard to case.
  expect((await list(`name=${encodeURIComponent('bracket 100% ')}`)).total).toBe(100)
  expect((await list('name=plate%251')).total).toBe(0)
  expect((await list('name=plate_1')).total).toBe(1111 - 11)
  const between = await list(`from=${at(100)}&to=${at(110)}`)
  expect(between.jobs.map(({ id }) => id)).toEqual(Array.from({ length: 10 }, (_, n) => `h${109 - n}`))
  const all = await list(`state=failed&name=bracket&template=heat&partition=compute&from=${at(1)}&to=${at(1000)}`)
  expect(all.jobs.map(({ id }) => id)).toEqual(['h900', 'h600', 'h300'])
  expect((await list('', 'lee')).total).toBe(5)
  expect((await list('all=1', 'lee')).total).toBe(5)
  expect((await list('all=1&limit=1', 'admin')).total).toBe(10_005)
})

test('what cannot be read is refused', async () => {
  for (const query of [
    'state=busy',
    'state=failed,',
    'from=yesterday',
    'from=2026-99-99T00:00:00Z',
    'limit=0',
    'limit=1001',
  ]) {
    expect([query, (await bench.get(`/api/v2/jobs?${query}`)).status]).toEqual([query, 400])
  }
})

test('a page of ten thousand takes no time worth noticing', async () => {
  const times: number[] = []
  const queries = [
    'limit=500',
    'limit=500&offset=9500',
    'state=failed',
    'name=nothing-of-this-name',
    'template=heat&limit=500',
  ]
  for (const query of [...queries, ...queries, ...queries]) {
    const began = performance.now()
    await list(query)
    times.push(performance.now() - began)
  }
  const [, , middle = Infinity] = times.toSorted((a, b) => b - a)
  expect(middle).toBeLessThan(400)
})
