import { type ChangeResult, type JobChange, jobHasEnded } from '../../../contract/jobs.ts'
import { Failure } from '../kit/failure.ts'
import type { Identity } from '../kit/identity.ts'
import type { Scheduler } from '../scheduler/index.ts'
import { asJob, type Found } from './record.ts'

/** So many jobs are changed at a time: each may be a command of Slurm's. */
const AT_ONCE = 4

interface Target {
  found: Found
  /** As it was asked for. */
  id: string
}

/** Refuses what has no meaning; what the scheduler does not allow it says itself. */
function check({ found: { job, element }, id }: Target, { action }: JobChange): void {
  const state = element?.state ?? job.state
  if (job.jobId === undefined) throw new Failure('WRONG_STATE', `Job ${id} is not in the queue yet.`)
  if (jobHasEnded(state) && action !== 'requeue') throw new Failure('WRONG_STATE', `Job ${id} has already ended.`)
}

/**
 * Whether a change that may have been made since then was made, as far as the job tells; others may be made again, to the same
 * end. Slurm's times are whole seconds.
 */
function isDone({ found: { job, element } }: Target, { action }: JobChange, since: Date): boolean {
  const { state, startedAt } = element ?? job
  switch (action) {
    case 'cancel':
      return state === 'cancelled'
    case 'release':
      return element === undefined && !job.held
    case 'requeue':
      return state === 'pending' || Date.parse(startedAt ?? '') >= Math.floor(since.getTime() / 1000) * 1000
    default:
      return false
  }
}

/** Changes of jobs and of elements of arrays, one or many; the elements of one array are changed together. */
export function createChanges(parts: {
  scheduler: Scheduler
  find: (who: Identity, id: string) => Promise<Found>
  /** What the scheduler says of these jobs now is stored when this resolves. */
  refresh: (ids: readonly string[]) => Promise<void>
}) {
  const { scheduler, find, refresh } = parts

  /** Elements of one array, or one job. */
  async function changeTogether(targets: readonly Target[], change: JobChange): Promise<void> {
    const job = targets[0]?.found.job
    if (job?.jobId === undefined) return
    const elements = targets.flatMap(({ found }) => found.element?.index ?? [])
    await scheduler.change(job.user, job.jobId, change, elements.length === 0 ? undefined : elements)
  }

  async function idsAtScheduler(who: Identity, ids: readonly string[]): Promise<string[]> {
    const found = await Promise.all(ids.map((id) => find(who, id).catch(() => undefined)))
    return [...new Set(found.flatMap((one) => one?.job.jobId ?? []))]
  }

  return async function change(
    who: Identity,
    ids: readonly string[],
    wanted: JobChange,
    since?: Date,
  ): Promise<(ChangeResult & { failure?: unknown })[]> {
    const failures = new Map<string, unknown>()
    const groups = new Map<string, Target[]>()
    if (since !== undefined) await refresh(await idsAtScheduler(who, ids))
    for (const id of new Set(ids)) {
      try {
        const target = { id, found: await find(who, id) }
        if (since !== undefined && isDone(target, wanted, since)) continue
        check(target, wanted)
        const { job, element } = target.found
        const group = `${job.number}${element === undefined ? '' : '_'}`
        groups.set(group, [...(groups.get(group) ?? []), target])
      } catch (error) {
        failures.set(id, error)
      }
    }
    const waiting = [...groups.values()]
    const work = async () => {
      for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) {
        try {
          await changeTogether(group, wanted)
        } catch (error) {
          for (const { id } of group) failures.set(id, error)
        }
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    const changed = [...groups.values()].flat().filter(({ id }) => !failures.has(id))
    await refresh([...new Set(changed.flatMap(({ found }) => found.job.jobId ?? []))])
    const results: (ChangeResult & { failure?: unknown })[] = []
    for (const id of ids) {
      const failure = failures.get(id)
      if (failure !== undefined) results.push({ id, error: described(failure), failure })
      else {
        const { job, element } = await find(who, id)
        results.push({ id, job: asJob(job, element) })
      }
    }
    return results
  }
}

const described = (error: unknown) =>
  error instanceof Failure
    ? { code: error.code, message: error.message }
    : { code: 'INTERNAL', message: 'The agent could not do this. Its log says why.' }
