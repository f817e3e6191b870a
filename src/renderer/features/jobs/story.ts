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

/** The time limit in force, in minutes. */
export const limitMinutes = (job: Pick<Job, 'timeLimit' | 'resources'>): number =>
  job.timeLimit ?? job.resources.timeMinutes

/** The part of its time limit that a job has used, 0 to 1; absent where it has not started, and of an array: each element has its own. */
export function limitUsed(job: Job, now: number): number | undefined {
  if (job.array !== undefined) return undefined
  const ran = ranSeconds(job, now)
  return ran === undefined ? undefined : Math.min(1, ran / (limitMinutes(job) * 60))
}
