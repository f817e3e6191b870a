import type { Job, JobState } from '../../../../contract/jobs.ts'

// The contract's own `jobHasEnded` would bring the schema library into the window.
const ended: Readonly<Record<JobState, boolean>> = {
  pending: false,
  running: false,
  completing: false,
  completed: true,
  failed: true,
  cancelled: true,
  timeout: true,
  out_of_memory: true,
  node_fail: true,
  lost: true,
}

export const hasEnded = (state: JobState): boolean => ended[state]
export const hasFailed = (state: JobState): boolean => ended[state] && state !== 'completed' && state !== 'cancelled'

const submitted = new WeakMap<Job, number>()
/** When a job was submitted, in milliseconds since 1970; read once per job, since a long list is ordered by it all the time. */
export function submittedMs(job: Job): number {
  const known = submitted.get(job)
  if (known !== undefined) return known
  const read = Date.parse(job.submittedAt)
  submitted.set(job, read)
  return read
}

/** Seconds between two times, never negative (clocks of two machines differ). */
const secondsBetween = (from: string, to: string | number): number =>
  Math.max(0, ((typeof to === 'number' ? to : Date.parse(to)) - Date.parse(from)) / 1000)

/** Seconds a job has waited for its start, until now or until it started or ended without starting. */
export function waitedSeconds(job: Job, now: number): number {
  return secondsBetween(job.submittedAt, job.startedAt ?? job.endedAt ?? now)
}

/** Seconds a job has run; absent where it has not started. */
export function ranSeconds(job: Job, now: number): number | undefined {
  if (job.startedAt === undefined) return undefined
  return secondsBetween(job.startedAt, job.endedAt ?? now)
}

/** The part of its time limit that a job has used, 0 to 1; absent where it has not started. */
export function limitUsed(job: Job, now: number): number | undefined {
  const ran = ranSeconds(job, now)
  return ran === undefined ? undefined : Math.min(1, ran / (job.resources.timeMinutes * 60))
}

/** The parts of the list a user asks for most. */
export type JobFilter = 'all' | 'active' | 'completed' | 'failed'

/** Whether a job belongs to a part of the list; `failed` holds all that did not end as wished, also the cancelled. */
export function inFilter(job: Job, filter: JobFilter): boolean {
  switch (filter) {
    case 'all':
      return true
    case 'active':
      return !hasEnded(job.state)
    case 'completed':
      return job.state === 'completed'
    default:
      return hasEnded(job.state) && job.state !== 'completed'
  }
}

/** How many jobs each part holds. */
export function countFilters(jobs: Iterable<Job>): Record<JobFilter, number> {
  const counts = { all: 0, active: 0, completed: 0, failed: 0 }
  for (const job of jobs) {
    counts.all += 1
    if (!hasEnded(job.state)) counts.active += 1
    else if (job.state === 'completed') counts.completed += 1
    else counts.failed += 1
  }
  return counts
}

/** Why a job waits, as far as the scheduler's word is known; the page says it in a sentence. */
export type PendingCause =
  | 'resources'
  | 'priority'
  | 'dependency'
  | 'dependency-never'
  | 'held'
  | 'begin-time'
  | 'user-limit'
  | 'account-limit'
  | 'partition-limit'
  | 'nodes-unavailable'
  | 'licenses'
  | 'starting'
  | 'unknown'

const causes: readonly (readonly [RegExp, PendingCause])[] = [
  [/^resources|not enough|cores|busy/i, 'resources'],
  [/^priority|^queue/i, 'priority'],
  [/^dependencyneversatisfied/i, 'dependency-never'],
  [/^dependency/i, 'dependency'],
  [/held/i, 'held'],
  [/^begintime/i, 'begin-time'],
  [/^partition/i, 'partition-limit'],
  [/^(reqnodenotavail|nodedown|nodesdown|maint|reservation)/i, 'nodes-unavailable'],
  [/^licenses/i, 'licenses'],
  [/^(qosmax.*peruser|assocmax|max.*peruser|usermax|qos.*user)/i, 'user-limit'],
  [/^(assocgrp|qos|assoc|grp)/i, 'account-limit'],
  [/^(none|prolog|cleaning|launching|starting)/i, 'starting'],
]

export function pendingCause(reason: string | undefined): PendingCause {
  const word = (reason ?? '').replace(/[()]/g, '').trim()
  return causes.find(([pattern]) => pattern.test(word))?.[1] ?? 'unknown'
}

/** What most likely made a job fail; the page says it in words, with what to try. */
export type FailureCause =
  | 'timeout'
  | 'out-of-memory'
  | 'node'
  | 'lost'
  | 'not-found'
  | 'not-executable'
  | 'killed'
  | 'segfault'
  | 'aborted'
  | 'floating-point'
  | 'terminated'
  | 'unknown-keyword'
  | 'diverged'
  | 'disk-full'
  | 'license'
  | 'exit-code'
  | 'unknown'

const byExitCode: Readonly<Record<number, FailureCause>> = {
  126: 'not-executable',
  127: 'not-found',
  134: 'aborted',
  136: 'floating-point',
  137: 'killed',
  139: 'segfault',
  143: 'terminated',
}

/** What a log says about its end outweighs the exit code: solvers are known to lie with theirs. */
const byLog: readonly (readonly [RegExp, FailureCause])[] = [
  [/no space left on device|disk quota exceeded/i, 'disk-full'],
  [/out of memory|oom[- ]?kill|cannot allocate memory|std::bad_alloc|MemoryError/i, 'out-of-memory'],
  [/licen[cs]e.*(not available|expired|denied|checkout failed|unable)/i, 'license'],
  [/too many cutbacks|best solution and residuals|(has |did not |not )converge|diverge/i, 'diverged'],
  [/command not found/i, 'not-found'],
  [/\*ERROR.*(unknown|card image|keyword)/i, 'unknown-keyword'],
]

export function failureCause(
  job: Pick<Job, 'state' | 'exitCode' | 'reason'>,
  logTail: readonly string[],
): FailureCause {
  if (job.state === 'timeout') return 'timeout'
  if (job.state === 'out_of_memory') return 'out-of-memory'
  if (job.state === 'node_fail') return 'node'
  if (job.state === 'lost') return 'lost'
  const log = logTail.slice(-60).join('\n')
  const said = byLog.find(([pattern]) => pattern.test(log))?.[1]
  if (said !== undefined) return said
  const code = job.exitCode
  if (code === undefined) return 'unknown'
  return byExitCode[code] ?? (code === 0 ? 'unknown' : 'exit-code')
}
