import { afterEach, expect, test } from 'vitest'
import type { AgentEvent } from '../../../../contract/agent/events.ts'
import type { SchedulerStatus } from '../../../../contract/scheduler.ts'
import type { Agent } from '../../../../agent/src/kit/agent.ts'
import { createLog } from '../../../../agent/src/log.ts'
import { createSchedulerStatus, type Scheduler } from '../../../../agent/src/scheduler/index.ts'
import { until } from '../jobs/workbench.ts'

const close: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of close.splice(0)) await end()
})

test(
  'everybody hears when the scheduler ceases to answer, and when it answers again',
  { timeout: 50_000 },
  async () => {
    const told: SchedulerStatus[] = []
    const publish = (_topic: string, event: AgentEvent, to: unknown) => {
      if (event.type === 'scheduler' && to === 'public') told.push(event.data)
    }
    const agent = { hub: { publish, connections: 1 }, log: createLog('silent'), now: () => new Date() }
    const at = new Date('2026-11-21T08:00:00Z')
    let problem: string | undefined
    let looks = 0
    const scheduler = {
      kind: 'slurm',
      freshness() {
        looks += 1
        return problem === undefined ? { at: new Date(), release: '22.05.8' } : { at, problem }
      },
      partitions: async () => [{ name: 'compute', isDefault: true, nodes: 4, cores: 16, up: true }],
    }
    const status = createSchedulerStatus(agent as unknown as Agent, scheduler as unknown as Scheduler)
    await status.start()
    close.push(() => status.close())
    await until(() => looks > 1, 'it is looked at', 15_000)
    expect(told).toEqual([])
    problem = 'slurmctld does not answer.'
    await until(() => told.length === 1, 'the problem', 15_000)
    expect(told[0]).toMatchObject({ at: at.toISOString(), problem, partitions: [{ name: 'compute' }] })
    problem = undefined
    await until(() => told.length === 2, 'it is over', 15_000)
    expect(told[1]).toMatchObject({ kind: 'slurm', release: '22.05.8', partitions: [{ name: 'compute' }] })
    expect(told[1]?.problem).toBeUndefined()
  },
)
