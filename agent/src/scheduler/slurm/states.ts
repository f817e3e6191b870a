import { constants } from 'node:os'
import type { JobState } from '../../../../contract/jobs.ts'

/** Slurm's words (`squeue`, `sacct`, all releases from 20.11 to 25.05) and ours. Requeued jobs wait again. */
const states: Readonly<Record<string, JobState>> = {
  PENDING: 'pending',
  CONFIGURING: 'pending',
  REQUEUED: 'pending',
  REQUEUE_FED: 'pending',
  REQUEUE_HOLD: 'pending',
  RESV_DEL_HOLD: 'pending',
  SPECIAL_EXIT: 'pending',
  POWER_UP_NODE: 'pending',
  RUNNING: 'running',
  SUSPENDED: 'running',
  STOPPED: 'running',
  SIGNALING: 'running',
  RESIZING: 'running',
  EXPEDITING: 'pending',
  COMPLETING: 'completing',
  STAGE_OUT: 'completing',
  COMPLETED: 'completed',
  FAILED: 'failed',
  LAUNCH_FAILED: 'failed',
  RECONFIG_FAIL: 'failed',
  CANCELLED: 'cancelled',
  PREEMPTED: 'cancelled',
  REVOKED: 'cancelled',
  TIMEOUT: 'timeout',
  DEADLINE: 'timeout',
  OUT_OF_MEMORY: 'out_of_memory',
  NODE_FAIL: 'node_fail',
  BOOT_FAIL: 'node_fail',
}

/** `CANCELLED by 1001` and `RUNNING*` count as their first word; undefined for a word that no release has. */
export const stateOf = (word: string): JobState | undefined => {
  const name = /^[A-Z_]+/.exec(word)?.[0] ?? ''
  return Object.hasOwn(states, name) ? states[name] : undefined
}

/** Words worth telling beside the state itself. */
const told: Readonly<Record<string, string>> = {
  CONFIGURING: 'Its nodes are being started',
  SUSPENDED: 'Suspended',
  STOPPED: 'Stopped by a signal',
  PREEMPTED: 'Preempted by a job of higher priority',
  DEADLINE: 'Its deadline was reached',
  BOOT_FAIL: 'A node did not start',
}

const signalNames = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]))

/** How a process ended: the wait status of POSIX (`squeue -O exit_code`: 768 is exit code 3). */
export const fromWaitStatus = (status: number): { exitCode: number; signal: number } => ({
  exitCode: (status >> 8) & 0xff,
  signal: status & 0x7f,
})

/** `3:0`: exit code 3; `0:9`: ended by signal 9. */
export function fromExitPair(pair: string): { exitCode: number; signal: number } | undefined {
  const match = /^(\d{1,5}):(\d{1,3})$/.exec(pair)
  return match === null ? undefined : { exitCode: Number(match[1]), signal: Number(match[2]) }
}

/** Why a job is as it is, in Slurm's words where it waits (`Resources`), else in ours; undefined where there is nothing to say. */
export function reasonOf(job: {
  state: JobState
  /** Slurm's own. */
  word: string
  reason: string
  exitCode: number
  signal: number
  timeMinutes?: number | undefined
}): string | undefined {
  const special = told[/^[A-Z_]+/.exec(job.word)?.[0] ?? '']
  if (special !== undefined) return special
  const own = /^(?:None|\(null\)|N\/A|)$/.test(job.reason) ? undefined : job.reason
  switch (job.state) {
    case 'pending':
      return own
    case 'failed':
      if (job.signal !== 0) return `signal ${job.signal} (${signalNames.get(job.signal) ?? 'unknown'})`
      return job.exitCode !== 0 ? `exit code ${job.exitCode}` : own
    case 'timeout':
      return job.timeMinutes === undefined ? 'Time limit reached' : `Time limit of ${job.timeMinutes} min reached`
    case 'out_of_memory':
      return own !== undefined && / /.test(own) ? own : 'It used more memory than it had asked for'
    case 'node_fail':
      return 'One of its nodes failed'
    case 'cancelled':
      // What it waited for when it was cancelled says nothing about its end, with this exception.
      return own === 'DependencyNeverSatisfied' ? own : undefined
    default:
      return undefined
  }
}

/** Held back by its user or an admin: it waits until it is released. */
export const isHeld = (word: string, reason: string): boolean =>
  /^(?:JobHeld(?:User|Admin)|launch_failed_requeued_held|job_requeued_in_held_state)/i.test(reason) ||
  /^(?:REQUEUE_HOLD|RESV_DEL_HOLD|SPECIAL_EXIT)/.test(word)
