import type { LimitedThing, LimitSource, Suggestion } from '../../../contract/preflight.ts'
import type { Partition, UserLimit } from '../scheduler/index.ts'
import type { Asked } from './asked.ts'

/** Something that is asked for beyond a limit. */
export interface Excess {
  what: LimitedThing
  asked: number
  limit: number
  source: LimitSource
  name: string
}

/** How much of a thing is asked for, in the units of the limits; undefined where the job leaves it to the scheduler. */
type Amounts = Record<LimitedThing, number | undefined>

function amountsOf({ resources, cores }: Asked): Amounts {
  const { nodes, timeMinutes, memoryMb, gpus } = resources
  return { nodes, cores, time: timeMinutes, memory: memoryMb, gpus }
}

/**
 * What a partition cannot give. `anyGpus`: some partition is known to have GPUs, so one that names none has none; without
 * that, nothing is known of GPUs.
 */
export function beyondPartition(asked: Asked, partition: Partition, anyGpus: boolean): Excess[] {
  const { nodes } = asked.resources
  const { coresPerNode, memoryPerNodeMb, maxMinutes } = partition
  const mostNodes = Math.min(partition.nodes, partition.maxNodes ?? partition.nodes)
  const gpusPerNode = partition.gpusPerNode ?? (anyGpus ? 0 : undefined)
  // Cores beyond the asked nodes are only counted where the nodes themselves are there.
  const mostCores = coresPerNode === undefined ? partition.cores : coresPerNode * Math.min(nodes, mostNodes)
  return excesses(
    asked,
    {
      nodes: mostNodes,
      cores: Math.min(partition.cores, mostCores),
      time: maxMinutes,
      memory: memoryPerNodeMb,
      gpus: gpusPerNode === undefined ? undefined : gpusPerNode * Math.min(nodes, mostNodes),
    },
    'partition',
    partition.name,
  )
}

/** What an account or a QOS does not allow one job. */
export function beyondLimit(asked: Asked, limit: UserLimit): Excess[] {
  const { maxNodes, maxCores, maxMinutes, maxMemoryMb, maxGpus } = limit
  const nodes = Math.max(1, asked.resources.nodes)
  return excesses(
    asked,
    {
      nodes: maxNodes,
      cores: maxCores,
      time: maxMinutes,
      // The job asks per node, the limit is for the whole job.
      memory: maxMemoryMb === undefined ? undefined : Math.floor(maxMemoryMb / nodes),
      gpus: maxGpus,
    },
    limit.kind === 'qos' ? 'qos' : 'account',
    limit.name,
  )
}

function excesses(asked: Asked, limits: Amounts, source: LimitSource, name: string): Excess[] {
  const amounts = amountsOf(asked)
  return (['nodes', 'cores', 'time', 'memory', 'gpus'] as const).flatMap((what) => {
    const amount = amounts[what]
    const limit = limits[what]
    if (amount === undefined || limit === undefined || amount <= limit) return []
    return [{ what, asked: amount, limit, source, name }]
  })
}

/** The value that keeps the limit; for cores of a partition, nodes enough to hold them where it has as many. */
export function withinLimit({ what, limit, source }: Excess, asked: Asked, partition?: Partition): Suggestion[] {
  if (limit < 1) return []
  const { cpusPerTask = 1 } = asked.resources
  switch (what) {
    case 'nodes':
      return [{ field: 'nodes', value: limit }]
    case 'time':
      return [{ field: 'timeMinutes', value: Math.floor(limit) }]
    case 'memory':
      return [{ field: 'memoryMb', value: Math.floor(limit) }]
    case 'gpus':
      return [{ field: 'gpus', value: limit }]
    default: {
      const nodes = partition?.coresPerNode === undefined ? 0 : Math.ceil(asked.cores / partition.coresPerNode)
      const most = Math.min(partition?.nodes ?? 0, partition?.maxNodes ?? Infinity)
      if (source === 'partition' && nodes > 1 && nodes <= most) return [{ field: 'nodes', value: nodes }]
      return limit < cpusPerTask ? [] : [{ field: 'tasks', value: Math.floor(limit / cpusPerTask) }]
    }
  }
}
