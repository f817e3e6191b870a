import { JobUsage } from '../usage.ts'

/** `GET /api/v2/jobs/:id/usage`: of a job, or of an array's element (`123_4`). Asking takes a sample, at most every 10 s. */
export const UsageAnswer = JobUsage
