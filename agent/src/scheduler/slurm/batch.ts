import { Failure } from '../../kit/failure.ts'
import type { RunOptions } from '../../runner/index.ts'
import { BOOKKEEPING, LOG_NAME } from '../scheduler.ts'
import type { JobSpec } from '../scheduler.ts'
import { batchScript } from './directives.ts'

type Wanted = Omit<JobSpec, 'number' | 'key' | 'attemptedAt'>

/** A call of `sbatch`: the script goes to its standard input. */
export interface Batch {
  args: string[]
  options: RunOptions
}

/** `job-%a.log`: Slurm puts the element's number in. */
const ARRAY_LOG = 'job-%a.log'

/** Slurm sets these itself, and what it says with them must be true. */
const slurms = /^(?:SLURM|SLURMD|SBATCH|SPANK)_/

/** How long `sbatch` may take: Slurm's clients themselves give up after a MessageTimeout, and may try several times. */
const SUBMIT_MS = 60_000

/**
 * The job's whole environment: `base` (who it runs as, and where programs are), the user's own variables, and what a script is
 * told of its job. Nothing of the agent's. Failure VALIDATION_FAILED.
 */
export function environmentOf(
  { name, user, folder, resources, options }: Wanted,
  base: Readonly<Record<string, string>>,
): Record<string, string> {
  const own = options.environment ?? {}
  const wrong = Object.keys(own).find((variable) => slurms.test(variable))
  if (wrong !== undefined) {
    throw new Failure(
      'VALIDATION_FAILED',
      `The variable ${wrong} belongs to Slurm itself: take it out of the environment.`,
      {
        details: { path: '/options/environment', reason: 'belongs to Slurm itself' },
      },
    )
  }
  return {
    ...base,
    OMP_NUM_THREADS: String(resources.cpusPerTask ?? resources.tasks),
    ...own,
    HEADWAY_JOB_NAME: name,
    HEADWAY_USER: user,
    HEADWAY_TASKS: String(resources.tasks),
    // Elements of an array would write over each other's.
    ...(options.array === undefined ? { HEADWAY_REASON: `${folder}/${BOOKKEEPING}/reason` } : {}),
  }
}

function resourceArguments({ resources, options }: Wanted): string[] {
  const args = [`--nodes=${resources.nodes}`, `--ntasks=${resources.tasks}`, `--time=${resources.timeMinutes}`]
  const give = (option: string, value: string | number | undefined) => {
    if (value !== undefined) args.push(`--${option}=${value}`)
  }
  give('partition', resources.partition)
  give('cpus-per-task', resources.cpusPerTask)
  give('mem', resources.memoryMb === undefined ? undefined : `${resources.memoryMb}M`)
  give('gpus', resources.gpus)
  give('gres', resources.gres)
  give('licenses', resources.licenses)
  give('constraint', resources.constraint)
  if (resources.exclusive === true) args.push('--exclusive')
  give('account', options.account)
  give('qos', options.qos)
  give('reservation', options.reservation)
  give('array', options.array)
  return args
}

function dependencyOf({ options }: Wanted): string | undefined {
  const parts = (options.dependencies ?? []).map(({ type, job }) => `${type}:${job}`)
  if (options.singleton === true) parts.push('singleton')
  return parts.length === 0 ? undefined : parts.join(',')
}

/**
 * The call of `sbatch` for a job, without its environment. With a list of names, `--export` would also keep what a script
 * sets from the tasks that its `srun` starts (SLURM_EXPORT_ENV). Failure VALIDATION_FAILED.
 */
export function batchOf(wanted: Wanted, now: Date, comment?: string): Batch {
  const input = batchScript(wanted.script)
  const log = wanted.options.array === undefined ? LOG_NAME : ARRAY_LOG
  const dependency = dependencyOf(wanted)
  const begin = wanted.options.begin === undefined ? 0 : Date.parse(wanted.options.begin) - now.getTime()
  return {
    args: [
      '--parsable',
      ...(comment === undefined ? [] : [`--comment=${comment}`]),
      `--job-name=${wanted.name}`,
      `--chdir=${wanted.folder}`,
      `--output=${log}`,
      `--error=${log}`,
      '--open-mode=append',
      '--mail-type=NONE',
      '--ignore-pbs',
      ...resourceArguments(wanted),
      ...(dependency === undefined ? [] : [`--dependency=${dependency}`]),
      // Relative: an absolute time would be read in the time zone of the job's environment.
      ...(begin > 0 ? [`--begin=now+${Math.ceil(begin / 1000)}`] : []),
    ],
    options: { input, timeoutMs: SUBMIT_MS },
  }
}
