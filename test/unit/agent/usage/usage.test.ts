import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JobUsage } from '../../../../contract/usage.ts'
import { MOST_SAMPLES, thinned } from '../../../../agent/src/usage/store.ts'
import { type Bench, until, workbench } from '../jobs/workbench.ts'

let bench: Bench
beforeAll(async () => {
  bench = await workbench({ cores: 4, endJobs: true })
})
afterAll(() => bench.close())

const usageOf = async (id: string, user = 'kim') => (await bench.get(`/api/v2/jobs/${id}/usage`, user)).json<JobUsage>()
/** Keeps one core busy until a file appears in the job's folder. */
const busy = 'while [ ! -e stop ]; do i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; done'

describe('what a job uses', () => {
  it('is nothing before it runs, and for nobody else', async () => {
    const later = new Date(Date.now() + 3_600_000).toISOString()
    const job = await bench.run('true', { options: { begin: later } })
    expect(await usageOf(job.id)).toEqual({ samples: [], complete: false })
    expect((await bench.get(`/api/v2/jobs/${job.id}/usage`, 'lee')).status).toBe(403)
    expect((await bench.get('/api/v2/jobs/999999/usage')).status).toBe(404)
    await bench.send('POST', `/api/v2/jobs/${job.id}/cancel`)
  })

  it('is measured while somebody looks, no oftener than every ten seconds, and as a whole in the end', async () => {
    const { id } = await bench.run(busy, { memory_mb: 512 })
    await until(async () => (await bench.job(id)).state === 'running', 'running')
    const first = await usageOf(id)
    expect(first).toMatchObject({ complete: false, samples: [{ memoryLimitBytes: 512 * 2 ** 20 }] })
    expect((await usageOf(id)).samples).toHaveLength(1)
    bench.advance(11_000)
    expect((await usageOf(id)).samples).toHaveLength(2)

    await bench.run(`touch ${bench.inRun(id, 'stop')}`)
    await bench.ended(id)
    await until(async () => (await usageOf(id)).final !== undefined, 'its final figures')
    const { final, samples, complete } = await usageOf(id)
    expect(complete).toBe(true)
    expect(samples).toHaveLength(2)
    expect(final?.elapsedSeconds).toBeGreaterThan(0)
    expect(final?.coreSeconds).toBeGreaterThan(0)
    const [row] = bench.sql('SELECT state, elapsed_seconds, template_id FROM job_usage WHERE number = ?', id)
    expect(row).toMatchObject({ state: 'completed', template_id: null })
    expect(Number(row?.['elapsed_seconds'])).toBeGreaterThan(0)
  })

  it('is kept of runs of a template, for the next one', async () => {
    const uploadIds = []
    for (const name of ['plate.msh', 'settings.yaml']) {
      const text = await readFile(new URL(`../../../../assets/examples/heat/${name}`, import.meta.url), 'utf8')
      uploadIds.push(await bench.upload(name, text))
    }
    const [mesh, settings] = uploadIds
    const catalogue = (await bench.get('/api/v2/templates/heat-triangle')).json<{
      template: { files: { key: string }[]; version: number }
    }>()
    const [meshSlot, settingsSlot] = catalogue.template.files
    const answer = await bench.send('POST', '/api/jobs/submit', {
      name: 'plate',
      template_id: 'heat-triangle',
      parameters: { refine: 0, digits: 3 },
      files: [
        { uploadId: mesh, slot: meshSlot?.key },
        { uploadId: settings, slot: settingsSlot?.key },
      ],
    })
    const { job_id: id } = answer.json<{ job_id: string }>()
    expect((await bench.ended(id)).state).toBe('completed')
    await until(
      () =>
        bench.sql("SELECT 1 FROM job_usage WHERE template_id = 'heat-triangle' AND state = 'completed'").length === 1,
      'a run of the template',
    )
  })
})

const at = (index: number) => ({ at: new Date(index * 1000).toISOString() })

describe('a long course', () => {
  it('is kept whole and more coarsely', () => {
    let samples = [at(0)]
    for (let index = 1; index <= 5000; index++) samples = thinned([...samples, at(index)])
    expect(samples.length).toBeLessThanOrEqual(MOST_SAMPLES)
    expect(samples[0]).toEqual(at(0))
    expect(samples.at(-1)).toEqual(at(5000))
    const firstHalf = samples.filter(({ at: time }) => time < at(2500).at).length
    expect(firstHalf).toBeGreaterThan(samples.length * 0.3)
    expect(firstHalf).toBeLessThan(samples.length * 0.7)
  })
})
