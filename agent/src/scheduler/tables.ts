import type { Generated } from 'kysely'

/** Jobs of the embedded scheduler: its queue, and what it knows of each process. Times ISO 8601. */
export interface LocalJobsTable {
  id: number
  user: string
  key: string
  name: string
  folder: string
  tasks: number
  time_minutes: number
  /** `starting`: the wrapper was asked to start; whether it did is for its claim file to say. */
  state: 'pending' | 'starting' | 'running' | 'completed' | 'failed' | 'cancelled' | 'timeout' | 'lost'
  /** Why the agent is ending it; kept before the first signal so that a restart tells the same story. */
  ending: Generated<'cancelled' | 'timeout' | null>
  reason: Generated<string | null>
  exit_code: Generated<number | null>
  submitted_at: string
  started_at: Generated<string | null>
  ended_at: Generated<string | null>
}

export interface SchedulerTables {
  local_jobs: LocalJobsTable
}
