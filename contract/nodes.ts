import { Type, type Static } from 'typebox'

/** One node as `GET /api/nodes/status` reports it; `cpus` in Slurm's alloc/idle/other/total, memory in MiB. */
export const NodeStatus = Type.Object({
  cpus: Type.String({ pattern: '^\\d+/\\d+/\\d+/\\d+$' }),
  memory: Type.Object({ totalMb: Type.Number(), freeMb: Type.Number() }),
  /** Slurm's words: idle, mixed, allocated, down, drained … */
  state: Type.String(),
  /** One-minute load average. */
  load: Type.Number(),
  reason: Type.Optional(Type.String()),
  partitions: Type.Array(Type.String()),
})
export type NodeStatus = Static<typeof NodeStatus>

export const NodesStatus = Type.Object({
  nodes: Type.Record(Type.String(), NodeStatus),
  total: Type.Integer(),
  online: Type.Integer(),
})
export type NodesStatus = Static<typeof NodesStatus>

/** Counts carried by `periodic_update`; storage in bytes. */
export const ClusterSummary = Type.Object({
  nodes: Type.Object({ total: Type.Integer(), online: Type.Integer() }),
  jobs: Type.Object({ pending: Type.Integer(), running: Type.Integer() }),
  storage: Type.Object({ free: Type.Number(), total: Type.Number() }),
})
export type ClusterSummary = Static<typeof ClusterSummary>
