import type { AgentClient, AgentLink } from '../agent-client/index.ts'
import type { Turns } from '../kit/turns.ts'
import type { Platform } from '../platform.ts'
import type { Buffers } from './buffers.ts'
import type { CompressionSpeed } from './compression.ts'
import type { Lane } from './lane.ts'
import type { UploadList } from './list.ts'
import type { Pace } from './pacing.ts'
import type { UploadStore } from './store.ts'
import type { WorkerPool } from './workers/pool.ts'

/** What all uploads to one site share. */
export interface TransferParts {
  platform: Platform
  list: UploadList
  store: UploadStore
  userOf: (site: string) => string | undefined
  client: AgentClient
  link: AgentLink
  lane: Lane
  /** By its own limit and the one for all. */
  pace: Pace
  /** Whether the agent has to read it back from its disk. */
  readBack: () => boolean
  buffers: Buffers
  workers: WorkerPool
  /** What the threads have shown so far. */
  compressionSpeed: CompressionSpeed
  /** Bytes per second that are allowed now for all uploads; 0: no limit. */
  limit: () => number
  /** Files that are compared with the cluster's at once. */
  comparing: Turns
}
