import { rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Job } from '../../contract/jobs.ts'
import { portalToken, secret, spawnAgent, type SpawnedAgent, temporaryFolder } from '../helpers/agent.ts'
import { type Cluster, hasCluster, sharedCluster } from '../helpers/cluster.ts'

const patience = { timeout: 60_000, interval: 200 }

describe.runIf(hasCluster)('requests that are sent again, on a real Slurm', () => {
  let cluster: Cluster
  let agent: SpawnedAgent
  const data = temporaryFolder()
  const submitted: string[] = []
  const start = () =>
    spawnAgent({
      HEADWAY_DATA: data,
      HEADWAY_SCHEDULER: 'slurm',
      SLURM_CONF: cluster.conf,
      JWT_SECRET_KEY: secret,
      RATE_LIMIT_ENABLED: '0',
    })
  beforeAll(async () => {
    cluster = await sharedCluster()
    agent = await start()
  }, 120_000)
  afterAll(async () => {
    if (submitted.length > 0) await cluster.run('scancel', submitted).catch(() => '')
    await agent?.end()
    await cluster?.close()
    rmSync(data, { recursive: true, force: true })
  })

  async function post(path: string, body: object, key?: string) {
    const headers = {
      authorization: `Bearer ${await portalToken()}`,
      'content-type': 'application/json',
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    }
    const answer = await fetch(agent.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: answer.status, text: await answer.text() }
  }
  async function run(): Promise<string> {
    const answer = await post('/api/jobs/submit', { name: 'again', command: 'sleep 600', time: 15, memory_mb: 100 })
    expect(answer.status, answer.text).toBe(201)
    const { job_id: id } = JSON.parse(answer.text) as { job_id: string }
    submitted.push(id)
    return id
  }
  async function jobOf(id: string): Promise<Job> {
    const headers = { authorization: `Bearer ${await portalToken()}` }
    return ((await (await fetch(`${agent.url}/api/v2/jobs/${id}`, { headers })).json()) as { job: Job }).job
  }

  /** It dies when all is done, and no answer is stored yet. */
  async function dieBeforeAnswers(): Promise<void> {
    await agent.end('SIGKILL')
    const database = new DatabaseSync(join(data, 'headway.db'), { timeout: 5000 })
    database.exec('UPDATE idempotent_requests SET status = NULL, answer = NULL')
    database.close()
    agent = await start()
  }

  it('are done once, answered the same, and seen to be done after a crash', { timeout: 240_000 }, async () => {
    const ids = [await run(), await run()]
    const [back = '', over = ''] = ids
    await expect
      .poll(async () => (await Promise.all(ids.map(jobOf))).map(({ state }) => state), patience)
      .toEqual(['running', 'running'])
    const requeue = () => post('/api/v2/jobs/change', { ids: [back], change: { action: 'requeue' } }, 'requeue')
    const cancel = () => post(`/api/v2/jobs/${over}/change`, { action: 'cancel' }, 'cancel')
    for (const send of [requeue, cancel]) {
      const twins = await Promise.all([send(), send()])
      expect(twins[0].status, twins[0].text).toBe(200)
      expect(twins[0].text).not.toContain('"error"')
      expect(twins[0]).toEqual(twins[1])
      expect(await send()).toEqual(twins[0])
    }
    await expect.poll(async () => (await jobOf(back)).state, patience).toBe('pending')
    await expect.poll(async () => (await jobOf(over)).state, patience).toBe('cancelled')

    await dieBeforeAnswers()
    const again = await requeue()
    expect([again.status, again.text]).toEqual([200, expect.not.stringContaining('"error"')])
    expect((await cancel()).status).toBe(200)
    expect(await jobOf(back)).toMatchObject({ state: 'pending', restarts: 1 })
  })
})
