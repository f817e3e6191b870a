import type { JobState } from '../../../contract/jobs.ts'

/** What a job used. JSON is read and written by store.ts alone. Times ISO 8601, bytes, seconds, percent. */
export interface JobUsageTable {
  /** Of job_history. */
  number: number
  /** Of an array; -1 where the job is none. */
  element: number
  user: string
  template_id: string | null
  /** As asked for. */
  nodes: number
  /** JSON: UsageSample[]. */
  samples: string
  /** JSON: UsageSample, of the whole job. */
  final: string | null
  /** How it ended; null while it runs. */
  state: JobState | null
  elapsed_seconds: number | null
  /** The largest that was seen. */
  memory_bytes: number | null
  cpu_seconds: number | null
  core_seconds: number | null
  gpu_percent: number | null
  ended_at: string | null
}

export interface UsageTables {
  job_usage: JobUsageTable
}
