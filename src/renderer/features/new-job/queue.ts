import { readArrayRange } from '../../../../contract/array-range.ts'
import type { Dependency, JobOptions, Resources } from '../../../../contract/resources.ts'
import { localTime } from '../outbox/when.ts'

/** How and when the job is queued, while it is edited. Empty leaves it to the scheduler. */
export interface RawQueue {
  account: string
  qos: string
  reservation: string
  array: string
  dependencies: readonly RawDependency[]
  singleton: boolean
  /** Local time as the control writes it, `2026-11-21T18:30`. */
  begin: string
  exclusive: boolean
  licenses: string
  gres: string
  constraint: string
  /** One `NAME=value` a line. */
  environment: string
}
/** Waits for a job, or for a submission that is still in the outbox, by its id there. */
export type RawDependency = { type: Dependency['type'] } & ({ job: string } | { submission: string })
export type QueueField = keyof RawQueue
/** Fields that are a line of text. */
export type QueueText = Exclude<QueueField, 'dependencies' | 'singleton' | 'exclusive' | 'environment' | 'begin'>

/** Why a field cannot be taken, as data; the form says it in words. */
export type QueueProblem =
  | { kind: 'name' | 'counted' | 'constraint' | 'array' | 'array-backwards' | 'begin' | 'begin-past' }
  | { kind: 'environment'; line: number }

/** What a job made anew leaves to the scheduler: everything. */
export const plainQueue: RawQueue = {
  account: '',
  qos: '',
  reservation: '',
  array: '',
  dependencies: [],
  singleton: false,
  begin: '',
  exclusive: false,
  licenses: '',
  gres: '',
  constraint: '',
  environment: '',
}

type OfResources = Pick<Resources, 'gres' | 'licenses' | 'constraint' | 'exclusive'>

/**
 * The fields as a template or an older job has them. Jobs that an older one waited for have mostly ended, and its time has
 * come: a job submitted again waits for neither.
 */
export function rawQueue(resources: OfResources, options: JobOptions = {}): RawQueue {
  return {
    account: options.account ?? '',
    qos: options.qos ?? '',
    reservation: options.reservation ?? '',
    array: options.array ?? '',
    dependencies: [],
    singleton: options.singleton ?? false,
    begin: '',
    exclusive: resources.exclusive ?? false,
    licenses: resources.licenses ?? '',
    gres: resources.gres ?? '',
    constraint: resources.constraint ?? '',
    environment: Object.entries(options.environment ?? {})
      .map(([name, value]) => `${name}=${value}`)
      .join('\n'),
  }
}

/** The fields of a submission that was not sent yet: what it waits for is all still to come. */
export function rawQueueKept(resources: OfResources, options: JobOptions = {}): RawQueue {
  return {
    ...rawQueue(resources, options),
    dependencies: (options.dependencies ?? []).flatMap(({ type, job, submission }): RawDependency[] =>
      job !== undefined ? [{ type, job }] : submission === undefined ? [] : [{ type, submission }],
    ),
    begin: options.begin === undefined ? '' : localTime(new Date(options.begin)),
  }
}

/** The patterns of contract/resources.ts. */
const shapes = {
  account: [/^[A-Za-z0-9_.@+-]{1,64}$/, 'name'],
  qos: [/^[A-Za-z0-9_.@+-]{1,64}$/, 'name'],
  reservation: [/^[A-Za-z0-9_.@+-]{1,64}$/, 'name'],
  licenses: [/^[A-Za-z0-9_.:@,+-]{1,200}$/, 'counted'],
  gres: [/^[A-Za-z0-9_.:@,+-]{1,200}$/, 'counted'],
  constraint: [/^[A-Za-z0-9_.|&*()[\]-]{1,200}$/, 'constraint'],
} as const

const arrayShape = /^\d{1,7}(-\d{1,7}(:\d{1,5})?)?(,\d{1,7}(-\d{1,7}(:\d{1,5})?)?)*(%[1-9]\d{0,4})?$/

export interface CheckedQueue {
  resources: OfResources
  options: JobOptions
  problems: ReadonlyMap<QueueField, QueueProblem>
}

/** The options, and what is wrong with each field. `now`: milliseconds since 1970. */
export function checkQueue(raw: RawQueue, now: number): CheckedQueue {
  const problems = new Map<QueueField, QueueProblem>()
  const named = <F extends keyof typeof shapes>(field: F): { [K in F]?: string } => {
    const text = raw[field].trim()
    if (text === '') return {}
    const [shape, kind] = shapes[field]
    if (!shape.test(text)) problems.set(field, { kind })
    return { [field]: text } as { [K in F]?: string }
  }
  const resources: OfResources = {
    ...named('licenses'),
    ...named('gres'),
    ...named('constraint'),
    ...(raw.exclusive ? { exclusive: true } : {}),
  }
  const options: JobOptions = { ...named('account'), ...named('qos'), ...named('reservation') }

  const array = raw.array.trim()
  if (array !== '') {
    if (!arrayShape.test(array) || array.length > 1000) problems.set('array', { kind: 'array' })
    else if (readArrayRange(array) === undefined) problems.set('array', { kind: 'array-backwards' })
    options.array = array
  }
  if (raw.dependencies.length > 0) options.dependencies = raw.dependencies.map((each) => ({ ...each }))
  if (raw.singleton) options.singleton = true
  if (raw.begin !== '') {
    const begin = new Date(raw.begin).getTime()
    if (Number.isNaN(begin)) problems.set('begin', { kind: 'begin' })
    else {
      if (begin <= now) problems.set('begin', { kind: 'begin-past' })
      options.begin = new Date(begin).toISOString()
    }
  }
  const environment = readEnvironment(raw.environment)
  if (typeof environment === 'number') problems.set('environment', { kind: 'environment', line: environment })
  else if (Object.keys(environment).length > 0) options.environment = environment
  return { resources, options, problems }
}

/** Variables by name, or the number of the first line that is none. Empty lines are nothing. */
function readEnvironment(text: string): Record<string, string> | number {
  const found: Record<string, string> = {}
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const [, name, value] = /^\s*([A-Za-z_][A-Za-z0-9_]{0,63})=(.{0,4096})$/.exec(line) ?? []
    if (name === undefined || value === undefined) return index + 1
    found[name] = value
  }
  return found
}

/** Fields that say something, for the closed group's summary. */
export function usedFields(raw: RawQueue): QueueField[] {
  return (Object.keys(plainQueue) as QueueField[]).filter((field) => {
    const value = raw[field]
    return typeof value === 'string' ? value.trim() !== '' : typeof value === 'boolean' ? value : value.length > 0
  })
}
