import type { JobState } from '../../../contract/jobs.ts'
import type { JobView } from '../jobs/index.ts'

/** Signals by the numbers that Linux gives them. */
const signals: Readonly<Record<number, string>> = {
  4: 'illegal instruction',
  6: 'aborted',
  7: 'bus error',
  8: 'floating point exception',
  9: 'killed',
  11: 'segmentation fault',
  15: 'terminated',
}

const ways: Partial<Record<JobState, string>> = {
  timeout: 'ran into its time limit',
  out_of_memory: 'ran out of memory',
  node_fail: 'lost its node',
  lost: 'is not known to the scheduler any more',
}

/** How a job ended, as the end of a sentence that begins with its name. A shell reports a signal as exit code 128 + signal. */
export function ending(job: Pick<JobView, 'state' | 'exitCode' | 'signal' | 'array'>): string {
  if (job.array !== undefined) return 'has failed elements'
  const way = ways[job.state]
  if (way !== undefined) return way
  const code = job.exitCode
  const signal = job.signal ?? (code !== undefined && code > 128 ? code - 128 : undefined)
  const name = signal === undefined ? undefined : signals[signal]
  if (name !== undefined) return `failed: ${name} (signal ${signal})`
  if (code === 127) return 'failed: a command was not found (exit code 127)'
  if (code === 126) return 'failed: a program may not be executed (exit code 126)'
  return code === undefined ? 'failed' : `failed with exit code ${code}`
}
