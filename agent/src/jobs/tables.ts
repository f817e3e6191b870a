import type { Generated } from 'kysely'
import type { JobState } from '../../../contract/jobs.ts'

/** Every submission there ever was. Columns of JSON are read and written by history.ts alone. Times ISO 8601. */
export interface JobHistoryTable {
  /** The submission's own number; names its folder. */
  number: Generated<number>
  /** The scheduler's id; null between "stored" and "accepted by the scheduler". */
  job_id: Generated<string | null>
  user: string
  /** The exactly-once key. */
  key: string
  name: string
  state: JobState
  reason: Generated<string | null>
  exit_code: Generated<number | null>
  /** JSON: Resources. */
  resources: string
  /** JSON: TemplateSnapshot. */
  template: string | null
  /** JSON: ParameterValues. */
  parameters: string
  command: string | null
  script: string
  /** JSON: JobInput[]. */
  inputs: string
  /** JSON: ResultValue[], once read after the end. */
  results: Generated<string | null>
  nodes: Generated<string | null>
  submitted_at: string
  started_at: Generated<string | null>
  ended_at: Generated<string | null>
}

export interface JobsTables {
  job_history: JobHistoryTable
}
