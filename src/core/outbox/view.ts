import type { OutboxEntry } from '../../../contract/outbox.ts'
import { hasEnded, titleOf, type OutboxRecord } from './record.ts'
import type { Standing } from './standing.ts'
import { isOpen } from './steps.ts'

/** An entry as windows see it. `standing`: of a queued one, what stands in its way. */
export function viewOf(record: OutboxRecord, standing: Standing | undefined): OutboxEntry {
  const { id, site, siteName, action, when, result, story, rank, phase, createdAt, updatedAt, error } = record
  // A standing is looked up again only after its entry has changed.
  const blocked = phase === 'queued' && standing !== undefined && !standing.ready ? standing : undefined
  const question = record.question ?? (blocked !== undefined && 'question' in blocked ? blocked.question : undefined)
  const state = stateOf(record, question !== undefined)
  const open = isOpen(record)
  const waiting = state === 'waiting' || state === 'sending'
  return {
    id,
    site,
    siteName,
    action,
    title: titleOf(action),
    state,
    ...(waiting ? waitOf(blocked, record) : {}),
    ...(question === undefined ? {} : { question }),
    ...(error === undefined ? {} : { error }),
    when,
    ...(result === undefined ? {} : { result }),
    story,
    rank,
    createdAt,
    updatedAt,
    can: {
      edit: open,
      hold: open && (phase === 'queued' || phase === 'asking'),
      release: phase === 'held',
      remove: open || hasEnded(record),
      retry: phase === 'failed',
      accept: question !== undefined && question.kind !== 'template-gone' && question.kind !== 'files',
      move: open && !hasEnded(record),
    },
  }
}

function stateOf({ phase, sent }: OutboxRecord, asks: boolean): OutboxEntry['state'] {
  if (phase === 'asking' || (phase === 'queued' && asks)) return 'needs-you'
  if (phase !== 'queued') return phase
  return sent ? 'sending' : 'waiting'
}

function waitOf(
  blocked: Exclude<Standing, { ready: true }> | undefined,
  { sent, wait: last }: OutboxRecord,
): Pick<OutboxEntry, 'wait' | 'until' | 'waitsFor'> {
  // Nothing stands in its way: it is tried just now, or those before it are.
  if (blocked === undefined) {
    const shown = last ?? (sent ? undefined : 'turn')
    return shown === undefined ? {} : { wait: shown }
  }
  if ('question' in blocked) return {}
  const { wait, until, waitsFor } = blocked
  return {
    wait,
    ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
    ...(waitsFor === undefined ? {} : { waitsFor }),
  }
}
