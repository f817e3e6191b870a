import type { NodeStatus } from '../../../contract/nodes.ts'
import type { JobState } from '../../../contract/jobs.ts'
import type { Resources } from '../../../contract/templates.ts'

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
}

/** A job as its scheduler sees it now. */
export interface ScheduledJob {
  id: string
  state: JobState
  /** Why it waits or how it ended (`Resources`, `exit code 3`). */
  reason?: string
  exitCode?: number
  startedAt?: Date
  endedAt?: Date
  nodes?: string
}

/** Times in minutes; `cores` that one job may ask for. */
export interface Partition {
  name: string
  isDefault: boolean
  nodes: number
  cores: number
}

/**
 * What runs the jobs. Shaped by Slurm: a submission is accepted or refused at once, a known key is looked up before anything
 * is started a second time, states are learnt afterwards and may arrive late.
 */
export interface Scheduler {
  readonly kind: 'slurm' | 'local'
  partitions(): Promise<Partition[]>
  /** By node name. */
  nodes(): Promise<Record<string, NodeStatus>>
  /**
   * Accepts the job and answers with its id; the same key of the same user again answers with the same id and starts nothing.
   * Failure VALIDATION_FAILED where the resources can never be had, SCHEDULER_UNAVAILABLE where it cannot be asked.
   */
  submit(spec: JobSpec): Promise<string>
  /** Asks for the end of a job; one that has ended stays as it is. */
  cancel(id: string): Promise<void>
  /** The jobs of these ids, those it does not know left out. */
  jobs(ids: readonly string[]): Promise<ScheduledJob[]>
  /** Told of every change of state, in order for each job. */
  onChange(listener: (job: ScheduledJob) => void): void
}

/** Slurm's name for the output of a job in its folder, standard output and standard error together. */
export const LOG_NAME = 'job.log'
/** The scheduler's own files in a job's folder; never a result. */
export const BOOKKEEPING = '.headway'
