import type { Agent } from '../kit/agent.ts'
import type { Noun } from '../kit/noun.ts'
import { createLocalScheduler } from './local/index.ts'
import type { Scheduler } from './scheduler.ts'
import { createSlurmScheduler, isSlurmThere } from './slurm/index.ts'

export type { Estimate, JobSpec, License, Partition, ScheduledJob, Scheduler, Usage, UserLimit } from './scheduler.ts'
export { BOOKKEEPING, LOG_NAME, logName } from './scheduler.ts'
export { jobEnvironment } from './local/config.ts'
export { createSchedulerStatus } from './status.ts'

/**
 * The scheduler that the settings name; `auto` is Slurm in site mode, which has no other, and else where its commands are here
 * and its controller answers.
 */
export async function createScheduler(
  agent: Agent,
): Promise<Scheduler & Noun & Required<Pick<Noun, 'start' | 'close'>>> {
  const { kind } = agent.config.scheduler
  const isSite = agent.config.runAs === 'sudo'
  const slurm = kind === 'slurm' || (kind === 'auto' && (isSite || (await isSlurmThere(agent.runner))))
  const scheduler = slurm ? createSlurmScheduler(agent, agent.runner) : createLocalScheduler(agent)
  return { ...scheduler, routes: async () => {} }
}
