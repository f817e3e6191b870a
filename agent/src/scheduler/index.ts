import type { Agent } from '../kit/agent.ts'
import type { Noun } from '../kit/noun.ts'
import { createLocalScheduler } from './local/index.ts'
import type { Scheduler } from './scheduler.ts'

export type { Estimate, JobSpec, License, Partition, ScheduledJob, Scheduler, Usage, UserLimit } from './scheduler.ts'
export { BOOKKEEPING, LOG_NAME, logName } from './scheduler.ts'
export { jobEnvironment } from './local/config.ts'

/** The scheduler that the settings name. `auto` is the embedded one until the Slurm adapter is there to be found. */
export function createScheduler(agent: Agent): Scheduler & Noun & Required<Pick<Noun, 'start' | 'close'>> {
  if (agent.config.scheduler.kind === 'slurm') {
    throw new Error('scheduler: this agent cannot reach Slurm yet; use "local"')
  }
  return { ...createLocalScheduler(agent), routes: async () => {} }
}
