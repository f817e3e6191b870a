import type { NodesStatus, NodeStatus } from '../../../../contract/nodes.ts'
import type { NodeTone } from '../../ui/states.ts'

/** A node as the table shows it: cores counted, memory in bytes. */
export interface NodeRow {
  name: string
  state: string
  tone: NodeTone
  coresUsed: number
  cores: number
  memoryUsed: number
  memory: number
  load: number
  partitions: string
  reason: string
}

/** What one of Slurm's many node states means for work: usable, in use, being emptied, or gone. */
export function nodeTone(state: string): NodeTone {
  const words = state.toLowerCase()
  if (/down|fail|not_responding|unknown|error|power|\*$/.test(words)) return 'down'
  if (/drain|drng|maint|reserved|resv|reboot/.test(words)) return 'draining'
  if (/alloc|mix|comp/.test(words)) return 'busy'
  return 'up'
}

const mebibyte = 1024 * 1024

export function nodeRow(name: string, node: NodeStatus): NodeRow {
  // Slurm's alloc/idle/other/total.
  const [used = 0, , , total = 0] = node.cpus.split('/').map(Number)
  return {
    name,
    state: node.state,
    tone: nodeTone(node.state),
    coresUsed: used,
    cores: total,
    memoryUsed: Math.max(0, node.memory.totalMb - node.memory.freeMb) * mebibyte,
    memory: node.memory.totalMb * mebibyte,
    load: node.load,
    partitions: node.partitions.join(', '),
    reason: node.reason ?? '',
  }
}

export const nodeRows = (status: NodesStatus): NodeRow[] =>
  Object.entries(status.nodes).map(([name, node]) => nodeRow(name, node))
