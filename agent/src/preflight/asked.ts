import type { PreflightRequest } from '../../../contract/agent/preflight.ts'
import { readArrayRange } from '../../../contract/array-range.ts'
import type { JobOptions, Resources } from '../../../contract/resources.ts'
import type { Template } from '../../../contract/templates.ts'
import { parseSlurmTime } from '../jobs/index.ts'
import { Failure } from '../kit/failure.ts'

/** A submission as the checks look at it: what it asks for, the template's figures filled in. */
export interface Asked {
  resources: Resources
  options: JobOptions
  /** Cores for the whole job. */
  cores: number
  /** Jobs that it adds to the queue: the elements of an array each. */
  adds: number
}

/** A custom job that names no time ends after an hour. */
const DEFAULT_MINUTES = 60

/** What a request asks for. Failure VALIDATION_FAILED for a time or a range that is none. */
export function askedOf(request: PreflightRequest, template: Template | undefined): Asked {
  const usual = template?.resources
  const timeMinutes =
    request.time === undefined ? (usual?.timeMinutes ?? DEFAULT_MINUTES) : parseSlurmTime(request.time)
  if (timeMinutes === undefined) throw unfit('/time', 'must be minutes, HH:MM:SS or D-HH:MM:SS')
  const range = request.options?.array
  const array = range === undefined ? { total: 1 } : readArrayRange(range)
  if (array === undefined) throw unfit('/options/array', 'must be a range such as 0-15 or 1,3,7-9%2')
  const resources: Resources = {
    ...usual,
    ...given({
      partition: request.partition,
      nodes: request.nodes,
      tasks: request.tasks,
      cpusPerTask: request.cpus_per_task,
      memoryMb: request.memory_mb,
      gpus: request.gpus,
      gres: request.gres,
      exclusive: request.exclusive,
      licenses: request.licenses,
      constraint: request.constraint,
    }),
    nodes: request.nodes ?? usual?.nodes ?? 1,
    tasks: request.tasks ?? usual?.tasks ?? 1,
    timeMinutes,
  }
  return {
    resources,
    options: request.options ?? {},
    cores: resources.tasks * (resources.cpusPerTask ?? 1),
    adds: array.total,
  }
}

function unfit(path: string, reason: string): Failure {
  return new Failure('VALIDATION_FAILED', `"${path.slice(1)}" ${reason}.`, { details: { path, reason } })
}

/** Only what was said. */
const given = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
