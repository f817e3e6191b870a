import type { Generated } from 'kysely'
import type { StepState, WorkflowRunState } from '../../../contract/workflows.ts'

/** Columns of JSON are read and written by store.ts alone. Times ISO 8601. */
export interface WorkflowRunsTable {
  number: Generated<number>
  user: string
  /** The exactly-once key. */
  key: string
  name: string
  /** JSON: WorkflowSnapshot. */
  template: string
  /** JSON: ParameterValues, checked. */
  parameters: string
  /** JSON: JobFile[]. */
  files: string
  /** JSON: Queue. */
  queue: string
  state: WorkflowRunState
  cancelled: Generated<number>
  submitted_at: string
  ended_at: Generated<string | null>
}

export interface WorkflowStepsTable {
  run: number
  step: string
  attempt: number
  job_id: Generated<string | null>
  state: StepState
  reason: Generated<string | null>
  started_at: Generated<string | null>
  ended_at: Generated<string | null>
}

export interface WorkflowTables {
  workflow_runs: WorkflowRunsTable
  workflow_steps: WorkflowStepsTable
}
