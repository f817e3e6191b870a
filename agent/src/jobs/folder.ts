import type { JobSummary } from './record.ts'

/** Where a job runs, relative to the user's area. */
export const runFolder = (job: Pick<JobSummary, 'number'>): string => `runs/${job.number}`
