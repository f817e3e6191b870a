import { describe, vi } from 'vitest'
import { type Cluster, hasCluster, sharedCluster } from '../helpers/cluster.ts'
import { schedulerSuite } from '../helpers/scheduler-suite.ts'

let cluster: Cluster | undefined

describe.runIf(hasCluster)('the same as on the embedded scheduler', () => {
  schedulerSuite('a real Slurm', {
    async environment() {
      cluster = await sharedCluster()
      // What Slurm's commands are told comes from the agent's own surroundings.
      vi.stubEnv('SLURM_CONF', cluster.conf)
      return { HEADWAY_SCHEDULER: 'slurm' }
    },
    async close() {
      vi.unstubAllEnvs()
      await cluster?.close()
    },
    patienceMs: 60_000,
    requeuedWaits: true,
  })
})
