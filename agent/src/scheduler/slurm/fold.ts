import { type ArrayElement, jobHasEnded, type JobState } from '../../../../contract/jobs.ts'
import type { ScheduledJob } from '../scheduler.ts'
import type { QueueRow } from './queue-row.ts'
import { isHeld, reasonOf } from './states.ts'

/** A job that never ran is "started" and ended at the same moment, nowhere. */
function startOf(row: QueueRow): Date | undefined {
  if (row.state === 'pending') return undefined
  const never = jobHasEnded(row.state) && row.nodes === '' && row.startsAt?.getTime() === row.endsAt?.getTime()
  return never ? undefined : row.startsAt
}

/** How the script itself ended; where Slurm ended it (time, a cancel), the state says more than the SIGTERM it got. */
function endedBy({ state, exitCode, signal }: QueueRow): { exitCode?: number; signal?: number } {
  if (state === 'completed') return { exitCode }
  if (state !== 'failed' && state !== 'out_of_memory') return {}
  return signal === 0 ? { exitCode } : { signal }
}

/** What is the same for a job and for an element of an array. */
function common(row: QueueRow) {
  const ended = jobHasEnded(row.state)
  const reason = reasonOf(row)
  const startedAt = startOf(row)
  return {
    state: row.state,
    ...(reason === undefined ? {} : { reason }),
    ...endedBy(row),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(ended && row.endsAt !== undefined ? { endedAt: row.endsAt } : {}),
    ...(row.nodes === '' ? {} : { nodes: row.nodes }),
  }
}

/** What only the whole job has; a waiting job's start is the backfill scheduler's guess. */
function whole(row: QueueRow): Pick<ScheduledJob, 'held' | 'expectedStart' | 'priority' | 'restarts' | 'timeMinutes'> {
  const waits = row.state === 'pending'
  return {
    ...(waits ? { held: isHeld(row.word, row.reason) } : {}),
    ...(waits && row.startsAt !== undefined ? { expectedStart: row.startsAt } : {}),
    ...(row.priority === undefined ? {} : { priority: row.priority }),
    ...(row.restarts === 0 ? {} : { restarts: row.restarts }),
    ...(row.timeMinutes === undefined ? {} : { timeMinutes: row.timeMinutes }),
  }
}

export const jobOfRow = (row: QueueRow): ScheduledJob => ({ id: row.id, ...common(row), ...whole(row) })

/** The elements that a line is about. */
export function elementsOfRow(row: QueueRow): ArrayElement[] {
  const { startedAt, endedAt, ...rest } = common(row)
  const shared = {
    ...rest,
    ...(row.restarts === 0 ? {} : { restarts: row.restarts }),
    ...(startedAt === undefined ? {} : { startedAt: startedAt.toISOString() }),
    ...(endedAt === undefined ? {} : { endedAt: endedAt.toISOString() }),
  }
  return (row.elements ?? []).map((index) => Object.assign({ index }, shared))
}

/** In the order in which one of them gives an array its state: the furthest that goes on, then the worst end. */
const order: readonly JobState[] = [
  'running',
  'completing',
  'pending',
  'node_fail',
  'out_of_memory',
  'timeout',
  'failed',
  'cancelled',
  'lost',
  'completed',
]

/** An array as one job. `row` is a line about those of its elements that wait, or any other one. */
export function jobOfElements(id: string, row: QueueRow | undefined, elements: readonly ArrayElement[]): ScheduledJob {
  const states = new Set(elements.map(({ state }) => state))
  const state = order.find((each) => states.has(each)) ?? 'pending'
  const lead = elements.find((element) => element.state === state)
  const started = elements.flatMap(({ startedAt }) => startedAt ?? [])
  const ended = elements.flatMap(({ endedAt }) => endedAt ?? [])
  const hasEnded = jobHasEnded(state)
  const { held, expectedStart, ...rest } = row === undefined ? {} : whole(row)
  const waits = state === 'pending'
  return {
    id,
    state,
    ...(lead?.reason === undefined || state === 'running' ? {} : { reason: lead.reason }),
    ...(hasEnded && lead?.exitCode !== undefined ? { exitCode: lead.exitCode } : {}),
    ...(hasEnded && lead?.signal !== undefined ? { signal: lead.signal } : {}),
    ...(started.length === 0 ? {} : { startedAt: new Date(started.reduce((a, b) => (a < b ? a : b))) }),
    ...(hasEnded && ended.length > 0 ? { endedAt: new Date(ended.reduce((a, b) => (a > b ? a : b))) } : {}),
    ...rest,
    ...(waits && held !== undefined ? { held } : {}),
    ...(waits && expectedStart !== undefined ? { expectedStart } : {}),
  }
}
