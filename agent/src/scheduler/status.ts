import { SchedulerStatus } from '../../../contract/scheduler.ts'
import type { Agent } from '../kit/agent.ts'
import type { Noun } from '../kit/noun.ts'
import type { Scheduler } from './scheduler.ts'

/** How often it is looked whether the scheduler still answers: that costs nothing, it knows. */
const LOOK_MS = 2000
/** Its partitions are asked for this often. */
const PARTITIONS_MS = 30_000

/** What runs the jobs and of when what it tells is: asked for, and told to everybody when it changes. */
export function createSchedulerStatus(
  agent: Agent,
  scheduler: Scheduler,
): Noun & Required<Pick<Noun, 'start' | 'close'>> {
  const { hub, log, now } = agent
  let timer: NodeJS.Timeout | undefined
  let known: { partitions: SchedulerStatus['partitions']; at: number } | undefined
  let told: string | undefined

  /** As they were last known, where the scheduler does not answer. */
  async function partitions(): Promise<SchedulerStatus['partitions']> {
    const at = now().getTime()
    if (known === undefined || (hub.connections > 0 && at - known.at > PARTITIONS_MS)) {
      const found = await scheduler.partitions().catch((error: unknown) => {
        log.warn({ err: error }, 'the partitions could not be asked for')
        return known?.partitions ?? []
      })
      known = { partitions: found, at }
    }
    return known.partitions
  }

  async function status(): Promise<SchedulerStatus> {
    const found = await partitions()
    const { at, problem, release } = scheduler.freshness()
    return {
      kind: scheduler.kind,
      ...(release === undefined ? {} : { release }),
      at: at.toISOString(),
      ...(problem === undefined ? {} : { problem }),
      partitions: found,
    }
  }

  /** Tells what has changed since the last look; who has just come asks for how it is. */
  async function look(): Promise<void> {
    const current = await status()
    // While it answers, of when it is says nothing: it moves all the time.
    const { at, ...lasting } = current
    const text = JSON.stringify(current.problem === undefined ? lasting : { at, ...lasting })
    const before = told
    told = text
    if (before === undefined || before === text || hub.connections === 0) return
    hub.publish('nodes', { type: 'scheduler', data: current, timestamp: now().toISOString() }, 'public')
  }

  return {
    routes: async (app) => {
      app.get(
        '/api/v2/scheduler',
        {
          config: { permission: ['node:view', 'job:view'] },
          schema: { summary: 'What runs the jobs, and of when what it tells is', response: { 200: SchedulerStatus } },
        },
        status,
      )
    },
    async start() {
      timer = setInterval(() => {
        look().catch((error: unknown) => log.warn({ err: error }, 'the scheduler could not be told of'))
      }, LOOK_MS)
      timer.unref()
    },
    async close() {
      clearInterval(timer)
    },
  }
}
