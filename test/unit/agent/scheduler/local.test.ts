import { readFile, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { NodesStatus } from '../../../../contract/nodes.ts'
import { temporaryFolder } from '../../../helpers/agent.ts'
import { type Bench, until, workbench } from '../jobs/workbench.ts'

const benches: Bench[] = []
async function bench(options: Parameters<typeof workbench>[0] = {}): Promise<Bench> {
  const made = await workbench(options)
  benches.push(made)
  return made
}
afterEach(async () => {
  await Promise.all(benches.splice(0).map((made) => made.close().catch(() => undefined)))
})

const runFile = (b: Bench, id: string, name: string) => readFile(b.inRun(id, name), 'utf8').catch(() => '')
const isRunning = async (pid: number) => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return stat !== '' && !/\) [ZX]/.test(stat)
}

test('jobs start in the order they came, as far as the cores reach', async () => {
  const b = await bench({ cores: 2, endJobs: true })
  const gate = join(temporaryFolder(), 'open')
  const hold = `while [ ! -e ${gate} ]; do sleep 0.02; done`
  const first = await b.run(hold)
  const wide = await b.run('date +%s%N > began', { tasks: 2 })
  const narrow = await b.run('date +%s%N > began', { tasks: 1 })
  await until(async () => (await b.job(first.id)).state === 'running', 'first runs')
  await until(async () => (await b.job(narrow.id)).reason === 'Priority', 'the narrow one waits behind the wide one')
  expect(await b.job(wide.id)).toMatchObject({ state: 'pending', reason: 'Resources' })
  const status = (await b.get('/api/nodes/status')).json<NodesStatus>()
  expect(status).toMatchObject({
    total: 1,
    online: 1,
    nodes: { [hostname()]: { cpus: '1/1/0/2', state: 'mixed', partitions: ['compute'] } },
  })
  await writeFile(gate, '')
  for (const job of [first, wide, narrow]) expect(await b.ended(job.id)).toMatchObject({ state: 'completed' })
  const began = await Promise.all([wide, narrow].map(async ({ id }) => BigInt((await runFile(b, id, 'began')).trim())))
  expect(began[0]).toBeLessThan(began[1] ?? 0n)
  const ends = await Promise.all([first, wide].map(async ({ id }) => (await b.job(id)).endedAt ?? ''))
  const starts = await Promise.all([wide, narrow].map(async ({ id }) => (await b.job(id)).startedAt ?? ''))
  expect(starts[0] && starts[0] >= (ends[0] ?? '~')).toBe(true)
  expect(starts[1] && starts[1] >= (ends[1] ?? '~')).toBe(true)
})

test('cancelling ends the whole process group, also what ignores SIGTERM', { timeout: 20_000 }, async () => {
  const b = await bench({ endJobs: true })
  const script = `bash -c 'trap "" TERM; echo $$ > stubborn; while :; do sleep 0.1; done' &
sleep 300 & echo $! > gentle
echo $$ > own
wait`
  const { id } = await b.run(script)
  await until(async () => (await runFile(b, id, 'own')) !== '' && (await runFile(b, id, 'stubborn')) !== '', 'all run')
  const pids = await Promise.all(['own', 'stubborn', 'gentle'].map(async (name) => Number(await runFile(b, id, name))))
  expect(await Promise.all(pids.map(isRunning))).toEqual([true, true, true])
  const answer = await b.send('POST', `/api/v2/jobs/${id}/cancel`, {})
  expect(answer.status).toBe(200)
  expect(await b.ended(id)).toMatchObject({ state: 'cancelled' })
  await until(async () => !(await Promise.all(pids.map(isRunning))).includes(true), 'the group is gone')
  expect((await b.send('POST', `/api/v2/jobs/${id}/cancel`, {})).status).toBe(409)
})

test('a job that waits is cancelled without ever running', async () => {
  const b = await bench({ cores: 1, endJobs: true })
  const first = await b.run('sleep 300')
  const second = await b.run('echo ran > ran')
  expect((await b.send('POST', `/api/v2/jobs/${second.id}/cancel`, {})).json()).toMatchObject({
    job: { state: 'cancelled' },
  })
  await b.send('POST', `/api/v2/jobs/${first.id}/cancel`, {})
  await b.ended(first.id)
  expect(await runFile(b, second.id, 'ran')).toBe('')
  expect(await b.job(second.id)).toMatchObject({ state: 'cancelled' })
})

test('the time limit ends a job', async () => {
  const b = await bench({ endJobs: true })
  const { id } = await b.run('sleep 300', { time: '00:01:00' })
  await until(async () => (await b.job(id)).state === 'running', 'it runs')
  b.advance(61_000)
  expect(await b.ended(id)).toMatchObject({ state: 'timeout', reason: 'Time limit of 1 min reached' })
})

test('what a job leaves running in the background ends with it', async () => {
  const b = await bench({ endJobs: true })
  const { id } = await b.run('sleep 300 & echo $! > left; exit 7')
  expect(await b.ended(id)).toMatchObject({ state: 'failed', exitCode: 7 })
  const pid = Number(await runFile(b, id, 'left'))
  await until(async () => !(await isRunning(pid)), 'the background process is gone')
})

test('jobs outlive the agent: found again, their status exact, the lost one named so', async () => {
  const folder = temporaryFolder()
  const gate = join(folder, 'open')
  const before = await bench({ folder, cores: 4 })
  const running = await before.run(`while [ ! -e ${gate} ]; do sleep 0.02; done; echo found; exit 5`)
  const short = await before.run('sleep 0.3; exit 9')
  const doomed = await before.run('echo $$ > own; sleep 300')
  const waiting = await before.run('echo ran >> ran', { tasks: 4 })
  await until(async () => (await runFile(before, doomed.id, 'own')) !== '', 'all run')
  await until(async () => (await before.job(running.id)).state === 'running', 'all run')
  await before.stop()

  const leader = Number((await runFile(before, doomed.id, '.headway/claim')).split(' ')[0])
  process.kill(-leader, 'SIGKILL')
  await until(async () => !(await isRunning(leader)), 'the doomed one is gone')
  await until(async () => (await runFile(before, short.id, '.headway/exit')).trim() !== '', 'the short one has ended')

  const after = await bench({ folder, cores: 4, endJobs: true })
  expect(await after.ended(short.id)).toMatchObject({ state: 'failed', exitCode: 9, reason: 'exit code 9' })
  expect(await after.ended(doomed.id)).toMatchObject({ state: 'lost' })
  expect((await after.job(doomed.id)).reason).toContain('gone when the agent came back')
  expect(await after.job(running.id)).toMatchObject({ state: 'running' })
  expect(await after.job(waiting.id)).toMatchObject({ state: 'pending' })
  await writeFile(gate, '')
  expect(await after.ended(running.id)).toMatchObject({ state: 'failed', exitCode: 5 })
  expect((await after.get(`/api/v2/jobs/${running.id}/log`)).body).toBe('found\n')
  expect(await after.ended(waiting.id)).toMatchObject({ state: 'completed' })
  expect(await runFile(after, waiting.id, 'ran')).toBe('ran\n')
})

test('one whose start the agent did not live to see is lost too, when it is gone without a status', async () => {
  const folder = temporaryFolder()
  const before = await bench({ folder })
  const { id } = await before.run('sleep 300')
  await until(async () => (await before.job(id)).state === 'running', 'it runs')
  await before.stop()
  const leader = Number((await readFile(before.inRun(id, '.headway/claim'), 'utf8')).split(' ')[0])
  process.kill(-leader, 'SIGKILL')
  await until(async () => !(await isRunning(leader)), 'it is gone')
  before.sql("update local_runs set state = 'starting'")
  const after = await bench({ folder, endJobs: true })
  expect(await after.ended(id)).toMatchObject({ state: 'lost' })
})

test('a pid that belongs to another process now is not ours', async () => {
  const folder = temporaryFolder()
  const before = await bench({ folder })
  const { id } = await before.run('sleep 300')
  await until(async () => (await before.job(id)).state === 'running', 'it runs')
  await before.stop()
  const claim = before.inRun(id, '.headway/claim')
  const [pid, boot] = (await readFile(claim, 'utf8')).split(' ')
  process.kill(-Number(pid), 'SIGKILL')
  // This very test's process, with a start time that is not its own.
  await writeFile(claim, `${process.pid} ${boot} 1\n`)
  const after = await bench({ folder, endJobs: true })
  expect(await after.ended(id)).toMatchObject({ state: 'lost' })
})

test('an agent that died between asking for a start and seeing it starts the job once', async () => {
  const folder = temporaryFolder()
  const before = await bench({ folder })
  const { id } = await before.run('echo ran >> ran; sleep 0.5')
  await until(async () => (await runFile(before, id, 'ran')) !== '', 'it runs')
  before.sql("UPDATE local_runs SET state = 'starting', started_at = NULL")
  await before.stop()
  const after = await bench({ folder, endJobs: true })
  expect(await after.ended(id)).toMatchObject({ state: 'completed', exitCode: 0 })
  expect(await runFile(after, id, 'ran')).toBe('ran\n')
})

test('a submission stored by an agent that died is handed over by the next one, once', async () => {
  const folder = temporaryFolder()
  const before = await bench({ folder })
  const upload = await before.upload('in.txt', 'input')
  const files = [{ uploadId: upload }]
  const { id } = await before.run('cat in.txt; echo ran >> ran', { idempotency_key: 'k', files })
  await before.ended(id)
  // As a crash between "stored" and "accepted" leaves it: the scheduler may or may not know the job.
  before.sql("UPDATE job_history SET job_id = NULL, state = 'pending', ended_at = NULL")
  await before.stop()
  const after = await bench({ folder, endJobs: true })
  const again = await after.send('POST', '/api/jobs/submit', { name: 'x', command: 'false', idempotency_key: 'k' })
  expect(again.status).toBe(200)
  expect(again.json()).toMatchObject({ job_id: id })
  expect(await after.ended(id)).toMatchObject({ state: 'completed' })
  expect(await runFile(after, id, 'ran')).toBe('ran\n')
})

test('a database begun anew does not take an old folder for its own job', async () => {
  const folder = temporaryFolder()
  const before = await bench({ folder, environment: { HEADWAY_UPLOADS: join(folder, 'uploads') } })
  const first = await before.run('exit 9')
  await before.ended(first.id)
  await before.stop()
  const environment = { HEADWAY_UPLOADS: join(folder, 'uploads'), HEADWAY_DATA: join(folder, 'other') }
  const after = await bench({ folder, environment, endJobs: true })
  const second = await after.run('echo fresh')
  expect(second.id).toBe(first.id)
  expect(await after.ended(second.id)).toMatchObject({ state: 'completed' })
  expect((await after.get(`/api/v2/jobs/${second.id}/log`)).body).toBe('fresh\n')
})

test('an agent that ends its jobs with itself leaves none running', { timeout: 20_000 }, async () => {
  const folder = temporaryFolder()
  const b = await bench({ folder, cores: 2, endJobs: true })
  const gentle = await b.run('echo $$ > own; sleep 300')
  const stubborn = await b.run(`trap '' TERM; echo $$ > own; while :; do sleep 0.1; done`)
  const waiting = await b.run('true', { tasks: 2 })
  const pids: number[] = []
  for (const { id } of [gentle, stubborn]) {
    await until(async () => (await runFile(b, id, 'own')) !== '', 'it runs')
    pids.push(Number(await runFile(b, id, 'own')))
  }
  await b.stop()
  expect(await Promise.all(pids.map(isRunning))).toEqual([false, false])
  const after = await bench({ folder, cores: 2, endJobs: true })
  for (const { id } of [gentle, stubborn]) expect(await after.job(id)).toMatchObject({ state: 'cancelled' })
  expect(await after.ended(waiting.id)).toMatchObject({ state: 'completed' })
})
