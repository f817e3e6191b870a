import { Value } from 'typebox/value'
import type { TSchema } from 'typebox'
import { type Dependency, JobOptions, Resources } from '../../../contract/resources.ts'
import { exitCode } from '../exit-codes.ts'
import { CommandFailure } from '../failure.ts'

/** What `headway submit` takes beside a template's own values, by the names that `sbatch` gives them. */
export interface SchedulerOptions {
  partition?: string
  nodes?: number
  ntasks?: number
  cpusPerTask?: number
  time?: number
  mem?: number
  gpus?: number
  gres?: string
  licenses?: string
  constraint?: string
  exclusive?: boolean
  account?: string
  qos?: string
  reservation?: string
  array?: string
  dependency?: string
  begin?: string
  export?: string[]
}

const usage = (message: string) => new CommandFailure(message, exitCode.usage)

/** Only what was given; each checked as the contract has it, so that a mistake is named before anything is uploaded. */
function checked<T extends object>(schema: TSchema & { properties: Record<string, TSchema> }, values: T): Partial<T> {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  for (const [key, value] of given) {
    const property = schema.properties[key]
    if (property !== undefined && !Value.Check(property, value)) {
      throw usage(`"${String(value)}" is no value for ${key}. See \`headway submit --help\`.`)
    }
  }
  return Object.fromEntries(given) as Partial<T>
}

export const resourcesOf = (options: SchedulerOptions): Partial<Resources> =>
  checked(Resources, {
    partition: options.partition,
    nodes: options.nodes,
    tasks: options.ntasks,
    cpusPerTask: options.cpusPerTask,
    timeMinutes: options.time,
    memoryMb: options.mem,
    gpus: options.gpus,
    gres: options.gres,
    licenses: options.licenses,
    constraint: options.constraint,
    exclusive: options.exclusive,
  })

export function jobOptionsOf(options: SchedulerOptions): JobOptions | undefined {
  const { dependencies, singleton } = parseDependencies(options.dependency)
  const { account, qos, reservation, array } = options
  const all = checked(JobOptions, {
    account,
    qos,
    reservation,
    array,
    dependencies,
    singleton,
    begin: parseBegin(options.begin),
    environment: parseEnvironment(options.export ?? []),
  }) as JobOptions
  return Object.keys(all).length === 0 ? undefined : all
}

const dependencyTypes = ['afterok', 'afterany', 'afternotok', 'after'] as const

/** As `sbatch --dependency` has it: `afterok:12:13,afterany:7_3,singleton`; `@ENTRY` stands for an entry of the outbox. */
export function parseDependencies(text: string | undefined): { dependencies?: Dependency[]; singleton?: true } {
  if (text === undefined) return {}
  const dependencies: Dependency[] = []
  let singleton = false
  for (const part of text.split(',')) {
    const [word = '', ...jobs] = part.split(':')
    const type = dependencyTypes.find((known) => known === word)
    if (part === 'singleton') singleton = true
    else if (type === undefined || jobs.length === 0) {
      throw usage(
        `"${part}" is no dependency. Write afterok:JOB, afterany:JOB, afternotok:JOB, after:JOB or singleton.`,
      )
    } else {
      dependencies.push(...jobs.map((job) => ({ type, ...otherOf(job) })))
    }
  }
  return { ...(dependencies.length === 0 ? {} : { dependencies }), ...(singleton ? { singleton } : {}) }
}

const otherOf = (job: string): Pick<Dependency, 'job' | 'submission'> =>
  job.startsWith('@') ? { submission: job.slice(1) } : { job }

/** A time of this machine's clock (`2026-12-01T08:00`, `20:00` for the next one), or `now+30minutes` as `sbatch --begin` has it. */
export function parseBegin(text: string | undefined, now = new Date()): string | undefined {
  if (text === undefined) return undefined
  const clock = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text)
  if (clock !== null) return nextAt(Number(clock[1]), Number(clock[2]), now).toISOString()
  const [, amount, unit = 'seconds'] = /^now\+(\d{1,9})(seconds|minutes|hours|days|weeks)?$/.exec(text) ?? []
  const seconds: Record<string, number> = { seconds: 1, minutes: 60, hours: 3600, days: 86_400, weeks: 604_800 }
  const date =
    amount === undefined ? new Date(text) : new Date(now.getTime() + Number(amount) * 1000 * (seconds[unit] ?? 1))
  if (Number.isNaN(date.getTime())) {
    throw usage(`"${text}" is no time. Write 20:00, 2026-12-01T08:00 or now+2hours.`)
  }
  return date.toISOString()
}

/** On the day itself, not so many milliseconds later: clocks are set forward and back. */
function nextAt(hours: number, minutes: number, now: Date): Date {
  const date = new Date(now)
  date.setHours(hours, minutes, 0, 0)
  if (date <= now) date.setDate(date.getDate() + 1)
  return date
}

function parseEnvironment(pairs: readonly string[]): Record<string, string> | undefined {
  if (pairs.length === 0) return undefined
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf('=')
      if (equals <= 0) throw usage(`"${pair}" is no variable with a value. Write NAME=value.`)
      return [pair.slice(0, equals), pair.slice(equals + 1)]
    }),
  )
}
