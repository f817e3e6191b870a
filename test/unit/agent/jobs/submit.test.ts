import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Job } from '../../../../contract/jobs.ts'
import { type Bench, until, workbench } from './workbench.ts'

let bench: Bench
beforeAll(async () => {
  bench = await workbench({ endJobs: true })
})
afterAll(() => bench.close())

test('a command runs, its output and status are kept', async () => {
  const { id } = await bench.run('echo "out: $HEADWAY_JOB_NAME"; echo err >&2; exit 3', { name: '시험 "job"' })
  const job = await bench.ended(id)
  expect(job).toMatchObject({ state: 'failed', exitCode: 3, reason: 'exit code 3', name: '시험 "job"', user: 'kim' })
  const log = await bench.get(`/api/v2/jobs/${id}/log`)
  expect(log.body).toBe('out: 시험 "job"\nerr\n')
  expect(log.headers['content-type']).toBe('text/plain; charset=utf-8')
})

test('the same key gives the same job, and it runs once', async () => {
  const body = { idempotency_key: 'once-1' }
  const command = 'echo ran'
  const [first, second] = await Promise.all([
    bench.send('POST', '/api/jobs/submit', { name: 'a', ...body, command }),
    bench.send('POST', '/api/jobs/submit', { name: 'a', ...body, command }),
  ])
  expect(new Set([first.status, second.status])).toEqual(new Set([200, 201]))
  const id = first.json<{ job_id: string }>().job_id
  expect(second.json<{ job_id: string }>().job_id).toBe(id)
  await bench.ended(id)
  const again = await bench.send('POST', '/api/slurm/jobs/submit', { name: 'a', ...body, command })
  expect(again.status).toBe(200)
  expect(again.json<{ job: Job }>().job).toMatchObject({ id, state: 'completed' })
  expect((await bench.get(`/api/v2/jobs/${id}/log`)).body).toBe('ran\n')
  const other = await bench.send('POST', '/api/jobs/submit', { name: 'a', ...body, command }, 'lee')
  expect(other.status).toBe(201)
  expect(other.json<{ job_id: string }>().job_id).not.toBe(id)
})

test('a job sees nothing of the agent', async () => {
  process.env['JWT_SECRET_KEY'] = 'never-to-be-seen-by-a-job'
  const { id } = await bench.run('env; cat /proc/self/environ 2>/dev/null', { tasks: 2 })
  await bench.ended(id)
  delete process.env['JWT_SECRET_KEY']
  const { body } = await bench.get(`/api/v2/jobs/${id}/log`)
  expect(body).not.toContain('never-to-be-seen')
  expect(body).not.toContain('VITEST')
  const names = body.split('\n').flatMap((line) => /^([A-Z_]+)=/.exec(line)?.[1] ?? [])
  const allowed =
    /^(PATH|HOME|LANG|LC_ALL|TMPDIR|TZ|USER|LOGNAME|SHELL|PWD|OLDPWD|SHLVL|_|OMP_NUM_THREADS|HEADWAY_[A-Z_]+)$/
  expect(names.filter((name) => !allowed.test(name))).toEqual([])
  expect(body).toContain('OMP_NUM_THREADS=2')
})

test('inputs are linked under their names, two of a name both kept, and not listed as results', async () => {
  const one = await bench.upload('재료 data.csv', 'one\n')
  const two = await bench.upload('재료 data.csv', 'two\n')
  const log = await bench.upload('job.log', 'three\n')
  const files = [one, two, log].map((uploadId) => ({ uploadId }))
  const { id } = await bench.run('cat *.csv job-2.log; echo made > made.txt; mkdir sub; echo deep > sub/deep.frd', {
    files,
  })
  expect(await bench.ended(id)).toMatchObject({ state: 'completed' })
  expect((await bench.get(`/api/v2/jobs/${id}/log`)).body.trim().split('\n').sort()).toEqual(['one', 'three', 'two'])
  const list = (await bench.get(`/api/v2/jobs/${id}/files`)).json<{ files: { path: string; class: string }[] }>()
  expect(list.files.map(({ path }) => path).sort()).toEqual(['job.log', 'made.txt', 'sub/deep.frd'])
  expect(list.files.find(({ path }) => path === 'sub/deep.frd')?.class).toBe('result')
})

test('another user is refused, an admin is not', async () => {
  const { id } = await bench.run('true')
  await bench.ended(id)
  for (const path of ['', '/log', '/files', '/files/job.log', '/results', '/convergence']) {
    expect((await bench.get(`/api/v2/jobs/${id}${path}`, 'lee')).status).toBe(403)
  }
  expect((await bench.send('POST', `/api/v2/jobs/${id}/cancel`, {}, 'lee')).status).toBe(403)
  expect((await bench.get(`/api/v2/jobs/${id}`, 'admin')).status).toBe(200)
  expect((await bench.get('/api/v2/jobs/999999')).status).toBe(404)
  const own = (await bench.get('/api/v2/jobs', 'lee')).json<{ jobs: Job[] }>().jobs
  expect(own.every(({ user }) => user === 'lee')).toBe(true)
  const page = await bench.get('/api/v2/jobs?limit=2&all=1', 'admin')
  expect(page.json<{ jobs: Job[] }>().jobs).toHaveLength(2)
  expect(Number(page.headers['x-total-count'])).toBeGreaterThan(2)
})

const submit = async (more: object) => bench.send('POST', '/api/jobs/submit', { name: 'x', command: 'true', ...more })

test('what can never run is refused with a sentence', async () => {
  const wide = await submit({ tasks: 99 })
  expect(wide.status).toBe(400)
  expect(wide.json<{ error: string }>().error).toContain('99 tasks')
  expect((await submit({ partition: 'gpu' })).status).toBe(400)
  expect((await submit({ nodes: 2 })).status).toBe(400)
  expect((await submit({ time: 'soon' })).status).toBe(400)
  expect((await submit({ template_id: 'bracket-static' })).status).toBe(400)
  expect((await submit({ files: [{ uploadId: 'unknown' }] })).status).toBe(404)
  // A refused submission leaves its key free.
  const key = { idempotency_key: 'refused-then-good' }
  expect((await submit({ ...key, tasks: 99 })).status).toBe(400)
  expect((await submit({ ...key, tasks: 1 })).status).toBe(201)
})

test('every change of a job is told to its user, in order', async () => {
  const { id } = await bench.run('sleep 0.2')
  await bench.ended(id)
  await until(
    () =>
      bench.events.some(
        (event) => event.type === 'job_update' && event.data.state === 'completed' && event.data.id === id,
      ),
    'told',
  )
  const states = bench.events.flatMap((event) =>
    event.type === 'job_update' && event.data.id === id ? [event.data.state] : [],
  )
  expect(states).toEqual(['pending', 'running', 'completed'])
})

test('a download is ranged, never shown, and cannot leave the folder of the job', async () => {
  const { id } = await bench.run(`printf 0123456789 > '결과 <b>.html'; ln -s /etc/passwd stolen; mkfifo pipe`)
  await bench.ended(id)
  const path = `/api/v2/jobs/${id}/files/${encodeURIComponent('결과 <b>.html')}`
  const all = await bench.get(path)
  expect(all.body).toBe('0123456789')
  expect(all.headers).toMatchObject({
    'content-type': 'application/octet-stream',
    'x-content-type-options': 'nosniff',
    'accept-ranges': 'bytes',
    'content-length': '10',
  })
  expect(all.headers['content-disposition']).toBe(
    `attachment; filename="__ <b>.html"; filename*=UTF-8''${encodeURIComponent('결과 <b>.html')}`,
  )
  const range = (value: string) => bench.get(path, 'kim', { range: value })
  const middle = await range('bytes=2-4')
  expect([middle.status, middle.body, middle.headers['content-range']]).toEqual([206, '234', 'bytes 2-4/10'])
  expect((await range('bytes=-3')).body).toBe('789')
  expect((await range('bytes=8-99')).body).toBe('89')
  expect((await range('bytes=10-')).status).toBe(416)
  for (const name of ['stolen', 'pipe', '..%2f..%2fheadway.db', '../../headway.db', '.headway/script', '%2e%2e/x']) {
    const answer = await bench.get(`/api/v2/jobs/${id}/files/${name}`)
    expect([400, 403, 404]).toContain(answer.status)
  }
  const { files } = (await bench.get(`/api/v2/jobs/${id}/files`)).json<{ files: { path: string }[] }>()
  expect(files.map((file) => file.path)).toEqual(['job.log', '결과 <b>.html'])
})

test('a failed job says why in the words it left', async () => {
  const { id } = await bench.run(`printf 'The mesh is empty.\\n' > "$HEADWAY_REASON"; exit 1`)
  expect(await bench.ended(id)).toMatchObject({ state: 'failed', exitCode: 1, reason: 'The mesh is empty.' })
})

test('scripts and logs are for their owner alone', async () => {
  const { id } = await bench.run('umask; stat -c %a . .headway/script job.log')
  await bench.ended(id)
  expect((await bench.get(`/api/v2/jobs/${id}/log`)).body).toBe('0077\n700\n700\n600\n')
  const script = await readFile(bench.inRun(id, '.headway/script'), 'utf8')
  expect(script).toMatch(/^#!\/bin\/bash\numask/)
})
