import { existsSync, writeFileSync } from 'node:fs'
import { afterEach, expect, test, vi } from 'vitest'
import type { Desktop } from '../../../../contract/desktops.ts'
import { temporaryFolder } from '../../../helpers/agent.ts'
import { until } from '../jobs/workbench.ts'
import { type Desk, desk, file } from './desk.ts'

// A job, and an agent with it, takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const desks: Desk[] = []
const open = async (options: Parameters<typeof desk>[0]) => {
  const made = await desk(options)
  desks.push(made)
  return made
}
afterEach(async () => {
  for (const each of desks.splice(0)) await each.close()
})

const yesterday = () => new Date(Date.now() - 25 * 3_600_000).toISOString()
const stop = (at: Desk, id: string) => at.bench.send('POST', `/api/v2/desktops/${id}/stop`)

test('of many at once only as many are let in as there are places, by whatever way', async () => {
  const at = await open({ environment: { HEADWAY_DESKTOPS_PER_USER: '3' } })
  const ordinary = () => at.bench.send('POST', '/api/jobs/submit', { name: 'x', template_id: 'desk' })
  const answers = await Promise.all([at.create(), ordinary(), at.create(), ordinary(), at.create(), at.create()])
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 201, 201, 409, 409, 409])
  const refused = answers.find(({ status }) => status === 409)?.json<{ code: string; error: string }>()
  expect(refused).toMatchObject({ code: 'CONFLICT' })
  expect(refused?.error).toBe('You have 3 desktops, and this site allows 3 at a time: stop one first.')
  expect((await at.create({}, 'lee')).status).toBe(201)
  // A job of another kind has nothing to do with it, and a place that is free is free.
  await at.bench.run('true')
  const own = (await at.bench.get('/api/v2/desktops')).json<{ desktops: Desktop[] }>().desktops
  expect(own).toHaveLength(3)
  await stop(at, own[0]?.id ?? '')
  await at.when(own[0]?.id ?? '', 'over', ({ state }) => state === 'ended')
  expect((await at.create()).status).toBe(201)
  expect((await at.create()).status).toBe(409)
})

test('nobody’s use for so long is its end, where the site says so', async () => {
  const at = await open({ environment: { HEADWAY_DESKTOP_IDLE_MINUTES: '5' } })
  const socket = await at.listen(() => {})
  const used = await at.ready(socket)
  const unseen = await at.ready(socket)
  expect(Date.parse(unseen.idleEndAt ?? '') - Date.parse(unseen.startedAt ?? '')).toBeGreaterThanOrEqual(300_000)
  at.put(used.id, 'stats.json', JSON.stringify({ at: 1, viewers: 1 }))
  await at.when(used.id, 'connected', ({ state }) => state === 'connected')
  at.bench.advance(6 * 60_000)
  const over = await at.when(unseen.id, 'over', ({ end }) => end !== undefined)
  expect(over.end).toEqual({ kind: 'idle' })
  // Its viewer never told anything of itself: as long as it is there, the desktop is in use.
  const still = await at.desktop(used.id)
  expect(still.state).toMatch(/connected|idle/)
  expect(at.bench.sql("SELECT user FROM audit_logs WHERE action = 'desktop.idle-end'")).toEqual([{ user: 'kim' }])
})

test('another agent over the same folder goes on with those that run, and learns how the others ended', async () => {
  const folder = temporaryFolder()
  const options = { folder, endJobs: false }
  const first = await desk(options)
  const socket = await first.listen(() => {})
  const kept = await first.ready(socket)
  const gone = await first.ready(socket)
  await first.bench.send('POST', `/api/v2/desktops/${kept.id}/seen`, { idle_seconds: 0 })
  const { code } = (await first.bench.send('POST', `/api/v2/desktops/${kept.id}/share`)).json<{ code: string }>()
  const before = await first.desktop(kept.id)
  await first.bench.stop()

  first.put(gone.id, 'ended.json', JSON.stringify({ kind: 'server-failed', detail: 'while you were away' }))
  first.finish(gone.id, 1)
  await until(() => existsSync(file(first, gone.id, '.headway/exit')), 'its end')
  const second = await open(options)
  desks.push(first)
  expect(await second.when(gone.id, 'concluded', ({ end }) => end !== undefined)).toMatchObject({
    state: 'ended',
    end: { kind: 'server-failed', detail: 'while you were away' },
  })
  await until(() => !existsSync(file(second, gone.id, '.headway/desktop/password')), 'its password gone')
  const still = await second.when(kept.id, 'found again', ({ state }) => state === 'idle')
  expect(still).toMatchObject({
    lastUsedAt: before.lastUsedAt,
    sharedSince: before.sharedSince,
    geometry: before.geometry,
  })
  expect((await second.bench.send('POST', '/api/v2/desktops/shared', { code }, 'lee')).status).toBe(200)
  writeFileSync(file(second, kept.id, 'end'), '0')
  expect((await second.when(kept.id, 'over', ({ end }) => end !== undefined)).end).toEqual({ kind: 'logged-out' })
  // Those that ended stay in the list for a day.
  const listed = async () =>
    (await second.bench.get('/api/v2/desktops')).json<{ desktops: Desktop[] }>().desktops.length
  expect(await listed()).toBe(2)
  second.bench.sql('UPDATE job_history SET ended_at = ? WHERE number = ?', yesterday(), gone.id)
  expect(await listed()).toBe(1)
})
