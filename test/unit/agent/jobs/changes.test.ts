import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ChangeAnswer, SubmitAnswer } from '../../../../contract/agent/jobs.ts'
import type { TemplateAnswer } from '../../../../contract/agent/templates.ts'
import type { Job, JobDetail, Resubmission } from '../../../../contract/jobs.ts'
import type { SchedulerStatus } from '../../../../contract/scheduler.ts'
import { type Bench, until, workbench } from './workbench.ts'

let bench: Bench
beforeAll(async () => {
  bench = await workbench({ endJobs: true, cores: 4 })
})
afterAll(() => bench.close())

const detail = async (id: string) => (await bench.get(`/api/v2/jobs/${id}`)).json<{ job: JobDetail }>().job
const changeMany = async (ids: string[], change: object, user?: string) =>
  bench.send('POST', '/api/v2/jobs/change', { ids, change }, user)

test('many are changed at once, each with its own answer', async () => {
  const mine = await bench.run('sleep 300')
  const waiting = await bench.run('true', { options: { dependencies: [{ type: 'afterok', job: mine.id }] } })
  const hers = await bench.run('sleep 300', {}, 'lee')
  const over = await bench.run('true')
  await bench.ended(over.id)
  const answer = await changeMany([mine.id, hers.id, 'nothing', over.id, waiting.id, mine.id], { action: 'cancel' })
  expect(answer.status).toBe(200)
  const { results } = answer.json<ChangeAnswer>()
  expect(results.map(({ id, error }) => [id, error?.code])).toEqual([
    [mine.id, undefined],
    [hers.id, 'FORBIDDEN'],
    ['nothing', 'NOT_FOUND'],
    [over.id, 'WRONG_STATE'],
    [waiting.id, undefined],
    [mine.id, undefined],
  ])
  expect(await bench.ended(mine.id)).toMatchObject({ state: 'cancelled', signal: 15 })
  expect(await bench.job(hers.id)).toMatchObject({ state: expect.stringMatching(/pending|running/) })
  await changeMany([hers.id], { action: 'cancel' }, 'lee')
  // The audit is written a moment later.
  const written = () =>
    bench.sql("SELECT resource, status, error FROM audit_logs WHERE action = 'job.cancel' AND user = 'kim'")
  await until(() => written().length >= 6, 'all are in the audit')
  expect(written()).toContainEqual({ resource: hers.id, status: 'failure', error: `Job ${hers.id} is not yours.` })
})

test('a change must be one, of no more than a thousand', async () => {
  const bodies = [
    { ids: [], change: { action: 'cancel' } },
    { ids: Array.from({ length: 1001 }, (_, n) => String(n)), change: { action: 'cancel' } },
    { ids: ['1'], change: { action: 'explode' } },
    { ids: ['1'], change: { action: 'time-limit', minutes: 0 } },
    { ids: ['../1'], change: { action: 'cancel' } },
  ]
  for (const body of bodies) expect((await bench.send('POST', '/api/v2/jobs/change', body)).status).toBe(400)
  expect((await changeMany(['1'], { action: 'cancel' }, 'nobody')).status).toBe(200)
})

test('a priority is refused in a sentence, and a longer time is not', async () => {
  const { id } = await bench.run('sleep 300', { time: 5 })
  await until(async () => (await bench.job(id)).state === 'running', 'it runs')
  const nice = await bench.send('POST', `/api/v2/jobs/${id}/change`, { action: 'nice', value: 10 })
  expect([nice.status, nice.json<{ error: string }>().error]).toEqual([400, expect.stringContaining('no priorities')])
  const longer = await bench.send('POST', `/api/v2/jobs/${id}/change`, { action: 'time-limit', minutes: 30 })
  expect(longer.json<{ job: Job }>().job).toMatchObject({ timeLimit: 30, resources: { timeMinutes: 5 } })
  const back = await bench.send('POST', `/api/v2/jobs/${id}/change`, { action: 'time-limit', minutes: 5 })
  expect(back.json<{ job: Job }>().job.timeLimit).toBeUndefined()
  await bench.send('POST', `/api/v2/jobs/${id}/cancel`, {})
})

test('an ended job put back runs again, with a log of its own', async () => {
  const { id } = await bench.run('echo ran >> ran; wc -l < ran; exit 4')
  expect(await bench.ended(id)).toMatchObject({ state: 'failed', exitCode: 4 })
  expect((await bench.send('POST', `/api/v2/jobs/${id}/change`, { action: 'requeue' })).status).toBe(200)
  await until(async () => {
    const job = await bench.job(id)
    return job.restarts === 1 && job.endedAt !== undefined
  }, 'it has run again')
  expect((await bench.get(`/api/v2/jobs/${id}/log`)).body.trim()).toBe('2')
  expect(await bench.job(id)).toMatchObject({ state: 'failed', exitCode: 4, restarts: 1 })
})

const yaml = (version: number, script: string) => `id: keep
version: ${version}
name: { en: Keep }
category: test
files: [{ key: mesh, label: { en: Mesh }, class: mesh, accept: [.msh], min: 1, max: 1 }]
parameters:
  - { key: steps, type: integer, label: { en: Steps }, minimum: 1, maximum: 9, default: 2 }
  - { key: note, type: string, label: { en: Note }, required: false }
resources: { nodes: 1, tasks: 1, timeMinutes: 7 }
script: |
  ${script}
`

test('a job keeps exactly what ran, whatever becomes of its template and files', async () => {
  const first = yaml(1, 'echo {{ parameters.steps }} {{ files.mesh }}')
  await bench.send('POST', '/api/v2/templates', { yaml: first })
  const uploadId = await bench.upload('plate.msh', '$MeshFormat\n')
  const parameters = { steps: 5 }
  const answer = await bench.send('POST', '/api/jobs/submit', {
    name: 'kept',
    template_id: 'keep',
    parameters,
    files: [{ uploadId, slot: 'mesh' }],
    tasks: 2,
    options: { environment: { A: 'b' } },
  })
  const { job_id: id } = answer.json<SubmitAnswer>()
  await bench.ended(id)
  await bench.send('PUT', '/api/v2/templates/keep', { yaml: yaml(2, 'echo changed') })
  const job = await detail(id)
  expect(job).toMatchObject({
    templateId: 'keep',
    templateVersion: 1,
    parameters,
    resources: { tasks: 2, timeMinutes: 7 },
    options: { environment: { A: 'b' } },
    inputs: [{ slot: 'mesh', uploadId, name: 'plate.msh', size: 12, digest: expect.stringMatching(/^[0-9a-f]{64}$/) }],
  })
  expect(job.script).toBe('echo 5 plate.msh\n')
  expect(await readFile(bench.inRun(id, '.headway/script'), 'utf8')).toContain(job.script)

  const again = (await bench.get(`/api/v2/jobs/${id}/submission`)).json<Resubmission>()
  expect(again).toEqual({
    submission: {
      name: 'kept',
      resources: { nodes: 1, tasks: 2, timeMinutes: 7 },
      options: { environment: { A: 'b' } },
      templateId: 'keep',
      templateVersion: 2,
      parameters,
    },
    files: [{ slot: 'mesh', uploadId, name: 'plate.msh', size: 12, missing: false }],
    template: { id: 'keep', version: 2 },
  })
  await bench.send('DELETE', `/api/v2/files/uploads/${uploadId}`)
  expect((await bench.get(`/api/v2/jobs/${id}/submission`, 'lee')).status).toBe(403)

  // A template out of it is what ran, not what the template is by now.
  const clone = await bench.send('POST', `/api/v2/jobs/${id}/template`, { id: 'keep-five', name: 'Five steps' })
  expect(clone.status).toBe(201)
  expect(clone.json<TemplateAnswer>().template).toMatchObject({
    id: 'keep-five',
    version: 1,
    name: { en: 'Five steps' },
    visibility: 'private',
    parameters: [{ key: 'steps', default: 5 }, { key: 'note' }],
    resources: { tasks: 2 },
    script: 'echo {{ parameters.steps }} {{ files.mesh }}\n',
  })
  expect((await bench.send('POST', `/api/v2/jobs/${id}/template`, { id: 'keep-five', name: 'x' })).status).toBe(409)
})

test('a command becomes a template that runs the same, whatever marks it holds', async () => {
  const command = `x='{{ not a value }}'; echo "$x" "\${x%%n*}"`
  const first = await bench.run(command)
  await bench.ended(first.id)
  const body = { id: 'of-command', name: 'Of a command' }
  expect((await bench.send('POST', `/api/v2/jobs/${first.id}/template`, body)).status).toBe(201)
  const answer = await bench.send('POST', '/api/jobs/submit', { name: 'y', template_id: 'of-command' })
  const { job_id: id } = answer.json<SubmitAnswer>()
  expect(await bench.ended(id)).toMatchObject({ state: 'completed' })
  expect((await bench.get(`/api/v2/jobs/${id}/log`)).body).toBe('{{ not a value }} {{ \n')
})

test('what runs the jobs is told to whoever may see jobs or nodes', async () => {
  const status = (await bench.get('/api/v2/scheduler')).json<SchedulerStatus>()
  expect(status).toMatchObject({
    kind: 'local',
    partitions: [{ name: 'compute', isDefault: true, cores: 4, up: true }],
  })
  expect(status.problem).toBeUndefined()
  const nothing = await bench.agent.token('mo', ['job:submit'])
  expect((await bench.agent.fetch('/api/v2/scheduler', { token: nothing })).status).toBe(403)
})
