import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, startAgent, type TestAgent } from '../../../helpers/agent.ts'

let agent: TestAgent
let records: DatabaseSync
beforeAll(async () => {
  agent = await startAgent()
  records = new DatabaseSync(join(agent.config.data, 'headway.db'), { readOnly: true })
})
afterAll(async () => {
  records.close()
  await agent.close()
})

/** They are written behind the answer. */
const logged = (action: string) =>
  expect.poll(() => records.prepare('SELECT * FROM audit_logs WHERE action = ? ORDER BY id').all(action))
const events = (type: string) =>
  expect.poll(() => records.prepare('SELECT * FROM security_events WHERE type = ? ORDER BY id').all(type))

describe('the audit', () => {
  it('tells who signed in from where, and who failed to', async () => {
    await agent.fetch('/api/auth/login', { body: admin, headers: { 'user-agent': 'a browser' } })
    await agent.fetch('/api/auth/login', { body: { ...admin, password: 'wrong-secret' } })
    const entry = { user: 'admin', method: 'POST', address: '127.0.0.1', time: expect.stringMatching(/Z$/) }
    await logged('sign-in').toEqual([
      expect.objectContaining({ ...entry, status: 'success', agent: 'a browser', error: null }),
      expect.objectContaining({ ...entry, status: 'failure', error: expect.stringContaining('wrong') }),
    ])
    await events('failed_login').toEqual([
      expect.objectContaining({ user: 'admin', address: '127.0.0.1', severity: 'low', resolved: 0 }),
    ])
    expect(JSON.stringify(records.prepare('SELECT * FROM audit_logs').all())).not.toContain('wrong-secret')
  })

  it('tells who registered, was refused, granted rights and signed out', async () => {
    const jin = { username: 'jin', password: 'long enough' }
    await agent.fetch('/api/auth/register', { body: jin })
    await agent.fetch('/api/auth/register', { body: jin })
    await logged('register').toEqual([
      expect.objectContaining({ user: 'jin', status: 'success' }),
      expect.objectContaining({ user: 'jin', status: 'failure', error: expect.stringContaining('taken') }),
    ])
    await agent.fetch('/api/v2/users', { token: await agent.token('jin') })
    await logged('permission').toEqual([
      expect.objectContaining({ user: 'jin', resource: '/api/v2/users', status: 'failure' }),
    ])
    const { access_token: token } = await agent.signIn()
    const rights = { groups: [], permissions: ['job:view'] }
    await agent.fetch('/api/v2/users/jin', { method: 'PUT', token, body: rights })
    await logged('user.grant').toEqual([expect.objectContaining({ user: 'admin', resource: 'jin', status: 'success' })])
    await agent.fetch('/api/auth/logout', { method: 'POST', token })
    await logged('sign-out').toEqual([expect.objectContaining({ user: 'admin', status: 'success' })])
  })

  it('keeps a flood of the same event once a minute', async () => {
    for (let round = 0; round < 20; round++) await agent.fetch('/api/v2/jobs', { token: `forged.${round}` })
    await events('invalid_token').toHaveLength(1)
    const { refresh_token: token } = await agent.signIn()
    for (let round = 0; round < 3; round++) await agent.fetch('/api/auth/refresh', { body: { refresh_token: token } })
    await events('token_reuse').toEqual([expect.objectContaining({ user: 'admin', severity: 'high' })])
  })
})
