import type { AppErrorValue } from '../../../contract/errors.ts'
import type { Site } from '../../../contract/sites.ts'

export type Connection = Site['connection']

/** What happened on the way to the agent; times in milliseconds since 1970. */
export type ConnectionEvent =
  | { type: 'trying' }
  | { type: 'ready'; roundTripMs: number }
  | { type: 'measured'; roundTripMs: number }
  /** The `attempt`-th try failed (0: a connection that stood was lost); the next one starts then. */
  | { type: 'failed'; attempt: number; nextAttemptAt: number; error?: AppErrorValue | undefined }
  | { type: 'signed-out' }

/** From this failed try on the site is called offline: until then the loss may pass unnoticed. */
const offlineAfter = 3

/** The connection after an event. `since` tells when the present state began. */
export function nextConnection(before: Connection, event: ConnectionEvent, now: number): Connection {
  const enter = (state: Connection['state']): Pick<Connection, 'state' | 'since'> =>
    before.state === state ? { state, since: before.since } : { state, since: new Date(now).toISOString() }
  const measured = before.roundTripMs === undefined ? {} : { roundTripMs: before.roundTripMs }
  switch (event.type) {
    case 'trying':
      // A new try changes nothing to the eye while the site is known to be out of reach.
      return before.state === 'reconnecting' || before.state === 'offline' ? before : enter('connecting')
    case 'ready':
      return { ...enter('connected'), roundTripMs: event.roundTripMs }
    case 'measured':
      return { ...before, roundTripMs: event.roundTripMs }
    case 'failed': {
      const { attempt, error } = event
      // A site that was never reached since the start is not "reconnecting".
      const lost = before.state === 'connected' || before.state === 'reconnecting'
      const state = lost && attempt < offlineAfter ? 'reconnecting' : 'offline'
      const next = { attempt: attempt + 1, nextAttemptAt: new Date(event.nextAttemptAt).toISOString() }
      return { ...enter(state), ...measured, ...next, ...(error === undefined ? {} : { error }) }
    }
    default:
      return enter('signed-out')
  }
}
