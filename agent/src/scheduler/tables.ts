import type { Generated } from 'kysely'

/** Jobs of the embedded scheduler, as they were asked for. Times ISO 8601. */
export interface LocalJobsTable {
  id: number
  user: string
  key: string
  name: string
  folder: string
  tasks: number
  /** What a run of it holds while it runs. */
  cores: number
  memory_mb: Generated<number | null>
  /** As asked for: `0-15%4`; null for a job that is none. */
  array: Generated<string | null>
  /** At most so many of its runs at a time. */
  at_once: Generated<number | null>
  begin_at: Generated<string | null>
  /** JSON: WaitsFor[]. */
  waits_for: Generated<string | null>
  singleton: Generated<number>
  /** JSON: Record<string, string>. */
  environment: Generated<string | null>
  /** Why those of its runs wait that are not held, in Slurm's words. */
  reason: Generated<string | null>
  submitted_at: string
}

/** Runs of those jobs: one each, of an array one for each element. */
export interface LocalRunsTable {
  job: number
  /** -1 for a job that is no array. */
  element: number
  /** `starting`: the wrapper was asked to start; whether it did is for its claim file to say. */
  state:
    'pending' | 'starting' | 'running' | 'completed' | 'failed' | 'cancelled' | 'timeout' | 'out_of_memory' | 'lost'
  held: Generated<number>
  time_minutes: number
  /** Why the agent is ending it; kept before the first signal so that a restart tells the same story. */
  ending: Generated<'cancelled' | 'timeout' | 'requeued' | 'memory' | 'log' | null>
  reason: Generated<string | null>
  exit_code: Generated<number | null>
  signal: Generated<number | null>
  restarts: Generated<number>
  /** JSON: Usage, of the whole, once it has ended. */
  usage: Generated<string | null>
  started_at: Generated<string | null>
  ended_at: Generated<string | null>
}

/** What was handed to Slurm, by the exactly-once key. Times ISO 8601. */
export interface SlurmSubmissionsTable {
  user: string
  key: string
  /** Slurm's account of the user; null where the agent is the user. */
  account: string | null
  /** What the job carries, to be found again by. */
  comment: string
  /** Absolute. */
  folder: string
  /** As asked for: `0-15%4`. */
  array: string | null
  job_id: Generated<string | null>
  first_attempt_at: string
  last_attempt_at: string
  /** Null while `sbatch` runs, and where the agent died meanwhile. */
  last_attempt_ended_at: Generated<string | null>
  attempts: number
  /** JSON: ScheduledJob without elements, as last known. */
  last: Generated<string | null>
  /** 1: its end has been seen. */
  ended: Generated<number>
}

export interface SchedulerTables {
  slurm_instance: { name: string }
  slurm_submissions: SlurmSubmissionsTable
  local_jobs: LocalJobsTable
  local_runs: LocalRunsTable
}
