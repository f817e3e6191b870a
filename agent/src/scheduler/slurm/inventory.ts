import type { NodeStatus } from '../../../../contract/nodes.ts'
import type { License, Partition } from '../scheduler.ts'
import { SEPARATOR } from './commands.ts'
import { minutesOf } from './times.ts'

/** By node and partition. The reason is an admin's free text and stands last. */
const format = ['%N', '%P', '%C', '%m', '%e', '%T', '%O', '%G', '%E'].join(SEPARATOR)
export const nodeArguments = ['--Node', '--noheader', '--all', `--format=${format}`]

/** A line of `sinfo -N`: one node in one partition. Memory in MiB. */
export interface NodeLine {
  node: string
  partition: string
  status: Omit<NodeStatus, 'partitions'>
  cores: number
  gpus: number
}

/** `gpu:2(S:0)`, `gpu:a100:4,gpu:v100:2`: how many GPUs. */
export function gpusOf(gres: string): number {
  let gpus = 0
  for (const [, count = '0'] of gres.matchAll(/(?:^|,)gpu(?::[^:,()]+)?:(\d{1,6})(?=[,(]|$)/g)) gpus += Number(count)
  return gpus
}

const number = (text: string): number => (/^\d+(?:\.\d+)?$/.test(text) ? Number(text) : 0)

export function parseNodeLine(line: string): NodeLine | undefined {
  const parts = line.split(SEPARATOR)
  const [node = '', partition = '', cpus = '', memory = '', free = '', state = '', load = '', gres = ''] = parts
  const reason = parts
    .slice(8)
    .join(' ')
    .replace(/\p{C}+/gu, ' ')
    .trim()
  if (node === '' || !/^\d+\/\d+\/\d+\/\d+$/.test(cpus)) return undefined
  return {
    node,
    partition: partition.replace(/\*$/, ''),
    status: {
      cpus,
      memory: { totalMb: number(memory), freeMb: number(free) },
      state,
      load: number(load),
      ...(/^(?:none|N\/A|\(null\)|)$/i.test(reason) ? {} : { reason }),
    },
    cores: Number(cpus.split('/')[3]),
    gpus: gpusOf(gres),
  }
}

/** By name, each with the partitions it is in. */
export function nodesOf(lines: readonly NodeLine[]): Record<string, NodeStatus> {
  const nodes: Record<string, NodeStatus> = {}
  for (const { node, partition, status } of lines) {
    const known = Object.hasOwn(nodes, node) ? nodes[node] : undefined
    if (known === undefined) nodes[node] = { ...status, partitions: [partition] }
    else if (!known.partitions.includes(partition)) known.partitions.push(partition)
  }
  return nodes
}

/** A line `Name=value Name=value…` of `scontrol -o`, where no value has a space. */
function fieldsOf(line: string): Map<string, string> {
  const fields = new Map<string, string>()
  for (const part of line.split(' ')) {
    const at = part.indexOf('=')
    if (at > 0) fields.set(part.slice(0, at), part.slice(at + 1))
  }
  return fields
}

const listOf = (text: string | undefined): string[] | undefined =>
  text === undefined || text === 'ALL' || text === '' || text === '(null)' ? undefined : text.split(',')

const whole = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined

/** A line of `scontrol show partition -o`; what its nodes have is known from `lines`. */
export function parsePartition(line: string, lines: readonly NodeLine[]): Partition | undefined {
  const fields = fieldsOf(line)
  const name = fields.get('PartitionName')
  if (name === undefined || name === '') return undefined
  const nodes = lines.filter(({ partition }) => partition === name)
  const largest = (of: (node: NodeLine) => number) => nodes.reduce((most, node) => Math.max(most, of(node)), 0)
  const state = fields.get('State') ?? 'UP'
  const maxNodes = whole(fields.get('MaxNodes'))
  const perNode = Math.min(largest(({ cores }) => cores) || Infinity, whole(fields.get('MaxCPUsPerNode')) ?? Infinity)
  const memory = Math.min(
    largest(({ status }) => status.memory.totalMb) || Infinity,
    whole(fields.get('MaxMemPerNode')) || Infinity,
  )
  const gpus = largest((node) => node.gpus)
  const total = whole(fields.get('TotalCPUs')) ?? 0
  const optional = {
    state: state === 'UP' ? undefined : state,
    maxMinutes: minutesOf(fields.get('MaxTime') ?? ''),
    defaultMinutes: minutesOf(fields.get('DefaultTime') ?? ''),
    maxNodes,
    coresPerNode: Number.isFinite(perNode) ? perNode : undefined,
    memoryPerNodeMb: Number.isFinite(memory) ? memory : undefined,
    gpusPerNode: gpus === 0 ? undefined : gpus,
    allowAccounts: listOf(fields.get('AllowAccounts')),
    allowQos: listOf(fields.get('AllowQos')),
    allowGroups: listOf(fields.get('AllowGroups')),
  }
  return {
    name,
    isDefault: fields.get('Default') === 'YES',
    nodes: whole(fields.get('TotalNodes')) ?? nodes.length,
    cores: Math.min(total, (maxNodes ?? Infinity) * perNode),
    up: state === 'UP',
    ...present(optional),
  }
}

/** Without what is undefined. */
export function present<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}

/** A line of `scontrol show lic -o`. */
export function parseLicense(line: string): License | undefined {
  const fields = fieldsOf(line)
  const name = fields.get('LicenseName')
  const total = whole(fields.get('Total'))
  return name === undefined || total === undefined ? undefined : { name, total, used: whole(fields.get('Used')) ?? 0 }
}
