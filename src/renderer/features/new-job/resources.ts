import type { Resources } from '../../../../contract/resources.ts'
import { numberText, parseNumber } from './parameters.ts'

/** Resources while they are edited. Time in minutes, memory in MiB; empty memory and partition leave it to the scheduler. */
export type RawResources = Readonly<Record<ResourceField, string>>
export type ResourceField = Extract<keyof Resources, 'partition' | 'nodes' | 'tasks' | 'timeMinutes' | 'memoryMb'>

export function rawResources(resources: Resources): RawResources {
  return {
    partition: resources.partition ?? '',
    nodes: numberText(resources.nodes),
    tasks: numberText(resources.tasks),
    timeMinutes: numberText(resources.timeMinutes),
    memoryMb: resources.memoryMb === undefined ? '' : numberText(resources.memoryMb),
  }
}

const limits = {
  nodes: 10_000,
  tasks: 1_000_000,
  timeMinutes: 525_600,
  memoryMb: 1_000_000_000,
} as const

/** The largest value a field takes. */
export const resourceLimit = (field: Exclude<ResourceField, 'partition'>): number => limits[field]

/** The resources, or the fields that cannot be taken. */
export function checkResources(raw: RawResources): { resources?: Resources; problems: ReadonlySet<ResourceField> } {
  const problems = new Set<ResourceField>()
  const count = (field: Exclude<ResourceField, 'partition'>): number => {
    const value = parseNumber(raw[field])
    if (value !== undefined && Number.isInteger(value) && value >= 1 && value <= limits[field]) return value
    problems.add(field)
    return 1
  }
  const partition = raw.partition.trim()
  if (partition !== '' && !/^[A-Za-z0-9_.-]{1,64}$/.test(partition)) problems.add('partition')
  const memory = raw.memoryMb.trim() === '' ? undefined : count('memoryMb')
  const resources: Resources = {
    ...(partition === '' ? {} : { partition }),
    nodes: count('nodes'),
    tasks: count('tasks'),
    timeMinutes: count('timeMinutes'),
    ...(memory === undefined ? {} : { memoryMb: memory }),
  }
  return problems.size === 0 ? { resources, problems } : { problems }
}
