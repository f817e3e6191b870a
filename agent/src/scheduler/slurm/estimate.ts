import type { Finished } from '../../runner/index.ts'
import type { Estimate, JobSpec } from '../scheduler.ts'
import { batchOf } from './batch.ts'
import { type Commands, complaint, isDoubtful, unavailable } from './commands.ts'
import { dateOf } from './times.ts'

/** `sbatch: Job 5 to start at 1795265633 using 16 processors on nodes c[1-2] in partition compute`, on standard error. */
const planned = /^sbatch: Job \d+ to start at (\S+) using \d+ processors(?: on (?:nodes )?(\S+))?/m

const startOf = (text: string): Date | undefined => {
  const date = dateOf(text) ?? new Date(`${text}Z`)
  return Number.isNaN(date.getTime()) ? undefined : date
}

/** What `sbatch --test-only` has said. */
export function parseEstimate(finished: Pick<Finished, 'code' | 'stderr'>): Estimate {
  const match = planned.exec(finished.stderr)
  if (match !== null) {
    const startsAt = startOf(match[1] ?? '')
    const nodes = match[2]
    return { ...(startsAt === undefined ? {} : { startsAt }), ...(nodes === undefined ? {} : { nodes }) }
  }
  const said = complaint({ stderr: finished.stderr.replace(/^allocation failure: /gm, '') })
  return { problem: said || `sbatch ended with ${finished.code ?? 'a signal'}` }
}

/** Asks as the user; a job id is used up, nothing else remains. Failure SCHEDULER_UNAVAILABLE, VALIDATION_FAILED. */
export async function estimateStart(
  commands: Commands,
  spec: Omit<JobSpec, 'number' | 'key' | 'attemptedAt'>,
  now: Date,
): Promise<Estimate> {
  const { args, options } = batchOf(spec, now)
  const finished = await commands.act(spec.user, 'sbatch', ['--test-only', ...args], {
    ...options,
    timeoutMs: 15_000,
    environment: { SLURM_TIME_FORMAT: '%s' },
  })
  if (isDoubtful(finished))
    throw unavailable(`Slurm does not answer (${complaint(finished) || 'sbatch took too long'}).`)
  return parseEstimate(finished)
}
