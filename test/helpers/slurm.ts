import { mkdirSync } from 'node:fs'
import type { Agent } from '../../agent/src/kit/agent.ts'
import { openDatabase } from '../../agent/src/db/index.ts'
import { createLog } from '../../agent/src/log.ts'
import { type Runner, SelfRunner } from '../../agent/src/runner/index.ts'
import type { JobSpec, ScheduledJob, Scheduler } from '../../agent/src/scheduler/index.ts'
import { createSlurmScheduler } from '../../agent/src/scheduler/slurm/index.ts'
import { createUserFiles } from '../../agent/src/user-files/index.ts'
import { temporaryFolder, testConfig } from './agent.ts'

/** Slurm's scheduler of an agent, without the rest of it. */
export interface SlurmBench {
  scheduler: Scheduler
  /** What it has told, by job, in order. */
  told: Map<string, ScheduledJob[]>
  /** How often each of Slurm's commands was run. */
  calls: Map<string, number>
  /** A job with a folder of its own. */
  spec(key: string, script: string, more?: Partial<JobSpec>): Promise<JobSpec>
  /** As an agent ends; the database stays. */
  close(): Promise<void>
}

let number = 0

/** `data` keeps the database of a bench before this one; `wrap` stands between the scheduler and Slurm's commands. */
export async function slurmBench(
  conf: string,
  options: { data?: string; user?: string; wrap?: (runner: Runner) => Runner } = {},
): Promise<SlurmBench> {
  const { data = temporaryFolder(), user = 'jin' } = options
  process.env['SLURM_CONF'] = conf
  const config = testConfig({ HEADWAY_SCHEDULER: 'slurm' }, data)
  mkdirSync(config.uploads, { recursive: true })
  const calls = new Map<string, number>()
  const own = new SelfRunner(config)
  const runner = options.wrap?.(own) ?? own
  const db = openDatabase(data)
  const agent: Agent = {
    config,
    db,
    log: createLog('silent'),
    now: () => new Date(),
    audit: { record() {}, security() {} },
    hub: { publish() {}, connections: 0 },
    files: createUserFiles(config),
    runner,
    metrics: {
      count: (_name, labels = {}) =>
        void calls.set(labels['command'] ?? '', (calls.get(labels['command'] ?? '') ?? 0) + 1),
      gauge() {},
      gaugeBy() {},
    },
  }
  const scheduler = createSlurmScheduler(agent, runner)
  const told = new Map<string, ScheduledJob[]>()
  scheduler.onChange((job) => void told.set(job.id, [...(told.get(job.id) ?? []), job]))
  await scheduler.start()
  return {
    scheduler,
    told,
    calls,
    async spec(key, script, more = {}) {
      const folder = await agent.files.makeFolder(user, `runs/${key}`)
      number += 1
      const resources = { nodes: 1, tasks: 1, timeMinutes: 5 }
      return { number, key, user, name: `job ${key}`, script, folder, resources, options: {}, ...more }
    },
    async close() {
      await scheduler.close()
      await db.destroy()
    },
  }
}
