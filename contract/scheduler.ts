import { Type, type Static } from 'typebox'
import { Time } from './text.ts'

/** A queue of the cluster. Times in minutes, memory in MiB; absent limits do not exist. `cores` is what one job may ask for. */
export const Partition = Type.Object({
  name: Type.String(),
  isDefault: Type.Boolean(),
  nodes: Type.Integer(),
  cores: Type.Integer(),
  /** Takes and starts jobs; else `state` says why not (Slurm's words: DOWN, DRAIN, INACTIVE). */
  up: Type.Boolean(),
  state: Type.Optional(Type.String()),
  maxMinutes: Type.Optional(Type.Integer()),
  defaultMinutes: Type.Optional(Type.Integer()),
  maxNodes: Type.Optional(Type.Integer()),
  coresPerNode: Type.Optional(Type.Integer()),
  memoryPerNodeMb: Type.Optional(Type.Integer()),
  gpusPerNode: Type.Optional(Type.Integer()),
  /** Accounts, QOS and groups that may use it; absent: all. */
  allowAccounts: Type.Optional(Type.Array(Type.String())),
  allowQos: Type.Optional(Type.Array(Type.String())),
  allowGroups: Type.Optional(Type.Array(Type.String())),
})
export type Partition = Static<typeof Partition>

/** What runs the jobs, and of when what it tells is: with a `problem` it does not answer now, and all is as it was `at`. */
export const SchedulerStatus = Type.Object({
  kind: Type.Union([Type.Literal('slurm'), Type.Literal('local')]),
  /** Its version, `22.05.8`. */
  release: Type.Optional(Type.String()),
  at: Time,
  /** A sentence. */
  problem: Type.Optional(Type.String()),
  partitions: Type.Array(Partition),
})
export type SchedulerStatus = Static<typeof SchedulerStatus>
