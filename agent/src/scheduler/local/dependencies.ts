import { endedJobStates } from '../../../../contract/jobs.ts'
import type { JobSpec } from '../scheduler.ts'
import { type LocalJob, NO_ELEMENT, type Queue, type RunState } from './queue.ts'

type WaitsFor = NonNullable<JobSpec['options']['dependencies']>[number]

const hasEnded = (state: RunState) => (endedJobStates as readonly string[]).includes(state)
const hasBegun = (state: RunState) => state !== 'pending' && state !== 'starting'

/** Whether what a job waits for has happened, may still happen, or never will (Slurm's rules; an array counts as a whole). */
function judge(type: WaitsFor['type'], states: readonly RunState[]): 'met' | 'waiting' | 'never' {
  if (type === 'after') return states.every(hasBegun) ? 'met' : 'waiting'
  if (!states.every(hasEnded)) return 'waiting'
  if (type === 'afterany') return 'met'
  const good = states.every((state) => state === 'completed')
  return good === (type === 'afterok') ? 'met' : 'never'
}

/** Why a job may not start yet, in Slurm's words; undefined where nothing it waits for is left. */
export async function whatItWaitsFor(queue: Queue, job: LocalJob, now: Date): Promise<string | undefined> {
  if (job.begin_at !== null && Date.parse(job.begin_at) > now.getTime()) return 'BeginTime'
  const dependencies = job.waits_for === null ? [] : (JSON.parse(job.waits_for) as WaitsFor[])
  let waiting = false
  for (const { type, job: id } of dependencies) {
    const outcome = judge(type, await statesOf(queue, id))
    if (outcome === 'never') return 'DependencyNeverSatisfied'
    if (outcome === 'waiting') waiting = true
  }
  if (waiting) return 'Dependency'
  return job.singleton === 1 && (await queue.namesakes(job)) ? 'Dependency' : undefined
}

/** Of a job `12` or an element `12_4`: each state there is among its runs, once. */
async function statesOf(queue: Queue, id: string): Promise<RunState[]> {
  const [job = 0, element] = id.split('_').map(Number)
  if (element === undefined) return Object.keys(await queue.counts(job)) as RunState[]
  const run = await queue.run(job, element)
  return run === undefined ? [] : [run.state]
}

/** The id by which others know a run. */
export const runId = ({ job, element }: { job: number; element: number }): string =>
  element === NO_ELEMENT ? String(job) : `${job}_${element}`
