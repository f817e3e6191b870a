import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ConvergenceLine } from '../../contract/agent/convergence.ts'
import type { ConvergenceHead } from '../../contract/convergence.ts'
import { type Job, jobHasEnded } from '../../contract/jobs.ts'
import { startAgent, type TestAgent } from '../helpers/agent.ts'
import { hasPart } from '../helpers/parts.ts'

let agent: TestAgent
let token: string
beforeAll(async () => {
  agent = await startAgent({ environment: { HEADWAY_CORES: '2', RATE_LIMIT_ENABLED: '0' } })
  token = await agent.token('jin')
})
afterAll(() => agent.close())

async function ask<T>(path: string, body?: object): Promise<T> {
  const answer = await agent.fetch(path, { token, ...(body === undefined ? {} : { body }) })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as T
}

/** Submits, follows the plot to the job's end, and gives the job and all that was followed. */
async function followed(submission: object, begun?: (id: string) => void) {
  const { job } = await ask<{ job: Job }>('/api/jobs/submit', { name: 'real', ...submission })
  begun?.(job.id)
  const now = async () => (await ask<{ job: Job }>(`/api/v2/jobs/${job.id}`)).job
  let answer = await agent.fetch(`/api/v2/jobs/${job.id}/convergence?follow=1`, { token })
  // A log that nothing is known of is not understood before it has begun.
  for (const deadline = Date.now() + 30_000; answer.status === 404 && Date.now() < deadline;) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    answer = await agent.fetch(`/api/v2/jobs/${job.id}/convergence?follow=1`, { token })
  }
  const lines = (await answer.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ConvergenceLine)
  const head = lines.findLast((line) => 'head' in line)?.head
  if (head === undefined) throw new Error('no head')
  const rows = lines.flatMap((line) => ('rows' in line ? line.rows : []))
  const last = await now()
  expect(jobHasEnded(last.state)).toBe(true)
  return { job: last, head, rows }
}
const column = (head: ConvergenceHead, group: string, name: string) =>
  head.series.findIndex((series) => series.group === group && series.name === name) + 2

const cavity = (parameters: object) => followed({ template_id: 'cavity-flow', parameters })

describe.skipIf(!hasPart('icoFoam'))('OpenFOAM', () => {
  const usual = { cells: 20, viscosity: 0.01, time_step: 0.005, end_time: 0.5 }

  test('the cavity: residuals of every time step while it runs', async () => {
    const { job, head, rows } = await cavity(usual)
    expect(job).toMatchObject({ state: 'completed', hasConvergence: true })
    expect(rows.map(([n]) => n)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
    expect(rows.at(-1)?.[1]).toBe(0.5)
    expect(Number(rows.at(-1)?.[column(head, 'initial', 'Ux')])).toBeLessThan(1e-6)
    expect(Number(rows.at(-1)?.[column(head, 'courant', 'max')])).toBeCloseTo(0.852, 2)
    expect(head.verdict.state).toBe('converging')
    expect(head.meta).toMatchObject({ parser: 'openfoam', xUnit: 's' })
  })

  test('a time step far too long: diverging, before it dies of it', async () => {
    const { job, head } = await cavity({ ...usual, viscosity: 0.0001, time_step: 0.05, end_time: 5 })
    expect(job).toMatchObject({ state: 'failed', reason: expect.stringContaining('diverged') as string })
    expect(['diverging', 'nan']).toContain(head.verdict.state)
  })
})

const node = (x: number, corner: number) => 4 * x + corner + 1
/** Of an element between two cross-sections. */
const face = (at: number, a: number, b: number) => [node(at, a), node(at + 1, a), node(at + 1, b), node(at, b)]

/** A cantilever of perfectly plastic steel under more than it can carry. */
function beam(): string {
  const n = 10
  const corners = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ]
  const nodes = Array.from({ length: n + 1 }, (_, x) =>
    corners.map(([y, z], corner) => `${node(x, corner)}, ${x}, ${y}, ${z}`),
  ).flat()
  const elements = Array.from({ length: n }, (_, x) => {
    return [x + 1, ...face(x, 0, 1), ...face(x, 3, 2)].join(', ')
  })
  return `*NODE, NSET=ALL
${nodes.join('\n')}
*ELEMENT, TYPE=C3D8I, ELSET=BAR
${elements.join('\n')}
*NSET, NSET=FIX
1, 2, 3, 4
*NSET, NSET=TIP
${[0, 1, 2, 3].map((corner) => node(n, corner)).join(', ')}
*MATERIAL, NAME=STEEL
*ELASTIC
210000., 0.3
*PLASTIC
275., 0.
275., 1.
*SOLID SECTION, ELSET=BAR, MATERIAL=STEEL
*BOUNDARY
FIX, 1, 3
*STEP, INC=1000
*STATIC
0.1, 1., 1E-5, 0.1
*CLOAD
TIP, 3, -4.
*END STEP
`
}

const inputOf = (id: string) => join(agent.config.uploads, 'users/jin/runs', id, 'beam.inp')

describe.skipIf(!hasPart('ccx'))('CalculiX', () => {
  test('a custom command is recognised by its output; a beam that yields fails attempt after attempt', async () => {
    const command = 'until [ -s beam.inp ]; do sleep 0.05; done; ccx -i beam; sleep 0.2'
    const { job, head, rows } = await followed({ command }, (id) => writeFileSync(inputOf(id), beam()))
    expect(job.hasConvergence).toBe(false)
    expect(head.meta.parser).toBe('calculix-stdout')
    expect(rows.length).toBeGreaterThan(40)
    expect(['stalled', 'diverging']).toContain(head.verdict.state)
    const attempts = rows.map((row) => Number(row[column(head, 'attempts', 'failed attempts')]))
    expect(Math.max(...attempts)).toBeGreaterThanOrEqual(2)
  })
})
