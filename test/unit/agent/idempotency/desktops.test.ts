import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Desktop } from '../../../../contract/desktops.ts'
import { type Desk, desk } from '../desktops/desk.ts'

let at: Desk
beforeAll(async () => {
  at = await desk()
}, 60_000)
afterAll(() => at.close())

it('a desktop is one also where only the header has a key, and no answer of the first was stored', async () => {
  const { agent } = at.bench
  const create = async () => {
    const body = { template_id: 'desk', name: 'mine' }
    const headers = { 'idempotency-key': 'one-desktop' }
    const answer = await agent.fetch('/api/v2/desktops', { token: await agent.token('kim'), body, headers })
    return { status: answer.status, ...((await answer.json()) as { desktop: Desktop }) }
  }
  const first = await create()
  expect(first.status).toBe(201)
  expect(await create()).toEqual(first)
  const beside = new DatabaseSync(join(agent.config.data, 'headway.db'), { timeout: 5000 })
  beside.exec('UPDATE idempotent_requests SET status = NULL, answer = NULL')
  beside.close()
  const again = await create()
  expect([again.status, again.desktop.id]).toEqual([200, first.desktop.id])
}, 60_000)
