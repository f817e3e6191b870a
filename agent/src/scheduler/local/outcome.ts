import { constants } from 'node:os'
import type { ArrayElement, JobState } from '../../../../contract/jobs.ts'
import { stateOfArray } from '../../../../contract/jobs.ts'
import type { ScheduledJob } from '../scheduler.ts'
import { type LocalJob, type LocalRun, NO_ELEMENT, type RunState } from './queue.ts'
import type { Ending } from './runner.ts'

/** Nobody outside needs to know of the moment between asked and started. */
const stateOf = (state: RunState): JobState => (state === 'starting' ? 'pending' : state)

const reasonOf = (job: LocalJob, run: LocalRun): string | undefined => {
  if (run.state !== 'pending') return run.reason ?? undefined
  return run.held === 1 ? 'JobHeldUser' : (job.reason ?? undefined)
}

/** What a run has of its own, as the rest of the agent sees it. */
function story(job: LocalJob, run: LocalRun) {
  const reason = reasonOf(job, run)
  return {
    state: stateOf(run.state),
    ...(reason === undefined ? {} : { reason }),
    ...(run.exit_code === null ? {} : { exitCode: run.exit_code }),
    ...(run.signal === null ? {} : { signal: run.signal }),
    ...(run.restarts === 0 ? {} : { restarts: run.restarts }),
  } satisfies Partial<ScheduledJob & ArrayElement>
}

/** A queued job as the rest of the agent sees it. */
export function asScheduled(job: LocalJob, run: LocalRun, node: string): ScheduledJob {
  return {
    id: String(job.id),
    ...story(job, run),
    held: run.state === 'pending' && run.held === 1,
    timeMinutes: run.time_minutes,
    ...(run.started_at === null ? {} : { startedAt: new Date(run.started_at), nodes: node }),
    ...(run.ended_at === null ? {} : { endedAt: new Date(run.ended_at) }),
  }
}

/** The same for an array: as a whole, and the elements `runs` of it. */
export function asScheduledArray(
  job: LocalJob,
  counts: Partial<Record<RunState, number>>,
  runs: readonly LocalRun[],
  node: string,
): ScheduledJob {
  const { starting = 0, pending = 0, ...others } = counts
  const state = stateOfArray({ ...others, pending: pending + starting })
  return {
    id: String(job.id),
    state,
    ...(state === 'pending' && job.reason !== null ? { reason: job.reason } : {}),
    elements: runs
      .filter(({ element }) => element !== NO_ELEMENT)
      .map((run) => ({
        index: run.element,
        ...story(job, run),
        ...(run.started_at === null ? {} : { startedAt: run.started_at, nodes: node }),
        ...(run.ended_at === null ? {} : { endedAt: run.ended_at }),
      })),
  }
}

/** Of several names for a number (SIGABRT, SIGIOT) the first. */
const signalNames = new Map(
  Object.entries(constants.signals)
    .toReversed()
    .map(([name, number]) => [number, name]),
)

/** What the end of a process means for its run. The shell says 128 + n where signal n ended the script. */
export function judge(
  run: LocalRun,
  ending: Ending,
  told: { reason: string | undefined; memoryMb: number | null; logMb: number },
): Pick<LocalRun, 'state' | 'reason' | 'exit_code' | 'signal'> {
  const { exit } = ending
  const signal = exit !== undefined && signalNames.has(exit - 128) ? exit - 128 : null
  const how = { exit_code: signal === null ? (exit ?? null) : null, signal }
  switch (run.ending) {
    case 'timeout':
      return { state: 'timeout', reason: `Time limit of ${run.time_minutes} min reached`, ...how }
    case 'memory':
      return { state: 'out_of_memory', reason: `It used more than the ${told.memoryMb} MiB it asked for`, ...how }
    case 'log':
      return { state: 'failed', reason: `Its log grew beyond the limit of ${told.logMb} MiB`, ...how }
    case 'cancelled':
      return { state: 'cancelled', reason: null, ...how }
    default:
      break
  }
  if (exit === 0) return { state: 'completed', reason: null, ...how }
  if (signal !== null) {
    return { state: 'failed', reason: told.reason ?? `signal ${signal} (${signalNames.get(signal)})`, ...how }
  }
  if (exit !== undefined) return { state: 'failed', reason: told.reason ?? `exit code ${exit}`, ...how }
  if (ending.problem !== undefined) return { state: 'failed', reason: ending.problem, ...how }
  if (ending.seen) return { state: 'failed', reason: 'Its process was killed from outside', ...how }
  const reason = 'Its process was gone when the agent came back, and it left no exit status'
  return { state: 'lost', reason, ...how }
}
