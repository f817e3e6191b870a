import type { Resources } from '../../../../contract/resources.ts'
import { numberText, parseNumber } from './parameters.ts'

/** Resources while they are edited. Time in minutes, memory in MiB; what may be empty leaves it to the scheduler. */
export type RawResources = Readonly<Record<ResourceField, string>>
export type ResourceField = Extract<
  keyof Resources,
  'partition' | 'nodes' | 'tasks' | 'cpusPerTask' | 'timeMinutes' | 'memoryMb' | 'gpus'
>
export type CountField = Exclude<ResourceField, 'partition'>

const text = (value: number | undefined) => (value === undefined ? '' : numberText(value))

export function rawResources(resources: Resources): RawResources {
  return {
    partition: resources.partition ?? '',
    nodes: numberText(resources.nodes),
    tasks: numberText(resources.tasks),
    cpusPerTask: text(resources.cpusPerTask),
    timeMinutes: numberText(resources.timeMinutes),
    memoryMb: text(resources.memoryMb),
    gpus: text(resources.gpus),
  }
}

const limits: Record<CountField, number> = {
  nodes: 10_000,
  tasks: 1_000_000,
  cpusPerTask: 10_000,
  timeMinutes: 525_600,
  memoryMb: 1_000_000_000,
  gpus: 100_000,
}

/** The largest value a field takes. */
export const resourceLimit = (field: CountField): number => limits[field]

/** The resources, or the fields that cannot be taken. */
export function checkResources(raw: RawResources): { resources?: Resources; problems: ReadonlySet<ResourceField> } {
  const problems = new Set<ResourceField>()
  const count = (field: CountField): number => {
    const value = parseNumber(raw[field])
    if (value !== undefined && Number.isInteger(value) && value >= 1 && value <= limits[field]) return value
    problems.add(field)
    return 1
  }
  const optional = <F extends CountField>(field: F): { [K in F]?: number } =>
    raw[field].trim() === '' ? {} : ({ [field]: count(field) } as { [K in F]?: number })
  const partition = raw.partition.trim()
  if (partition !== '' && !/^[A-Za-z0-9_.-]{1,64}$/.test(partition)) problems.add('partition')
  const resources: Resources = {
    ...(partition === '' ? {} : { partition }),
    nodes: count('nodes'),
    tasks: count('tasks'),
    ...optional('cpusPerTask'),
    timeMinutes: count('timeMinutes'),
    ...optional('memoryMb'),
    ...optional('gpus'),
  }
  return problems.size === 0 ? { resources, problems } : { problems }
}
