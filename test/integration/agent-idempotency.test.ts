import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Job, jobHasEnded } from '../../contract/jobs.ts'
import { portalToken, secret, spawnAgent, type SpawnedAgent, temporaryFolder } from '../helpers/agent.ts'

const PATIENCE = { timeout: 20_000 }
const data = temporaryFolder()
let agent: SpawnedAgent

const start = async () => {
  agent = await spawnAgent({
    HEADWAY_DATA: data,
    HEADWAY_SCHEDULER: 'local',
    HEADWAY_CORES: '8',
    HEADWAY_END_JOBS: '1',
    JWT_SECRET_KEY: secret,
    RATE_LIMIT_ENABLED: '0',
  })
}
beforeAll(start, 60_000)
afterAll(async () => {
  await agent.end()
  rmSync(data, { recursive: true, force: true })
})

interface Sent {
  method?: string
  body?: object
  key?: string
  user?: string
}

async function send(path: string, { method = 'POST', body, key, user = 'kim' }: Sent = {}) {
  const token = await portalToken({ sub: user, groups: user === 'admin' ? ['admin'] : [] })
  const answer = await fetch(agent.url + path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: answer.status, text: await answer.text() }
}
const get = (path: string) => send(path, { method: 'GET' })

async function run(command: string): Promise<Job> {
  const answer = await send('/api/jobs/submit', { body: { name: 'test', command } })
  expect(answer.status, answer.text).toBe(201)
  return (JSON.parse(answer.text) as { job: Job }).job
}
const jobOf = async (id: string) => (JSON.parse((await get(`/api/v2/jobs/${id}`)).text) as { job: Job }).job
const ended = async (id: string, restarts = 0): Promise<Job> => {
  const over = async () => {
    const job = await jobOf(id)
    return jobHasEnded(job.state) && (job.restarts ?? 0) === restarts
  }
  await expect.poll(over, PATIENCE).toBe(true)
  return jobOf(id)
}
const inRun = (id: string, path: string) => join(data, 'uploads/users/kim/runs', id, path)
const privateTemplates = join(data, 'templates/private/kim')

const yaml = (id: string, command = 'true') => `id: ${id}
version: 1
name: { en: Test }
category: test
files: []
parameters: []
resources: { nodes: 1, tasks: 1, timeMinutes: 1 }
script: |
  ${command}
`

function onDisk<T>(work: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(join(data, 'headway.db'), { timeout: 5000 })
  try {
    return work(database)
  } finally {
    database.close()
  }
}

/** So often an action of `kim` on that resource is in the audit, which is written a moment later. */
const audited = (action: string, resource: string): number =>
  onDisk((database) => {
    const found = database.prepare("SELECT 1 FROM audit_logs WHERE user = 'kim' AND action = ? AND resource = ?")
    return found.all(action, resource).length
  })

/** The agent dies; `change` is what its disk has then. */
async function restart(change: (database: DatabaseSync) => void = () => {}): Promise<void> {
  await agent.end('SIGKILL')
  onDisk(change)
  await start()
}

/** As if it had died when this was done and no answer stored. */
const forgetAnswer = (key: string) => (database: DatabaseSync) => {
  const { changes } = database
    .prepare('UPDATE idempotent_requests SET status = NULL, answer = NULL WHERE key = ?')
    .run(key)
  expect(changes).toBe(1)
}

const daysAgo = (count: number) => new Date(Date.now() - count * 86_400_000).toISOString()

describe('a request that is sent again', () => {
  it('cancels a job once', { timeout: 60_000 }, async () => {
    const { id } = await run('sleep 300')
    const first = await send(`/api/v2/jobs/${id}/cancel`, { key: 'cancel' })
    expect(first.status, first.text).toBe(200)
    await ended(id)
    expect(await send(`/api/v2/jobs/${id}/cancel`, { key: 'cancel' })).toEqual(first)
    expect((await send(`/api/v2/jobs/${id}/cancel`)).status, 'without a key it is asked anew').toBe(409)
    await expect.poll(() => audited('job.cancel', id)).toBe(2)
  })

  it('puts jobs back once, also where it is sent eight times at once', { timeout: 60_000 }, async () => {
    const jobs = [await run('echo ran >> ran'), await run('echo ran >> ran')]
    for (const { id } of jobs) await ended(id)
    const ids = [...jobs.map(({ id }) => id), 'nothing']
    const body = { ids, change: { action: 'requeue' } }
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => send('/api/v2/jobs/change', { body, key: 'requeue' })),
    )
    expect(answers[0]?.status).toBe(200)
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    for (const { id } of jobs) await ended(id, 1)
    expect(await send('/api/v2/jobs/change', { body, key: 'requeue' })).toEqual(answers[0])
    for (const { id } of jobs) {
      expect(await jobOf(id)).toMatchObject({ state: 'completed', restarts: 1 })
      expect(readFileSync(inRun(id, 'ran'), 'utf8')).toBe('ran\nran\n')
    }
  })

  it('makes, moves and removes files once', { timeout: 60_000 }, async () => {
    const { id } = await run('echo x > a.txt')
    await ended(id)
    const steps: [string, object][] = [
      ['folder', { path: 'out' }],
      ['files/rename', { from: 'a.txt', to: 'out/b.txt' }],
      ['files/remove', { paths: ['out'] }],
    ]
    for (const [path, body] of steps) {
      const sent = { body, key: path.replace('/', '-') }
      const first = await send(`/api/v2/jobs/${id}/${path}`, sent)
      expect(first.status, first.text).toBeLessThan(300)
      expect(await send(`/api/v2/jobs/${id}/${path}`, sent)).toEqual(first)
      expect(await send(`/api/v2/jobs/${id}/${path}`, { body }), 'without a key').not.toEqual(first)
    }
    expect(existsSync(inRun(id, 'out'))).toBe(false)
  })

  it('makes a template once; each user has keys of their own', async () => {
    const sent = { body: { yaml: yaml('once') }, key: 'template' }
    const twins = await Promise.all([send('/api/v2/templates', sent), send('/api/v2/templates', sent)])
    expect(twins.map(({ status }) => status)).toEqual([201, 201])
    expect(twins[0]).toEqual(twins[1])
    expect((await send('/api/v2/templates', { ...sent, user: 'lee' })).status).toBe(201)
    const other = await send('/api/v2/templates', { ...sent, body: { yaml: yaml('once', 'false') } })
    expect(other.status).toBe(409)
    expect(JSON.parse(other.text)).toMatchObject({ code: 'CONFLICT', details: { header: 'idempotency-key' } })
    expect((await send('/api/v2/templates/import', sent)).status, 'another address').toBe(409)
    expect((await get('/api/v2/templates/once')).text).toContain('"script":"true\\n"')
  })

  it('is refused with the sentence it was refused with', async () => {
    const missing = { method: 'PUT', body: { yaml: yaml('later') }, key: 'put' }
    const refused = await send('/api/v2/templates/later', missing)
    expect(refused.status).toBe(404)
    expect((await send('/api/v2/templates', { body: { yaml: yaml('later') } })).status).toBe(201)
    expect(await send('/api/v2/templates/later', missing)).toEqual(refused)
    expect((await send('/api/v2/templates/later', { ...missing, key: 'put.2' })).status).toBe(200)
  })

  it.each([['no key'], ['../x'], ['x'.repeat(129)]])('needs a key that is one: %s', async (key) => {
    const answer = await send('/api/v2/templates', { body: { yaml: yaml('never') }, key })
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.text)).toMatchObject({
      error: expect.stringContaining('headers/idempotency-key'),
      code: 'VALIDATION_FAILED',
    })
    expect((await get('/api/v2/templates/never')).status).toBe(404)
  })
})

describe('after the agent has died', () => {
  it('the same is answered the same, until it is forgotten after 14 days', { timeout: 60_000 }, async () => {
    const sent = { body: { yaml: yaml('kept') }, key: 'kept' }
    const first = await send('/api/v2/templates', sent)
    expect(first.status).toBe(201)
    const young = { body: { yaml: yaml('young') }, key: 'young' }
    const second = await send('/api/v2/templates', young)
    await restart()
    expect(await send('/api/v2/templates', sent)).toEqual(first)
    await restart((database) => {
      const age = database.prepare('UPDATE idempotent_requests SET begun_at = ? WHERE key = ?')
      age.run(daysAgo(14.01), 'kept')
      age.run(daysAgo(13.99), 'young')
    })
    expect(await send('/api/v2/templates', young)).toEqual(second)
    const anew = await send('/api/v2/templates', sent)
    expect([anew.status, anew.text]).toEqual([409, expect.stringContaining('There is a template')])
  })

  it('a job that was put back, or cancelled, is seen to be', { timeout: 120_000 }, async () => {
    const back = await run('echo ran >> ran')
    const over = await run('sleep 300')
    await ended(back.id)
    const requeue = { body: { action: 'requeue' }, key: 'doubtful-requeue' }
    const cancel = { body: { action: 'cancel' }, key: 'doubtful-cancel' }
    expect((await send(`/api/v2/jobs/${back.id}/change`, requeue)).status).toBe(200)
    expect((await send(`/api/v2/jobs/${over.id}/change`, cancel)).status).toBe(200)
    await ended(back.id, 1)
    await ended(over.id)
    await restart((database) => {
      forgetAnswer('doubtful-requeue')(database)
      forgetAnswer('doubtful-cancel')(database)
    })
    const again = await send(`/api/v2/jobs/${back.id}/change`, requeue)
    expect([again.status, (JSON.parse(again.text) as { job: Job }).job]).toMatchObject([200, { restarts: 1 }])
    expect(await send(`/api/v2/jobs/${back.id}/change`, requeue)).toEqual(again)
    const cancelled = await send(`/api/v2/jobs/${over.id}/change`, cancel)
    expect([cancelled.status, cancelled.text]).toEqual([200, expect.stringContaining('"state":"cancelled"')])
    expect(await jobOf(back.id)).toMatchObject({ state: 'completed', restarts: 1 })
    expect(readFileSync(inRun(back.id, 'ran'), 'utf8')).toBe('ran\nran\n')
  })

  it('a job that was not put back yet is, once', { timeout: 120_000 }, async () => {
    const { id } = await run('echo ran >> ran')
    const { endedAt = '' } = await ended(id)
    // Begun in a later second than the job: Slurm tells no finer times.
    await expect.poll(() => Date.now(), PATIENCE).toBeGreaterThan(Date.parse(endedAt) + 1000)
    const sent = { body: { ids: [id], change: { action: 'requeue' } }, key: 'not-yet' }
    // That it has begun is stored, and then it fails.
    const trigger = `CREATE TRIGGER died AFTER INSERT ON idempotent_requests BEGIN SELECT raise(FAIL, 'died'); END`
    onDisk((database) => database.exec(trigger))
    expect((await send('/api/v2/jobs/change', sent)).status).toBe(500)
    onDisk((database) => {
      database.exec('DROP TRIGGER died')
      forgetAnswer('not-yet')(database)
    })
    expect((await jobOf(id)).restarts ?? 0).toBe(0)
    expect((await send('/api/v2/jobs/change', sent)).status).toBe(200)
    expect(await ended(id, 1)).toMatchObject({ state: 'completed' })
    expect(readFileSync(inRun(id, 'ran'), 'utf8')).toBe('ran\nran\n')
  })

  it('changes of a folder are seen to be made', { timeout: 120_000 }, async () => {
    const { id } = await run('echo x > a.txt; echo y > c.txt')
    await ended(id)
    const steps: [string, object][] = [
      ['folder', { path: 'out' }],
      ['files/rename', { from: 'a.txt', to: 'out/b.txt' }],
      ['files/remove', { paths: ['c.txt'] }],
    ]
    const sent = steps.map(([path, body], index) => ({
      path: `/api/v2/jobs/${id}/${path}`,
      body,
      key: `doubt-${index}`,
    }))
    const first = []
    for (const { path, ...one } of sent) first.push(await send(path, one))
    expect(first.map(({ status }) => status)).toEqual([201, 200, 200])
    await restart((database) => sent.forEach(({ key }) => forgetAnswer(key)(database)))
    for (const [index, { path, ...one }] of sent.entries()) expect(await send(path, one)).toEqual(first[index])
    expect(readFileSync(inRun(id, 'out/b.txt'), 'utf8')).toBe('x\n')
  })

  it('changes of templates are seen to be made', { timeout: 120_000 }, async () => {
    const create = { body: { yaml: yaml('made') }, key: 'doubt-create' }
    const replace = { method: 'PUT', body: { yaml: yaml('changed', 'false') }, key: 'doubt-replace' }
    const remove = { method: 'DELETE', key: 'doubt-remove' }
    for (const id of ['changed', 'removed']) await send('/api/v2/templates', { body: { yaml: yaml(id) } })
    expect((await send('/api/v2/templates', create)).status).toBe(201)
    expect((await send('/api/v2/templates/changed', replace)).status).toBe(200)
    expect((await send('/api/v2/templates/removed', remove)).status).toBe(200)
    await restart((database) => [create, replace, remove].forEach(({ key }) => forgetAnswer(key)(database)))
    expect((await send('/api/v2/templates', create)).status).toBe(201)
    expect((await send('/api/v2/templates/changed', replace)).status).toBe(200)
    const gone = await send('/api/v2/templates/removed', remove)
    expect([gone.status, gone.text]).toEqual([200, expect.stringContaining('is gone')])
    const names = readdirSync(privateTemplates)
    expect(names).toEqual(expect.arrayContaining(['made.yaml', 'changed.yaml']))
    expect(names).not.toContain('removed.yaml')
    expect(readFileSync(join(privateTemplates, 'changed.yaml'), 'utf8')).toBe(yaml('changed', 'false'))
  })

  it('a template of somebody else’s words is still in the way', { timeout: 120_000 }, async () => {
    const sent = { body: { yaml: yaml('taken') }, key: 'doubt-taken' }
    expect((await send('/api/v2/templates', sent)).status).toBe(201)
    await restart((database) => {
      forgetAnswer('doubt-taken')(database)
      writeFileSync(join(privateTemplates, 'taken.yaml'), yaml('taken', 'echo other words'))
    })
    expect((await send('/api/v2/templates', sent)).status).toBe(409)
  })

  it('the site’s template is never removed in place of one’s own', { timeout: 120_000 }, async () => {
    const admin = { user: 'admin' }
    const shared = { yaml: yaml('both'), visibility: 'shared' }
    expect((await send('/api/v2/templates', { ...admin, body: shared })).status).toBe(201)
    expect((await send('/api/v2/templates', { ...admin, body: { yaml: yaml('both') } })).status).toBe(201)
    const remove = { ...admin, method: 'DELETE', key: 'doubt-both' }
    expect((await send('/api/v2/templates/both', remove)).status).toBe(200)
    await restart(forgetAnswer('doubt-both'))
    const again = await send('/api/v2/templates/both', remove)
    expect([again.status, again.text]).toEqual([409, expect.stringContaining('the site')])
    expect((await send('/api/v2/templates/both', { ...admin, method: 'GET' })).status).toBe(200)
  })

  it.each([0, 3, 6, 10, 20, 40])('whatever it was at after %d ms is done once', { timeout: 120_000 }, async (ms) => {
    const { id } = await run('echo ran >> ran; echo x > a.txt')
    const { startedAt = '' } = await ended(id)
    // Times of jobs are whole seconds: begun in a later one than the job.
    await expect.poll(() => Date.now(), PATIENCE).toBeGreaterThan(Date.parse(startedAt) + 1000)
    const requests: [string, Sent][] = [
      [`/api/v2/jobs/${id}/change`, { body: { action: 'requeue' }, key: `killed-${ms}-requeue` }],
      [`/api/v2/jobs/${id}/files/rename`, { body: { from: 'a.txt', to: 'b.txt' }, key: `killed-${ms}-rename` }],
      ['/api/v2/templates', { body: { yaml: yaml(`killed-${ms}`) }, key: `killed-${ms}-create` }],
    ]
    const lost = Promise.allSettled(requests.map(([path, sent]) => send(path, sent)))
    await new Promise((resolve) => setTimeout(resolve, ms))
    await restart()
    await lost
    const again = await Promise.all(requests.map(([path, sent]) => send(path, sent)))
    expect(again.map(({ status }) => status)).toEqual([200, 200, 201])
    await ended(id, 1)
    expect(readFileSync(inRun(id, 'ran'), 'utf8')).toBe('ran\nran\n')
  })
})
