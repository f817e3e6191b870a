import { describe, expect, it } from 'vitest'
import { nextConnection, type Connection, type ConnectionEvent } from '../../../../src/core/agent-client/connection.ts'

const start: Connection = { state: 'unknown', since: new Date(0).toISOString() }
const run = (...events: ConnectionEvent[]): Connection =>
  events.reduce((before, event, index) => nextConnection(before, event, (index + 1) * 1000), start)
const at = (seconds: number): string => new Date(seconds * 1000).toISOString()
const failed = (attempt: number): ConnectionEvent => ({ type: 'failed', attempt, nextAttemptAt: 9000 })

describe('the state of a connection', () => {
  it('connects', () => {
    expect(run({ type: 'trying' })).toEqual({ state: 'connecting', since: at(1) })
    expect(run({ type: 'trying' }, { type: 'ready', roundTripMs: 4 })).toEqual({
      state: 'connected',
      since: at(2),
      roundTripMs: 4,
    })
  })
  it('measures without a change of state', () => {
    const now = run({ type: 'ready', roundTripMs: 4 }, { type: 'measured', roundTripMs: 9 })
    expect(now).toEqual({ state: 'connected', since: at(1), roundTripMs: 9 })
  })
  it('is reconnecting after a loss, and offline once several tries have failed', () => {
    const lost = run({ type: 'ready', roundTripMs: 4 }, failed(0))
    expect(lost).toEqual({ state: 'reconnecting', since: at(2), roundTripMs: 4, attempt: 1, nextAttemptAt: at(9) })
    const ready: ConnectionEvent = { type: 'ready', roundTripMs: 4 }
    expect(run(ready, failed(0), { type: 'trying' }, failed(1), failed(2)).state).toBe('reconnecting')
    const offline = run(ready, failed(0), failed(1), failed(2), failed(3), failed(4))
    expect(offline).toMatchObject({ state: 'offline', since: at(5), attempt: 5 })
    expect(nextConnection(offline, { type: 'trying' }, 7000)).toEqual(offline)
  })
  it('is offline at once where the site was never reached', () => {
    expect(run({ type: 'trying' }, failed(0)).state).toBe('offline')
  })
  it('forgets tries when it is signed out', () => {
    expect(run({ type: 'trying' }, failed(0), { type: 'signed-out' })).toEqual({ state: 'signed-out', since: at(3) })
  })
})
