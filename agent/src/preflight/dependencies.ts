import { type JobState, jobHasEnded } from '../../../contract/jobs.ts'
import type { Dependency } from '../../../contract/resources.ts'
import type { Jobs } from '../jobs/index.ts'
import { Failure } from '../kit/failure.ts'
import type { Identity } from '../kit/identity.ts'
import { doubtful, type Finding, refused } from './finding.ts'

/** Whether the jobs waited for exist, are the user's own, and can still end as the dependency wants. */
export async function checkDependencies(
  jobs: Pick<Jobs, 'find'>,
  who: Identity,
  dependencies: readonly Dependency[],
): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const { type, job } of dependencies) {
    if (job === undefined) continue
    try {
      const { state } = await jobs.find(who, job)
      if (neverMet(type, state)) findings.push(doubtful('dependency-never', { job, type, state }))
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      findings.push(refused('dependency-unknown', { job }))
    }
  }
  return findings
}

/** An end in success can no longer fail, and the other way round (sbatch --dependency). */
function neverMet(type: Dependency['type'], state: JobState): boolean {
  if (!jobHasEnded(state)) return false
  return (type === 'afterok' && state !== 'completed') || (type === 'afternotok' && state === 'completed')
}
