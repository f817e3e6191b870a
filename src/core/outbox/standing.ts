import type { OutboxQuestion, OutboxWait } from '../../../contract/outbox.ts'
import type { Upload } from '../../../contract/uploads.ts'
import { dependenciesOf, titleOf, type OutboxRecord } from './record.ts'

/** What entries depend on, as it is now. */
export interface World {
  /** Milliseconds since 1970. */
  now: number
  /** `signedIn`: the entry's user is; `reachable`: its agent answers, or it is time to try again (else at `until`). */
  site(record: OutboxRecord): { signedIn: boolean; reachable: boolean; until?: number }
  entry(id: string): OutboxRecord | undefined
  upload(id: string): Upload | undefined
  /** Subnets that this machine is in. */
  networks: readonly string[]
  /** Until when this entry, or all of its lane, has to rest. */
  rest(record: OutboxRecord): { wait: OutboxWait; until: number } | undefined
}

export type Standing =
  | { ready: true }
  | { ready: false; wait: OutboxWait; until?: number; waitsFor?: string[] }
  | { ready: false; question: OutboxQuestion }

const waits = (wait: OutboxWait, until?: number): Standing => ({
  ready: false,
  wait,
  ...(until === undefined ? {} : { until }),
})

/** What stands in the way of a queued entry: what only the user can mend first, then what passes by itself. */
export function standingOf(record: OutboxRecord, world: World): Standing {
  const { action, when } = record
  // It may be done: it is asked for again as it is, whatever has changed meanwhile.
  if (!record.sent) {
    const own = questionOf(record, world)
    if (own !== undefined) return { ready: false, question: own }
    const waitsFor = dependenciesOf(action).filter((id) => {
      const phase = world.entry(id)?.phase
      return phase !== undefined && phase !== 'done'
    })
    if (waitsFor.length > 0) return { ready: false, wait: 'dependency', waitsFor }
    const notBefore = when.notBefore === undefined ? 0 : Date.parse(when.notBefore)
    if (world.now < notBefore) return waits('time', notBefore)
    if (when.network !== undefined && !world.networks.includes(when.network)) return waits('place')
  }
  const site = world.site(record)
  if (!site.signedIn) return waits('sign-in')
  if (!site.reachable) return waits('network', site.until)
  if (!record.sent && record.files === undefined && action.kind === 'submit') {
    if (action.uploads.some(({ id }) => world.upload(id)?.state !== 'uploaded')) return waits('files')
  }
  const rest = world.rest(record)
  return rest === undefined || rest.until <= world.now ? { ready: true } : waits(rest.wait, rest.until)
}

/** A question that is there as long as its cause is. */
function questionOf({ action, files }: OutboxRecord, world: World): OutboxQuestion | undefined {
  for (const id of dependenciesOf(action)) {
    const other = world.entry(id)
    if (other?.phase === 'failed') return { kind: 'dependency', entry: id, title: titleOf(other.action), why: 'failed' }
  }
  if (action.kind !== 'submit' || files !== undefined) return undefined
  const troubled = action.uploads.flatMap(({ id }) => {
    const upload = world.upload(id)
    if (upload === undefined) return [{ upload: id, name: id }]
    const { state, wait, name, error } = upload
    const lost = state === 'failed' || state === 'cancelled' || (state === 'waiting' && wait === 'file')
    return lost ? [{ upload: id, name, ...(error === undefined ? {} : { error }) }] : []
  })
  return troubled.length === 0 ? undefined : { kind: 'files', files: troubled }
}
