import type { NodeStatus } from '../../../contract/nodes.ts'
import type { ArrayElement, JobChange, JobState } from '../../../contract/jobs.ts'
import type { Dependency, JobOptions, Resources } from '../../../contract/resources.ts'
import type { Partition } from '../../../contract/scheduler.ts'

export type { Partition }

/** What a scheduler is asked to run. */
export interface JobSpec {
  /** The submission's number in the agent's own history; `local` uses it as the job's id. */
  number: number
  /** The exactly-once key, unique within `user`. A cluster's scheduler carries it in the job's comment. */
  key: string
  user: string
  name: string
  /** The whole shell script. */
  script: string
  /** Absolute path of the job's own folder: its working directory and the place of `job.log`. */
  folder: string
  resources: Resources
  /** Dependencies by the scheduler's own ids. */
  options: Omit<JobOptions, 'dependencies'> & { dependencies?: readonly (Pick<Dependency, 'type'> & { job: string })[] }
  /** When it was first handed over, where it was before: there may be a job already, so its key is looked up first. */
  attemptedAt?: Date
}

/** A job as its scheduler sees it now. */
export interface ScheduledJob {
  id: string
  state: JobState
  /** Why it waits or how it ended (`Resources`, `exit code 3`). */
  reason?: string
  exitCode?: number
  /** The signal that ended it. */
  signal?: number
  startedAt?: Date
  endedAt?: Date
  nodes?: string
  held?: boolean
  expectedStart?: Date
  priority?: number
  /** How often it was put back into the queue: a job that has ended begins again only where this has grown. */
  restarts?: number
  /** The limit in force, where it was changed after the submission. */
  timeMinutes?: number
  /**
   * Of an array (whose `state` is then `stateOfArray`): the elements whose state is known, those of `jobs()` all, of `onChange`
   * at least those that changed.
   */
  elements?: readonly ArrayElement[]
}

/** Limits of one user: an association (`sacctmgr show assoc`) or a QOS of theirs. Absent limits do not exist. */
export interface UserLimit {
  kind: 'association' | 'qos'
  /** The account, or the QOS. */
  name: string
  isDefault: boolean
  partition?: string
  /** QOS that the association may use. */
  qos?: readonly string[]
  maxJobs?: number
  maxSubmit?: number
  maxMinutes?: number
  /** For one job. */
  maxNodes?: number
  maxCores?: number
  maxMemoryMb?: number
  maxGpus?: number
}

export interface License {
  name: string
  total: number
  used: number
}

/** What `sbatch --test-only` says. Without `startsAt`, `problem` is the scheduler's own sentence why it would be refused. */
export interface Estimate {
  startsAt?: Date
  nodes?: string
  problem?: string
}

/** Numbers of a job: while it runs of this moment, after it of the whole. Bytes, seconds; what is not known is absent. */
export interface Usage {
  at: Date
  elapsedSeconds?: number
  /** Cores × wall clock that were reserved, and the processor time that was used. */
  coreSeconds?: number
  cpuSeconds?: number
  /** The largest of all tasks, summed over tasks where the scheduler knows that. */
  memoryBytes?: number
  memoryLimitBytes?: number
  readBytes?: number
  writtenBytes?: number
  gpuPercent?: number
  gpuMemoryBytes?: number
}

/**
 * What runs the jobs. Shaped by Slurm: a submission is accepted or refused at once, a known key is looked up before anything
 * is started a second time, states are learnt afterwards and may arrive late. Questions about everybody are asked as the
 * agent; what belongs to one user is done as that user (Runner). A scheduler that cannot be asked keeps answering with what
 * it knew last, `freshness` says of when; only what would change something fails, with SCHEDULER_UNAVAILABLE.
 */
export interface Scheduler {
  readonly kind: 'slurm' | 'local'
  /** When what is told was last true; `problem` while the scheduler does not answer, in a sentence. Its own version. */
  freshness(): { at: Date; problem?: string; release?: string }
  partitions(): Promise<Partition[]>
  /** By node name. */
  nodes(): Promise<Record<string, NodeStatus>>
  limits(user: string): Promise<UserLimit[]>
  licenses(): Promise<License[]>
  /**
   * Accepts the job and answers with its id; the same key of the same user again answers with the same id and starts nothing.
   * Failure VALIDATION_FAILED where the scheduler refuses it (its own sentence inside), SCHEDULER_UNAVAILABLE where it cannot
   * be known whether it has it.
   */
  submit(spec: JobSpec): Promise<string>
  /** When it would start; nothing is kept. */
  estimate(spec: Omit<JobSpec, 'number' | 'key' | 'attemptedAt'>): Promise<Estimate>
  /**
   * Asks for a change of a job, or of some elements of an array; one that has ended stays as it is. Failure WRONG_STATE,
   * FORBIDDEN (the scheduler does not let this user), VALIDATION_FAILED, SCHEDULER_UNAVAILABLE.
   */
  change(user: string, id: string, change: JobChange, elements?: readonly number[]): Promise<void>
  /** The jobs of these ids, of the present and the past, those it does not know left out. */
  jobs(ids: readonly string[]): Promise<ScheduledJob[]>
  /** Undefined where there is nothing to tell (it has not started, accounting is off). */
  usage(id: string, element?: number): Promise<Usage | undefined>
  /** Told of every change of state, in order for each job. */
  onChange(listener: (job: ScheduledJob) => void): void
}

/** The output of a job in its folder, standard output and standard error together; of an array's element `job-<index>.log`. */
export const LOG_NAME = 'job.log'
/** The scheduler's own files in a job's folder; never a result. */
export const BOOKKEEPING = '.headway'
export const logName = (element?: number): string => (element === undefined ? LOG_NAME : `job-${element}.log`)
