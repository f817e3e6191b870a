import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SiteConnection } from '../../../../contract/sites.ts'
import { nextConnection, type ConnectionEvent, type Following } from '../../../../src/core/agent-client/connection.ts'

const start: Following = { connection: { state: 'unknown', since: new Date(0).toISOString() }, against: 0 }
const follow = (...events: ConnectionEvent[]): Following =>
  events.reduce((before, event, index) => nextConnection(before, event, (index + 1) * 1000), start)
const run = (...events: ConnectionEvent[]): SiteConnection => follow(...events).connection
const at = (seconds: number): string => new Date(seconds * 1000).toISOString()
const failed = (attempt: number): ConnectionEvent => ({ type: 'failed', attempt, nextAttemptAt: 9000 })
const ready: ConnectionEvent = { type: 'ready', roundTripMs: 4 }
const good: ConnectionEvent = { type: 'measured', roundTripMs: 999 }
const slow: ConnectionEvent = { type: 'measured', roundTripMs: 1000 }
const unanswered: ConnectionEvent = { type: 'unanswered', late: false }
const late: ConnectionEvent = { type: 'unanswered', late: true }

describe('the state of a connection', () => {
  it('connects', () => {
    expect(run({ type: 'trying' })).toEqual({ state: 'connecting', since: at(1) })
    expect(run({ type: 'trying' }, ready)).toEqual({ state: 'connected', since: at(2), roundTripMs: 4 })
  })
  it('measures without a change of state', () => {
    const now = run(ready, { type: 'measured', roundTripMs: 9 })
    expect(now).toEqual({ state: 'connected', since: at(1), roundTripMs: 9 })
  })
  it('is reconnecting after a loss, and offline once several tries have failed', () => {
    const lost = run(ready, failed(0))
    expect(lost).toEqual({ state: 'reconnecting', since: at(2), roundTripMs: 4, attempt: 1, nextAttemptAt: at(9) })
    expect(run(ready, failed(0), { type: 'trying' }, failed(1), failed(2)).state).toBe('reconnecting')
    const offline = follow(ready, failed(0), failed(1), failed(2), failed(3), failed(4))
    expect(offline.connection).toMatchObject({ state: 'offline', since: at(5), attempt: 5 })
    expect(nextConnection(offline, { type: 'trying' }, 7000)).toEqual(offline)
  })
  it('is offline at once where the site was never reached', () => {
    expect(run({ type: 'trying' }, failed(0)).state).toBe('offline')
  })
  it('forgets tries when it is signed out', () => {
    expect(run({ type: 'trying' }, failed(0), { type: 'signed-out' })).toEqual({ state: 'signed-out', since: at(3) })
  })
})

describe('a connection that stands', () => {
  it.each<[string, ConnectionEvent[], string]>([
    ['one slow round trip is none to speak of', [ready, slow], 'connected'],
    ['two in a row are', [ready, slow, slow], 'degraded'],
    ['the first one counts', [{ type: 'ready', roundTripMs: 1500 }, slow], 'degraded'],
    ['not with a good one between them', [ready, slow, good, slow, good], 'connected'],
    ['one good one among slow ones is no recovery', [ready, slow, slow, good, slow, good], 'degraded'],
    ['two good ones in a row are', [ready, slow, slow, good, good], 'connected'],
    ['a request without an answer may be chance', [ready, unanswered], 'connected'],
    ['two are not', [ready, unanswered, unanswered], 'degraded'],
    ['nor is a slow round trip and a request', [ready, slow, unanswered], 'degraded'],
    ['nor one whose time ran out', [ready, late], 'degraded'],
    ['requests that fail keep it so', [ready, late, good, unanswered, good], 'degraded'],
    ['a loss is one', [ready, late, failed(0)], 'reconnecting'],
    ['and what comes after it begins anew', [ready, late, failed(0), ready, slow], 'connected'],
  ])('%s', (_, events, state) => expect(run(...events).state).toBe(state))

  it('tells since when it is degraded, and how slow it is', () => {
    expect(run(ready, slow, slow, slow)).toEqual({ state: 'degraded', since: at(3), roundTripMs: 1000 })
  })
  it('is not told of where none stands', () => {
    for (const event of [late, unanswered]) {
      expect(run({ type: 'trying' }, event).state).toBe('connecting')
      expect(run(ready, failed(0), event).state).toBe('reconnecting')
      expect(run({ type: 'signed-out' }, event).state).toBe('signed-out')
    }
  })
  it('changes between the two no sooner than two signs after the last change', () => {
    const signs = fc.array(fc.constantFrom(good, slow, unanswered), { maxLength: 40 })
    fc.assert(
      fc.property(signs, (events) => {
        let now = follow(ready)
        let since = 0
        events.forEach((event, index) => {
          const next = nextConnection(now, event, 0)
          if (next.connection.state !== now.connection.state) {
            expect(index + 1 - since).toBeGreaterThanOrEqual(2)
            since = index + 1
          }
          now = next
        })
      }),
    )
  })
})

describe('the clocks', () => {
  const skewed: ConnectionEvent = { type: 'clock', skewSeconds: -420 }
  it('change nothing of the state, and stay as they are through all states', () => {
    expect(run(ready, skewed)).toEqual({ state: 'connected', since: at(1), roundTripMs: 4, clockSkewSeconds: -420 })
    for (const event of [slow, late, failed(0), ready, { type: 'signed-out' }, { type: 'trying' }] as const) {
      expect(run(ready, skewed, event).clockSkewSeconds).toBe(-420)
    }
  })
  it('are not spoken of once they agree', () => {
    expect(run(ready, skewed, { type: 'clock', skewSeconds: undefined })).toEqual(run(ready))
  })
})
