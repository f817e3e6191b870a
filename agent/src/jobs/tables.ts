import type { ColumnType, Generated } from 'kysely'
import type { JobState } from '../../../contract/jobs.ts'

/** Computed by the database from another column. */
type Computed<T> = ColumnType<T, never, never>

/** Every submission there ever was. Columns of JSON are read and written by record.ts and history.ts alone. Times ISO 8601. */
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
  signal: Generated<number | null>
  held: Generated<number>
  expected_start: Generated<string | null>
  priority: Generated<number | null>
  restarts: Generated<number>
  /** Minutes: the limit in force, where it was changed. */
  time_limit: Generated<number | null>
  /** When it was first handed over to the scheduler: stored before the scheduler is asked. */
  attempted_at: Generated<string | null>
  /** JSON: Resources. */
  resources: string
  /** JSON: JobOptions, dependencies by the scheduler's ids. */
  options: Generated<string | null>
  /** JSON: ArraySummary, of an array. */
  array: Generated<string | null>
  /** JSON: TemplateSnapshot. */
  template: string | null
  /** JSON: TemplateSource, whole, as it was. */
  source: Generated<string | null>
  /** JSON: ParameterValues. */
  parameters: string
  command: string | null
  script: string
  /** JSON: JobInput[]. */
  inputs: string
  /** JSON: ResultValue[], once read after the end. */
  results: Generated<string | null>
  /** JSON: DesktopRecord, of a job that is a desktop. */
  desktop: Generated<string | null>
  nodes: Generated<string | null>
  workflow_id: Generated<string | null>
  workflow_step: Generated<string | null>
  template_id: Computed<string | null>
  partition: Computed<string | null>
  submitted_at: string
  started_at: Generated<string | null>
  ended_at: Generated<string | null>
}

/** Elements of arrays: all of them from the submission on. */
export interface JobElementsTable {
  number: number
  idx: number
  state: JobState
  reason: Generated<string | null>
  exit_code: Generated<number | null>
  signal: Generated<number | null>
  started_at: Generated<string | null>
  ended_at: Generated<string | null>
  nodes: Generated<string | null>
  restarts: Generated<number>
}

export interface JobsTables {
  job_history: JobHistoryTable
  job_elements: JobElementsTable
}
