import { jobHasEnded, type JobState } from '../../../contract/jobs.ts'
import type { Dependency } from '../../../contract/resources.ts'
import { Failure } from '../kit/failure.ts'
import type { History } from './history.ts'
import { elementId, idOf, type Submitted } from './record.ts'

function refuse(index: number, reason: string): never {
  throw new Failure('VALIDATION_FAILED', reason, { details: { path: `/options/dependencies/${index}`, reason } })
}

/** Whether the end of a job lets one that waits for it go on. */
const isMet = (type: Dependency['type'], state: JobState) =>
  type === 'after' || type === 'afterany' || (state === 'completed') === (type === 'afterok')

/**
 * Dependencies by the scheduler's own ids. They are looked up among the user's own submissions, whether by a job's id or by the
 * key of a submission. What has ended is decided here, for a scheduler forgets jobs soon: met ones are left out, and one that
 * can never be met is refused. Failure VALIDATION_FAILED, SCHEDULER_UNAVAILABLE while a submission has no job yet.
 */
export async function resolveDependencies(
  history: History,
  user: string,
  dependencies: readonly Dependency[],
): Promise<{ type: Dependency['type']; job: string }[]> {
  const resolved: { type: Dependency['type']; job: string }[] = []
  for (const [index, { type, job: id, submission }] of dependencies.entries()) {
    if ((id === undefined) === (submission === undefined)) {
      refuse(index, 'A dependency names either "job" or "submission".')
    }
    const { job, element } = await wanted(history, user, id, submission)
    if (job === undefined) refuse(index, `There is no job of yours that "${id ?? submission}" could mean.`)
    if (job.jobId === undefined) {
      throw new Failure(
        'SCHEDULER_UNAVAILABLE',
        `The submission "${submission ?? id}", which this one waits for, is not in the queue yet. Try again shortly.`,
      )
    }
    const known = element === undefined ? undefined : await history.element(job.number, element)
    if (element !== undefined && known === undefined) refuse(index, `Job ${job.jobId} has no element ${element}.`)
    const state = known?.state ?? job.state
    const target = element === undefined ? idOf(job) : elementId(job, element)
    if (!jobHasEnded(state)) resolved.push({ type, job: target })
    else if (!isMet(type, state)) {
      refuse(index, `Job ${target} ended as "${state}": what waits for it with "${type}" would never start.`)
    }
  }
  return resolved
}

async function wanted(
  history: History,
  user: string,
  id: string | undefined,
  key: string | undefined,
): Promise<{ job: Submitted | undefined; element?: number }> {
  if (id === undefined) return { job: key === undefined ? undefined : await history.byKey(user, key) }
  const own = (job: Submitted | undefined) => (job?.user === user ? job : undefined)
  const whole = own(await history.byId(id))
  const [, array = '', element] = /^(.+)_(\d{1,7})$/.exec(id) ?? []
  if (whole !== undefined || element === undefined) return { job: whole }
  return { job: own(await history.byId(array)), element: Number(element) }
}
