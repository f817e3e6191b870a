import { userInfo } from 'node:os'
import { type LocalJob, type LocalRun, NO_ELEMENT } from './queue.ts'

/** What a job inherits from the agent's surroundings. Everything else (secrets, settings, proxies) stays outside. */
const inherited = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'TZ'] as const

/**
 * The environment every local job starts from, made anew rather than cut down: a name that is not listed here cannot leak.
 * Also where `requires` of templates is looked up.
 */
export function jobEnvironment(): Record<string, string> {
  const who = userInfo()
  const environment: Record<string, string> = {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: who.homedir,
    LANG: 'C.UTF-8',
    USER: who.username,
    LOGNAME: who.username,
    SHELL: '/bin/bash',
  }
  for (const name of inherited) {
    const value = process.env[name]
    if (value !== undefined && value !== '') environment[name] = value
  }
  return environment
}

/** What a run is told of itself, behind what its user adds; `SLURM_ARRAY_TASK_ID` so that one script serves both schedulers. */
export function environmentOf(job: LocalJob, run: LocalRun): Record<string, string> {
  const perTask = Math.floor(job.cores / job.tasks)
  const element =
    run.element === NO_ELEMENT
      ? {}
      : { HEADWAY_ARRAY_INDEX: String(run.element), SLURM_ARRAY_TASK_ID: String(run.element) }
  return {
    ...jobEnvironment(),
    ...(job.environment === null ? {} : (JSON.parse(job.environment) as Record<string, string>)),
    OMP_NUM_THREADS: String(perTask > 1 ? perTask : job.tasks),
    HEADWAY_JOB_ID: String(job.id),
    HEADWAY_JOB_NAME: job.name,
    HEADWAY_USER: job.user,
    HEADWAY_TASKS: String(job.tasks),
    ...element,
  }
}
