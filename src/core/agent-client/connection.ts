import type { AppErrorValue } from '../../../contract/errors.ts'
import { siteAnswers } from '../../../contract/site-answers.ts'
import type { SiteConnection } from '../../../contract/sites.ts'

/** What happened on the way to the agent; times in milliseconds since 1970. */
export type ConnectionEvent =
  | { type: 'trying' }
  | { type: 'ready'; roundTripMs: number }
  | { type: 'measured'; roundTripMs: number }
  /** A request got no answer; `late`: none in all the time that was given to it. */
  | { type: 'unanswered'; late: boolean }
  /** The `attempt`-th try failed (0: a connection that stood was lost); the next one starts then. */
  | { type: 'failed'; attempt: number; nextAttemptAt: number; error?: AppErrorValue | undefined }
  | { type: 'signed-out' }
  /** How far this machine's clock is ahead of the agent's; undefined: not so far that it matters. */
  | { type: 'clock'; skewSeconds: number | undefined }

/** A connection as it is followed. */
export interface Following {
  /** What windows see. */
  connection: SiteConnection
  /** How many signs in a row have spoken against its state: of trouble while `connected`, of health while `degraded`. */
  against: number
}

/** From this failed try on the site is called offline: until then the loss may pass unnoticed. */
const offlineAfter = 3
/** A round trip that takes as long is a sign of trouble. */
const slowMs = 1000
/** So many signs in a row change the state. */
const enough = 2

/**
 * The connection after an event; `since` tells when the present state began.
 *
 * A connection that stands is `connected` or `degraded`. Signs of trouble are a round trip of a second or longer and a
 * request without an answer, which counts twice where all its time ran out; a shorter round trip is a sign of health. Two
 * signs of trouble with none of health between them make it `degraded`, two of health with none of trouble between them
 * make it `connected` again: one slow answer among good ones changes nothing, nor one good among slow ones.
 */
export function nextConnection(before: Following, event: ConnectionEvent, now: number): Following {
  const { connection } = before
  const { state, since, clockSkewSeconds } = connection
  /** A state anew, or as it was; what was true of its time is left behind, the clocks stay as they are. */
  const enter = (next: SiteConnection['state']): SiteConnection => ({
    state: next,
    since: state === next ? since : new Date(now).toISOString(),
    ...(clockSkewSeconds === undefined ? {} : { clockSkewSeconds }),
  })
  const trip = connection.roundTripMs === undefined ? {} : { roundTripMs: connection.roundTripMs }
  switch (event.type) {
    case 'trying':
      // A new try changes nothing to the eye while the site is known to be out of reach.
      return state === 'reconnecting' || state === 'offline' ? before : fresh(enter('connecting'))
    case 'ready': {
      const { roundTripMs } = event
      return { connection: { ...enter('connected'), roundTripMs }, against: roundTripMs < slowMs ? 0 : 1 }
    }
    case 'measured': {
      const { roundTripMs } = event
      return weigh({ ...before, connection: { ...connection, roundTripMs } }, roundTripMs < slowMs ? 1 : -1, now)
    }
    case 'unanswered':
      return weigh(before, event.late ? -enough : -1, now)
    case 'failed': {
      const { attempt, error } = event
      // A site that was never reached since the start is not "reconnecting".
      const lost = siteAnswers(connection) || state === 'reconnecting'
      const next = { attempt: attempt + 1, nextAttemptAt: new Date(event.nextAttemptAt).toISOString() }
      return fresh({
        ...enter(lost && attempt < offlineAfter ? 'reconnecting' : 'offline'),
        ...trip,
        ...next,
        ...(error === undefined ? {} : { error }),
      })
    }
    case 'clock': {
      const { clockSkewSeconds: _before, ...rest } = connection
      const skew = event.skewSeconds === undefined ? {} : { clockSkewSeconds: event.skewSeconds }
      return { ...before, connection: { ...rest, ...skew } }
    }
    default:
      return fresh(enter('signed-out'))
  }
}

const fresh = (connection: SiteConnection): Following => ({ connection, against: 0 })

/** Adds signs to a connection that stands: of health where `signs` is positive, else of trouble. */
function weigh({ connection, against }: Following, signs: number, now: number): Following {
  if (!siteAnswers(connection)) return fresh(connection)
  const degraded = connection.state === 'degraded'
  if (signs > 0 !== degraded) return fresh(connection)
  const count = against + Math.abs(signs)
  if (count < enough) return { connection, against: count }
  return fresh({ ...connection, state: degraded ? 'connected' : 'degraded', since: new Date(now).toISOString() })
}
