import { totalmem } from 'node:os'
import { Failure } from '../../kit/failure.ts'
import { arrayIndices, MOST_ELEMENTS } from '../../kit/array-indices.ts'
import type { JobSpec } from '../scheduler.ts'

/** The one partition the embedded scheduler has. */
export const LOCAL_PARTITION = 'compute'
export const totalMemoryMb = (): number => Math.floor(totalmem() / 1_048_576)

function refuse(path: string, reason: string): never {
  throw new Failure('VALIDATION_FAILED', reason, { details: { path, reason } })
}

const lacking = {
  gpus: 'GPUs',
  gres: 'generic resources',
  licenses: 'licences',
  constraint: 'features of nodes',
} as const
const notKept = { account: 'accounts', qos: 'QOS', reservation: 'reservations' } as const

/** The cores one run of this job holds. */
export const coresOf = ({ resources }: Pick<JobSpec, 'resources'>, cores: number): number =>
  resources.exclusive === true ? cores : resources.tasks * (resources.cpusPerTask ?? 1)

/** What can never run here is said so at once: it would wait for ever. */
export function refuseImpossible(spec: Pick<JobSpec, 'resources' | 'options'>, cores: number): void {
  const { resources, options } = spec
  if (resources.partition !== undefined && resources.partition !== LOCAL_PARTITION) {
    refuse('/partition', `There is no partition "${resources.partition}" here; it is called "${LOCAL_PARTITION}".`)
  }
  if (resources.nodes > 1) refuse('/nodes', 'This agent runs jobs on one node: ask for 1.')
  for (const key of ['gpus', 'gres', 'licenses', 'constraint'] as const) {
    if (resources[key] !== undefined) refuse(`/${key}`, `The embedded scheduler has no ${lacking[key]}: leave it out.`)
  }
  for (const key of ['account', 'qos', 'reservation'] as const) {
    if (options[key] !== undefined) {
      refuse(`/options/${key}`, `The embedded scheduler keeps no ${notKept[key]}: leave it out.`)
    }
  }
  const asked = coresOf(spec, cores)
  if (asked > cores) {
    const what = resources.cpusPerTask === undefined ? `${resources.tasks} tasks` : `${asked} cores`
    refuse('/tasks', `${what} can never run here: there are ${cores} cores. Ask for at most ${cores}.`)
  }
  const memory = totalMemoryMb()
  if ((resources.memoryMb ?? 0) > memory) {
    refuse('/memory_mb', `This machine has ${memory} MiB of memory: ask for at most that.`)
  }
  if (options.array === undefined) return
  const elements = arrayIndices(options.array)
  if (elements === undefined) refuse('/options/array', `"${options.array}" is no range of an array, such as 0-15%4.`)
  if (elements.length > MOST_ELEMENTS) {
    refuse('/options/array', `An array has at most ${MOST_ELEMENTS} elements here; these are ${elements.length}.`)
  }
}
