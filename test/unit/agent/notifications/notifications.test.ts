import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NotificationList } from '../../../../contract/agent/notifications.ts'
import { Notification, type NotificationChoices } from '../../../../contract/notifications.ts'
import { Value } from 'typebox/value'
import { startAgent, temporaryFolder } from '../../../helpers/agent.ts'
import { type Bench, until, workbench } from '../jobs/workbench.ts'

const list = async (bench: Bench, query = '', user = 'kim'): Promise<NotificationList> =>
  (await bench.get(`/api/v2/notifications${query}`, user)).json<NotificationList>()
const heard = (bench: Bench): Notification[] =>
  bench.events.flatMap((event) => (event.type === 'notification' ? [event.data] : []))
const ofJob = (all: readonly Notification[], id: string) => all.filter(({ job }) => job.id === id)

describe('what users are told of their jobs', () => {
  let bench: Bench
  beforeAll(async () => {
    bench = await workbench({ cores: 4 })
  })
  afterAll(() => bench.close())

  test('a job that ran well: its start and its end, once each, to the connection and in the list', async () => {
    const { id } = await bench.run('sleep 0.2')
    await until(() => ofJob(heard(bench), id).length === 2, 'two notifications')
    const told = ofJob(heard(bench), id)
    expect(told.map(({ kind, level }) => [kind, level])).toEqual([
      ['started', 'info'],
      ['finished', 'info'],
    ])
    expect(told[1]?.ranSeconds).toBeGreaterThan(0)
    expect(told.every((notification) => Value.Check(Notification, notification))).toBe(true)
    expect(ofJob((await list(bench)).notifications, id)).toEqual(told.toReversed())
  })

  test('a failed job: how it ended in words, and the end of its log without orders to the terminal', async () => {
    const { id } = await bench.run('printf "\\033[31mlicence\\033[0m refused\\007\\n"; exit 127')
    await until(() => ofJob(heard(bench), id).some(({ kind }) => kind === 'failed'), 'the failure')
    const failure = ofJob(heard(bench), id).find(({ kind }) => kind === 'failed')
    expect(failure).toMatchObject({ level: 'error', state: 'failed', exitCode: 127, lastLines: ['licence refused'] })
    expect(failure?.message).toBe('test failed: a command was not found (exit code 127).')
  })

  test('of an array: once, with how many of its elements failed', async () => {
    const { id } = await bench.run('exit $((SLURM_ARRAY_TASK_ID % 2))', { options: { array: '0-3' } })
    await until(() => ofJob(heard(bench), id).some(({ kind }) => kind === 'failed'), 'the failure')
    const told = ofJob(heard(bench), id).filter(({ kind }) => kind !== 'started')
    expect(told).toHaveLength(1)
    expect(told[0]).toMatchObject({ elements: { failed: 2, total: 4 }, message: 'test has failed elements.' })
  })

  test('a cancelled job is no news to who cancelled it', async () => {
    const { id } = await bench.run('sleep 30')
    await until(() => ofJob(heard(bench), id).length === 1, 'the start')
    await bench.send('POST', `/api/v2/jobs/${id}/cancel`)
    await bench.ended(id)
    const after = await bench.run('true')
    await until(() => ofJob(heard(bench), after.id).some(({ kind }) => kind === 'finished'), 'a later job')
    expect(ofJob(heard(bench), id).map(({ kind }) => kind)).toEqual(['started'])
  })

  test('`after` gives what was missed, in order, and says where the limit cut it', async () => {
    const { notifications } = await list(bench)
    const [first, ...missed] = notifications.toReversed()
    expect(missed.length).toBeGreaterThan(2)
    const { notifications: rest, latest, more } = await list(bench, `?after=${first?.id}`)
    expect(rest).toEqual(missed)
    expect(more).toBe(false)
    expect(latest).toBe(missed.at(-1)?.id)
    expect(await list(bench, `?after=${first?.id}&limit=2`)).toEqual({
      notifications: rest.slice(0, 2),
      latest,
      more: true,
    })
    expect((await list(bench, `?after=${latest}`)).notifications).toEqual([])
  })

  test('nobody sees or mutes what is another’s', async () => {
    const { id } = await bench.run('true')
    await bench.ended(id)
    expect(await list(bench, '', 'lee')).toEqual({ notifications: [], latest: 0, more: false })
    expect((await bench.send('PUT', `/api/v2/notifications/muted/${id}`, undefined, 'lee')).status).toBe(403)
    expect((await bench.send('PUT', '/api/v2/notifications/muted/none')).status).toBe(404)
  })

  test('the newest 500 of a user are kept', async () => {
    bench.sql(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)
       INSERT INTO notifications (user, key, body) SELECT 'kim', 'filler ' || i, '{}' FROM n RETURNING id`,
    )
    const { id } = await bench.run('true')
    await until(() => ofJob(heard(bench), id).some(({ kind }) => kind === 'finished'), 'the end')
    const [row] = bench.sql("SELECT count(*) AS count, max(id) AS latest FROM notifications WHERE user = 'kim'")
    expect(row?.['count']).toBe(500)
    expect(row?.['latest']).toBe(ofJob(heard(bench), id).at(-1)?.id)
    bench.sql("DELETE FROM notifications WHERE key LIKE 'filler %' RETURNING id")
  })

  test('kinds that are switched off and muted jobs are not told', async () => {
    const choose = (kinds: object) => bench.send('PUT', '/api/v2/notifications/choices', { kinds })
    expect((await choose({ started: false })).json<NotificationChoices>().kinds).toEqual({
      started: false,
      finished: true,
      failed: true,
      'time-low': true,
      diverging: true,
    })
    expect((await choose({ wished: false })).status).toBe(400)
    const quiet = await bench.run('sleep 1')
    const muted = await bench.send('PUT', `/api/v2/notifications/muted/${quiet.id}`)
    expect(muted.json<NotificationChoices>().muted).toEqual([quiet.id])
    const loud = await bench.run('sleep 1.2')
    await until(() => ofJob(heard(bench), loud.id).length > 0, 'the end of the other')
    expect(ofJob(heard(bench), loud.id).map(({ kind }) => kind)).toEqual(['finished'])
    expect(ofJob(heard(bench), quiet.id)).toEqual([])
    const again = await bench.send('DELETE', `/api/v2/notifications/muted/${quiet.id}`)
    expect(again.json<NotificationChoices>().muted).toEqual([])
    await choose({ started: true })
  })
})

test('a restart tells nothing twice, and tells what ended meanwhile', { timeout: 30_000 }, async () => {
  const first = await workbench()
  const folder = first.agent.config.data
  const done = await first.run('true')
  await until(() => ofJob(heard(first), done.id).some(({ kind }) => kind === 'finished'), 'the end')
  const open = await first.run('sleep 1')
  await until(() => ofJob(heard(first), open.id).length === 1, 'the start')
  const before = await list(first)
  await first.stop()

  const second = await workbench({ folder })
  try {
    await second.ended(open.id)
    const kinds = async () => ofJob((await list(second)).notifications, open.id).map(({ kind }) => kind)
    await until(async () => (await kinds()).length === 2, 'the end is told')
    const after = await list(second)
    expect(after.notifications.length).toBe(before.notifications.length + 1)
    expect(ofJob(after.notifications, done.id)).toEqual(ofJob(before.notifications, done.id))
    expect(await kinds()).toEqual(['finished', 'started'])
  } finally {
    await second.close()
  }
})

test('a tenth of the time limit is left: said once, over restarts too', { timeout: 30_000 }, async () => {
  const bench = await workbench()
  const { id } = await bench.run('sleep 60', { time: 10 })
  await until(async () => (await bench.job(id)).state === 'running', 'it runs')
  const data = bench.agent.config.data
  await bench.stop()
  const minutes = 60_000
  const told = async (ahead: number) => {
    const environment = { HEADWAY_END_JOBS: ahead > 9.5 * minutes ? '1' : '0' }
    const agent = await startAgent({ data, environment, overrides: { now: () => new Date(Date.now() + ahead) } })
    try {
      const token = await agent.token('kim')
      const ask = async () => {
        const answer = await agent.fetch('/api/v2/notifications', { token })
        return ((await answer.json()) as NotificationList).notifications.filter(({ kind }) => kind === 'time-low')
      }
      if (ahead > 9 * minutes) await until(async () => (await ask()).length > 0, 'the warning')
      return await ask()
    } finally {
      await agent.close()
    }
  }
  expect(await told(5 * minutes)).toEqual([])
  const [warning] = await told(9.5 * minutes)
  expect(warning).toMatchObject({ level: 'warning', job: { id, name: 'test' } })
  expect(Date.parse(warning?.endsAt ?? '') - Date.now()).toBeGreaterThan(9 * minutes)
  expect(await told(9.6 * minutes)).toEqual([warning])
  rmSync(data, { recursive: true, force: true })
})

test('also of a short limit, as it comes near', { timeout: 40_000 }, async () => {
  const folder = temporaryFolder()
  // The clock of the second agent runs 104 s ahead: the last tenth of the two minutes begins 4 s later.
  const bench = await workbench({ folder })
  try {
    const { id } = await bench.run('sleep 130', { time: 2 })
    await until(async () => (await bench.job(id)).state === 'running', 'it runs')
    await bench.stop()
    const agent = await startAgent({
      data: folder,
      environment: { HEADWAY_END_JOBS: '1' },
      overrides: { now: () => new Date(Date.now() + 104_000) },
    })
    const token = await agent.token('kim')
    const kinds = async () => {
      const answer = await agent.fetch('/api/v2/notifications', { token })
      return ((await answer.json()) as NotificationList).notifications.map(({ kind }) => kind)
    }
    await until(async () => (await kinds()).includes('time-low'), 'the warning')
    await agent.close()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
