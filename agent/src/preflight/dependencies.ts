import { type JobState, jobHasEnded } from '../../../contract/jobs.ts'
import type { Dependency } from '../../../contract/resources.ts'
import type { Jobs } from '../jobs/index.ts'
import { Failure } from '../kit/failure.ts'
import type { Identity } from '../kit/identity.ts'
import { type Finding, refused } from './finding.ts'

/**
 * Whether the jobs waited for exist, are the user's own, and can still end as the dependency wants: a submission is refused
 * otherwise (jobs/dependencies.ts). `waits`: one of them has not ended.
 */
export async function checkDependencies(
  jobs: Pick<Jobs, 'find'>,
  who: Identity,
  dependencies: readonly Dependency[],
): Promise<{ findings: Finding[]; waits: boolean }> {
  const findings: Finding[] = []
  let waits = false
  for (const { type, job, submission } of dependencies) {
    if (submission !== undefined) waits = true
    if (job === undefined) continue
    const state = await stateOf(jobs, who, job)
    if (state === undefined) findings.push(refused('dependency-unknown', { job }))
    else if (!jobHasEnded(state)) waits = true
    else if (neverMet(type, state)) findings.push(refused('dependency-never', { job, type, state }))
  }
  return { findings, waits }
}

/** Of the user's own job; an admin, too, waits for no other. */
async function stateOf(jobs: Pick<Jobs, 'find'>, who: Identity, id: string): Promise<JobState | undefined> {
  try {
    const { user, state } = await jobs.find(who, id)
    return user === who.username ? state : undefined
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}

/** An end in success can no longer fail, and the other way round (sbatch --dependency). */
const neverMet = (type: Dependency['type'], ended: JobState): boolean =>
  (type === 'afterok' && ended !== 'completed') || (type === 'afternotok' && ended === 'completed')
