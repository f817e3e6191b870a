import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { ConvergenceLine } from '../../contract/agent/convergence.ts'
import type { ExamplesAnswer } from '../../contract/agent/templates.ts'
import { type Job, jobHasEnded } from '../../contract/jobs.ts'
import type { ResultFile, ResultValue } from '../../contract/results.ts'
import type { Template } from '../../contract/templates.ts'
import { hasPart } from '../helpers/parts.ts'
import {
  portalToken,
  secret,
  spawnAgent,
  type SpawnedAgent,
  startAgent,
  temporaryFolder,
  type TestAgent,
} from '../helpers/agent.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** A figure of an .frd line, by its column. */
const column = (line: string, n: number) => Number(line.slice(13 + 12 * n, 25 + 12 * n))

/** What a client does, against any agent. */
function client(url: string, token: string) {
  async function ask<T>(path: string, body?: unknown): Promise<T> {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    }
    const init = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) }
    const answer = await fetch(url + path, init)
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as T
  }
  const text = async (path: string) => {
    const answer = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } })
    return answer.text()
  }
  const job = async (id: string) => (await ask<{ job: Job & { logTail: string[] } }>(`/api/v2/jobs/${id}`)).job
  return {
    ask,
    text,
    job,
    async ended(id: string, ms: number) {
      for (const deadline = Date.now() + ms; Date.now() < deadline; await pause(50)) {
        const now = await job(id)
        if (jobHasEnded(now.state)) return now
      }
      throw new Error(`job ${id} has not ended in ${ms} ms`)
    },
    async run(templateId: string, parameters: object, exchange: Record<string, string> = {}) {
      const { files } = await ask<ExamplesAnswer>(`/api/v2/templates/${templateId}/examples`, { label: 'test' })
      const given = files.map(({ slot, uploadId }) => ({ slot, uploadId: exchange[slot] ?? uploadId }))
      const submission = { name: 'a real run', template_id: templateId, parameters, files: given }
      return (await ask<{ job: Job }>('/api/jobs/submit', submission)).job
    },
    /** Points of the convergence: abscissa and values by series name. */
    async points(id: string) {
      const lines = (await text(`/api/v2/jobs/${id}/convergence`))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as ConvergenceLine)
      const series = lines.flatMap((line) => ('head' in line ? line.head.series : []))
      const rows = lines.flatMap((line) => ('rows' in line ? line.rows : []))
      return rows.map(([, x, ...values]) => ({
        x: Number(x),
        values: Object.fromEntries(series.map(({ name }, index) => [name, values[index] ?? null])),
      }))
    },
    results: async (id: string) => {
      const { values } = await ask<{ values: ResultValue[] }>(`/api/v2/jobs/${id}/results`)
      return Object.fromEntries(values.map(({ key, value, problem }) => [key, value ?? problem]))
    },
    files: async (id: string) => (await ask<{ files: ResultFile[] }>(`/api/v2/jobs/${id}/files`)).files,
    /** Small files, the portals' way. */
    async upload(name: string, content: string) {
      const bytes = Buffer.from(content)
      const start = { filename: name, file_size: bytes.length }
      const { upload_id: id } = await ask<{ upload_id: string }>('/api/v2/files/upload/init', start)
      const form = new FormData()
      form.set('upload_id', id)
      form.set('chunk_index', '0')
      form.set('chunk', new Blob([bytes]))
      const chunk = await fetch(`${url}/api/v2/files/upload/chunk`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: form,
      })
      if (!chunk.ok) throw new Error(await chunk.text())
      await ask('/api/v2/files/upload/complete', { upload_id: id })
      return id
    },
  }
}

describe('the shipped templates do real work', () => {
  let agent: TestAgent
  let jin: ReturnType<typeof client>
  beforeAll(async () => {
    agent = await startAgent({ environment: { HEADWAY_CORES: '2', RATE_LIMIT_ENABLED: '0' } })
    jin = client(agent.url, await agent.token('jin'))
  })
  afterAll(() => agent.close())

  test('heat conduction on the example plate, with Node alone', async () => {
    const { id } = await jin.run('heat-triangle', { refine: 1 })
    const job = await jin.ended(id, 40_000)
    expect(job).toMatchObject({ state: 'completed', exitCode: 0, hasConvergence: true })
    const points = await jin.points(id)
    expect(points.length).toBeGreaterThan(100)
    expect(points.at(-1)?.values['residual']).toBeLessThanOrEqual(1e-9)
    const values = await jin.results(id)
    expect(values).toMatchObject({ temperature_min: expect.closeTo(20, 6) as number })
    expect(Number(values['temperature_max'])).toBeGreaterThan(180 - 1e-6)
    const files = await jin.files(id)
    expect(files.filter(({ main }) => main).map(({ path }) => path)).toEqual(['plate.txt', 'plate.vtu'])
    expect(await jin.text(`/api/v2/jobs/${id}/files/plate.vtu`)).toMatch(/^<\?xml version="1.0"\?>\n<VTKFile/)
  })

  test('heat conduction that cannot be: the reason in words', async () => {
    const settings = await jin.upload('settings.yaml', 'temperature:\n  WARM: 3\n')
    const { id } = await jin.run('heat-triangle', { refine: 0 }, { settings })
    expect(await jin.ended(id, 20_000)).toMatchObject({
      state: 'failed',
      exitCode: 2,
      reason: 'The mesh has no boundary group "WARM"; it has COLD, HOT, HEATED.',
    })
  })

  describe.skipIf(!hasPart('gmsh') || !hasPart('ccx'))('with gmsh and CalculiX', () => {
    test('the bracket, linear: bending stress at the fillet and the reaction, by hand', async () => {
      const { id } = await jin.run('bracket-static', { analysis: 'linear', load: 500, mesh_size: 4 })
      expect(await jin.ended(id, 60_000)).toMatchObject({ state: 'completed', exitCode: 0 })
      const values = await jin.results(id)
      expect(values['reaction']).toBeCloseTo(500, 2)
      // 500 N at 60 mm, the fillet of an arm of 40 × 6 mm² begins at 14 mm: σ = 6 M / (b h²).
      const byHand = (6 * 500 * (60 - 14)) / (40 * 6 ** 2)
      expect(byHand).toBeCloseTo(95.83, 2)
      expect(Number(values['max_mises']) / byHand).toBeGreaterThan(0.95)
      expect(Number(values['max_mises']) / byHand).toBeLessThan(1.2)
    })

    test('the bracket as STEP, nonlinear: convergence, and stress held down by yielding', async () => {
      const step = await readFile(join(agent.config.assets, 'examples/bracket/bracket.step'), 'utf8')
      const geometry = await jin.upload('브래킷 (1).step', step)
      const settings = await jin.upload('few.yaml', '# coarse\nincrements: 4   # few\r\nelements_per_circle: "6"\n')
      const parameters = { analysis: 'nonlinear', load: 2400, mesh_size: 9, material: 'steel' }
      const { id } = await jin.run('bracket-static', parameters, { geometry, settings })
      const job = await jin.ended(id, 90_000)
      expect(job).toMatchObject({ state: 'completed' })
      const points = await jin.points(id)
      expect(points.length).toBeGreaterThanOrEqual(8)
      expect(points[0]?.values['residual force']).toBeGreaterThan(Number(points[1]?.values['residual force']))
      const values = await jin.results(id)
      expect(values['reaction']).toBeCloseTo(2400, 1)
      const elastic = (6 * 2400 * 46) / (40 * 36)
      expect(Number(values['max_mises'])).toBeGreaterThan(275)
      expect(Number(values['max_mises'])).toBeLessThan(elastic * 1.05)
      const main = (await jin.files(id)).filter((file) => file.main).map(({ path }) => path)
      expect(main).toEqual(['part.dat', 'part.frd'])
    })

    test('a bar in tension: far from its ends the stress is force by area', async () => {
      // A bar hanging at its top face, pulled down: σ = F / A everywhere but at the clamp, whose corners are a little above.
      const geometry = await jin.upload(
        'bar.geo',
        `SetFactory("OpenCASCADE"); Cylinder(1) = {0, 0, 0, 0, 0, 100, 10};
         Physical Surface("FIX") = Surface In BoundingBox {-11, -11, 99, 11, 11, 101};
         Physical Surface("LOAD") = Surface In BoundingBox {-11, -11, -1, 11, 11, 1};`,
      )
      const { id } = await jin.run('bracket-static', { analysis: 'linear', load: 31_416, mesh_size: 5 }, { geometry })
      expect(await jin.ended(id, 60_000)).toMatchObject({ state: 'completed' })
      const frd = await jin.text(`/api/v2/jobs/${id}/files/part.frd`)
      const block = (name: string) => {
        const from = frd.slice(frd.lastIndexOf(name))
        return from
          .slice(0, from.indexOf('\n -3'))
          .split('\n')
          .filter((line) => line.startsWith(' -1'))
      }
      const nodes = new Map(block('\n    2C').map((line) => [line.slice(3, 13), [0, 1, 2].map((n) => column(line, n))]))
      const middle = block(' -4  STRESS').filter((line) => Math.abs((nodes.get(line.slice(3, 13))?.[2] ?? 0) - 50) < 10)
      expect(middle.length).toBeGreaterThan(20)
      const axial = middle.map((line) => column(line, 2))
      const mean = axial.reduce((sum, value) => sum + value, 0) / axial.length
      // 31416 N on 100 π mm²; the polygon of the mesh is a little less than the circle.
      expect(mean).toBeGreaterThan(99.5)
      expect(mean).toBeLessThan(104)
      expect(Math.max(...axial) - Math.min(...axial)).toBeLessThan(0.08 * mean)
    })

    const broken: [string, Record<string, [string, string]>, object, RegExp][] = [
      [
        'no solid',
        { geometry: ['plane.geo', 'Point(1) = {0,0,0}; Point(2) = {1,0,0}; Line(1) = {1,2};'] },
        {},
        /no volume to mesh/,
      ],
      ['no geometry at all', { geometry: ['bad.geo', 'this is no geometry'] }, {}, /^gmsh: .*part_input/],
      [
        'a setting out of range',
        { settings: ['s.yaml', 'increments: 0\n'] },
        {},
        /"increments" must be between 1 and 1000/,
      ],
      [
        'a setting that is no number',
        { settings: ['s.yaml', 'threads: $(id)\n'] },
        {},
        /"threads" must be a whole number/,
      ],
      [
        'more load than it can carry',
        {
          // 100 mm² of steel that flows at 430 MPa cannot hold 60 kN.
          geometry: [
            'bar.geo',
            'SetFactory("OpenCASCADE"); Box(1) = {0, 0, 0, 10, 10, 30}; Physical Surface("FIX") = {6}; Physical Surface("LOAD") = {5};',
          ],
          settings: ['s.yaml', 'increments: 2\n'],
        },
        { load: 60_000, mesh_size: 20 },
        /^The solution diverges beyond \d+ % of the load/,
      ],
    ]
    test.each(broken)(
      '%s: the job fails with the reason in words',
      { timeout: 120_000 },
      async (_what, exchange, parameters, reason) => {
        const ids: Record<string, string> = {}
        for (const [slot, [name, content]] of Object.entries(exchange)) ids[slot] = await jin.upload(name, content)
        const { id } = await jin.run('bracket-static', parameters, ids)
        const job = await jin.ended(id, 110_000)
        expect(job.state).toBe('failed')
        expect(job.reason).toMatch(reason)
      },
    )
  })
})

test('where gmsh and CalculiX are not to be found, the bracket says so before it is submitted', async () => {
  const folder = temporaryFolder()
  const agent = await spawnAgent({
    HEADWAY_DATA: folder,
    JWT_SECRET_KEY: secret,
    HEADWAY_LOG_LEVEL: 'silent',
    PATH: join(folder, 'no-commands-here'),
  })
  try {
    const headers = { authorization: `Bearer ${await portalToken()}`, 'content-type': 'application/json' }
    const answer = await fetch(`${agent.url}/api/v2/templates/bracket-static`, { headers })
    const { template } = (await answer.json()) as { template: Template }
    expect(template.missingCommands).toEqual(expect.arrayContaining(['gmsh', 'ccx']))
    const body = JSON.stringify({ name: 'Bracket', template_id: 'bracket-static', parameters: {} })
    const refused = await fetch(`${agent.url}/api/jobs/submit`, { method: 'POST', headers, body })
    expect(refused.status).toBe(409)
    expect(await refused.json()).toMatchObject({ code: 'REQUIREMENT_MISSING' })
  } finally {
    await agent.end('SIGTERM')
    await rm(folder, { recursive: true, force: true })
  }
})

describe('an agent killed in the middle of jobs', () => {
  const agents: SpawnedAgent[] = []
  async function start(folder: string, more: Record<string, string> = {}): Promise<SpawnedAgent> {
    const base = {
      HEADWAY_DATA: folder,
      JWT_SECRET_KEY: secret,
      HEADWAY_LOG_LEVEL: 'silent',
      HEADWAY_CORES: '2',
      RATE_LIMIT_ENABLED: '0',
    }
    const agent = await spawnAgent({ ...base, ...more })
    agents.push(agent)
    return agent
  }
  afterEach(async () => {
    await Promise.all(agents.splice(0).map((agent) => agent.end('SIGKILL')))
  })

  test('finds them again: running, ended meanwhile, and still to come; each ran once', async () => {
    const folder = temporaryFolder()
    const token = await portalToken()
    const first = await start(folder)
    const before = client(first.url, token)
    const submit = async (command: string, key: string) =>
      (await before.ask<{ job_id: string }>('/api/jobs/submit', { name: key, command, idempotency_key: key })).job_id
    const gate = join(folder, 'go-on')
    const long = await submit(
      `echo began >> began; seq 5; while [ ! -e ${gate} ]; do sleep 0.05; done; seq 6 9; exit 4`,
      'long',
    )
    const short = await submit('echo began >> began; sleep 0.5; exit 9', 'short')
    const queued = await submit('echo began >> began; echo queued', 'queued')
    while ((await before.job(short)).state === 'pending') await pause(20)
    await first.end('SIGKILL')
    await pause(1000)

    const second = await start(folder, { HEADWAY_END_JOBS: '1' })
    const after = client(second.url, token)
    expect(await after.ended(short, 5000)).toMatchObject({ state: 'failed', exitCode: 9, reason: 'exit code 9' })
    expect(await after.job(long)).toMatchObject({ state: 'running' })
    const again = await after.ask<{ job_id: string }>('/api/jobs/submit', {
      name: 'x',
      command: 'false',
      idempotency_key: 'long',
    })
    expect(again.job_id).toBe(long)
    // The log goes on where it was, and ends with the job.
    const log = after.text(`/api/v2/jobs/${long}/log?follow=1`)
    await pause(200)
    await writeFile(gate, '')
    expect(await log).toBe('1\n2\n3\n4\n5\n6\n7\n8\n9\n')
    expect(await after.ended(long, 10_000)).toMatchObject({ state: 'failed', exitCode: 4 })
    expect(await after.ended(queued, 10_000)).toMatchObject({ state: 'completed' })
    for (const id of [long, short, queued]) expect(await after.text(`/api/v2/jobs/${id}/files/began`)).toBe('began\n')
  })

  test(
    'killed at any moment around submissions, each key makes one job that runs once',
    { timeout: 120_000 },
    async () => {
      const folder = temporaryFolder()
      const token = await portalToken()
      const keys = Array.from({ length: 24 }, (_, index) => `key-${index}`)
      const open = new Set(keys)
      // Deterministic, spread over the whole of a submission and its start.
      const delays = [3, 5, 8, 12, 18, 25, 40, 60]
      for (const delay of delays) {
        const agent = await start(folder)
        const mine = client(agent.url, token)
        const sending = [...open].slice(0, 6).map((key) =>
          mine.ask('/api/jobs/submit', { name: key, command: 'echo ran >> ran', idempotency_key: key }).then(
            () => open.delete(key),
            // The answer died with the agent; whether the job did not is what this is about.
            () => false,
          ),
        )
        await pause(delay)
        await agent.end('SIGKILL')
        await Promise.all(sending)
      }
      const last = await start(folder, { HEADWAY_END_JOBS: '1' })
      const mine = client(last.url, token)
      const ids = new Set<string>()
      for (const key of keys) {
        const submission = { name: key, command: 'echo ran >> ran', idempotency_key: key }
        ids.add((await mine.ask<{ job_id: string }>('/api/jobs/submit', submission)).job_id)
      }
      expect(ids.size).toBe(keys.length)
      const { total } = await mine.ask<{ total: number }>('/api/v2/jobs?limit=100')
      expect(total).toBe(keys.length)
      for (const id of ids) {
        expect(await mine.ended(id, 20_000)).toMatchObject({ state: 'completed' })
        expect(await mine.text(`/api/v2/jobs/${id}/files/ran`)).toBe('ran\n')
      }
    },
  )
})
