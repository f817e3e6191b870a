import type { ChangeResult, Job, JobChange } from '../../../../contract/jobs.ts'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import { hasEnded, limitMinutes } from './story.ts'

export type Action = JobChange['action']

/** Actions without a value, as they stand in menus. */
export const plainActions = ['hold', 'release', 'requeue', 'cancel'] as const
export type PlainAction = (typeof plainActions)[number]

/** What is asked about before it is done: it cannot be taken back. */
export const isGrave = (action: Action): action is 'cancel' | 'requeue' => action === 'cancel' || action === 'requeue'

/** Whether an action makes sense for a job as it stands; the scheduler may still refuse it. */
export function fits(action: Action, job: Job): boolean {
  switch (action) {
    case 'cancel':
    case 'time-limit':
      return !hasEnded(job.state)
    case 'hold':
      return hasPending(job) && job.held !== true
    case 'release':
      return hasPending(job) && (job.held === true || job.array !== undefined)
    case 'nice':
      return hasPending(job)
    default:
      return job.state === 'running' || job.state === 'completing'
  }
}

/** An array that runs may have elements that wait. */
const hasPending = (job: Job): boolean => job.state === 'pending' || (job.array?.states.pending ?? 0) > 0

/** What takes a change back; undefined where nothing does. `before`: the jobs as they were. */
export function undoOf(change: JobChange, before: readonly Job[]): JobChange | undefined {
  if (change.action === 'hold') return { action: 'release' }
  if (change.action === 'release') return { action: 'hold' }
  const only = before.length === 1 ? before[0] : undefined
  if (change.action === 'time-limit' && only !== undefined) return { action: 'time-limit', minutes: limitMinutes(only) }
  return undefined
}

/** What became of a change, job by job. */
export interface Report {
  action: Action
  /** Names and ids, in the order asked for. */
  done: readonly { id: string; name: string }[]
  /** `reason`: the agent's own sentence, or why it could not be asked. */
  refused: readonly { id: string; name: string; reason: string | AppErrorValue }[]
  /** Takes back what was done. */
  undo?: { change: JobChange; jobs: readonly Job[] }
}

/** A result of the agent's, or that it could not be asked. */
export type Outcome = ChangeResult | { id: string; job?: undefined; error: AppErrorValue }

/** Jobs whose site could not be asked, and the report without them; none where nothing else is to be told. */
export function unreachedOf(report: Report): { unreached: ReadonlySet<string>; rest: Report | undefined } {
  const isAway = ({ reason }: Report['refused'][number]): boolean =>
    typeof reason !== 'string' && (reason.code === 'OFFLINE' || reason.code === 'SIGNED_OUT')
  const unreached = new Set(report.refused.filter(isAway).map(({ id }) => id))
  const rest = { ...report, refused: report.refused.filter((one) => !isAway(one)) }
  return { unreached, rest: rest.done.length + rest.refused.length === 0 ? undefined : rest }
}

/** Puts results and jobs together. `change` is what was asked for, `before` the jobs as they were. */
export function reportOf(change: JobChange, before: readonly Job[], results: readonly Outcome[]): Report {
  const jobs = new Map(before.map((job) => [job.id, job]))
  const nameOf = (id: string) => jobs.get(id)?.name ?? id
  const done = results.filter(({ error }) => error === undefined).map(({ id }) => ({ id, name: nameOf(id) }))
  const refused = results.flatMap(({ id, error }) =>
    error === undefined ? [] : [{ id, name: nameOf(id), reason: 'data' in error ? error : error.message }],
  )
  const changed = done.flatMap(({ id }) => jobs.get(id) ?? [])
  const undo = changed.length === 0 ? undefined : undoOf(change, changed)
  return {
    action: change.action,
    done,
    refused,
    ...(undo === undefined ? {} : { undo: { change: undo, jobs: changed } }),
  }
}
