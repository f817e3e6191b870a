import type { JobChange } from '../../../../contract/jobs.ts'
import type { Agent } from '../../kit/agent.ts'
import { Failure } from '../../kit/failure.ts'
import { type Engine, placeOf } from './engine.ts'
import type { LocalJob, LocalRun, Queue, RunState } from './queue.ts'
import { removeLog } from './wrapper.ts'

const ENDED: readonly RunState[] = ['completed', 'failed', 'cancelled', 'timeout', 'out_of_memory', 'lost']

/** Changes of jobs in the embedded scheduler; each is told as it happens. */
export function createChanges(agent: Agent, queue: Queue, engine: Engine) {
  type Elements = readonly number[] | undefined

  /** Tells what was changed; nothing at all is a refusal. */
  function changed(job: LocalJob, runs: readonly LocalRun[], otherwise: string): void {
    if (runs.length === 0) throw new Failure('WRONG_STATE', otherwise)
    engine.tell(job, runs)
    engine.pump()
  }

  async function active(job: LocalJob, elements: Elements): Promise<LocalRun[]> {
    const wanted = elements === undefined ? undefined : new Set(elements)
    const runs = await queue.active()
    return runs.filter((run) => run.job === job.id && wanted?.has(run.element) !== false)
  }

  async function cancel(job: LocalJob, elements: Elements): Promise<void> {
    const ended_at = agent.now().toISOString()
    const waiting = await queue.update(job.id, elements, ['pending'], { state: 'cancelled', reason: null, ended_at })
    engine.tell(job, waiting)
    await engine.stop(await active(job, elements), 'cancelled')
    engine.pump()
  }

  async function requeue(job: LocalJob, elements: Elements): Promise<void> {
    const running = await active(job, elements)
    await engine.stop(running, 'requeued')
    const anew = { exit_code: null, signal: null, usage: null, reason: null, ending: null, held: 0 }
    const ended: LocalRun[] = []
    for (const run of (await queue.runs(job.id)).filter(({ state }) => ENDED.includes(state))) {
      if (elements?.includes(run.element) === false) continue
      await removeLog(placeOf(job, run))
      const again = { ...anew, started_at: null, ended_at: null, restarts: run.restarts + 1 }
      ended.push(...(await queue.update(job.id, [run.element], ENDED, { ...again, state: 'pending' })))
    }
    if (running.length === 0) changed(job, ended, `Job ${job.id} waits in the queue already.`)
    else engine.tell(job, ended)
  }

  return async function change(job: LocalJob, change: JobChange, elements: Elements): Promise<void> {
    switch (change.action) {
      case 'cancel':
        return cancel(job, elements)
      case 'hold': {
        const held = await queue.update(job.id, elements, ['pending'], { held: 1 })
        return changed(job, held, `Job ${job.id} does not wait any more: only what waits can be held.`)
      }
      case 'release': {
        const freed = await queue.update(job.id, elements, ['pending'], { held: 0 })
        return changed(job, freed, `Job ${job.id} does not wait any more.`)
      }
      case 'requeue':
        return requeue(job, elements)
      case 'time-limit': {
        const limit = { time_minutes: change.minutes }
        const runs = await queue.update(job.id, elements, ['pending', 'starting', 'running'], limit)
        return changed(job, runs, `Job ${job.id} has ended.`)
      }
      case 'nice':
        throw new Failure(
          'VALIDATION_FAILED',
          'The embedded scheduler starts jobs in the order they came: it knows no priorities.',
        )
    }
  }
}
