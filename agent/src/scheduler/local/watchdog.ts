import type { Agent } from '../../kit/agent.ts'
import { type Engine, placeOf } from './engine.ts'
import type { Queue } from './queue.ts'
import { usageOfSessions } from './usage.ts'
import { logSize } from './wrapper.ts'

const CHECK_MS = 500
/** Memory and logs are looked at in every second check: that reads `/proc`. */
const LOOK_EVERY = 2

/** Ends what goes beyond its time, its memory or the limit of a log, and starts what has waited for its time. */
export function createWatchdog(agent: Agent, queue: Queue, engine: Engine): { start(): void; close(): void } {
  const { log, config } = agent
  let timer: NodeJS.Timeout | undefined
  let checks = 0

  type Active = Awaited<ReturnType<Queue['active']>>[number]

  async function look(active: readonly Active[]): Promise<void> {
    const leaders = new Set(active.flatMap((run) => engine.pid(run) ?? []))
    const usages = await usageOfSessions(leaders)
    const at = agent.now()
    for (const run of active) {
      const used = usages.get(engine.pid(run) ?? 0)
      if (used !== undefined) {
        const memoryBytes = Math.max(used.memoryBytes, engine.usage(run)?.memoryBytes ?? 0)
        engine.note(run, { at, ...used, memoryBytes })
        const limit = run.memory_mb === null ? Infinity : run.memory_mb * 1_048_576
        if (used.memoryBytes > limit && run.ending === null) await engine.stop([run], 'memory')
      }
      const bytes = await logSize(placeOf(run, run))
      if (bytes > config.scheduler.logBytes && run.ending === null) await engine.stop([run], 'log')
    }
  }

  async function check(): Promise<void> {
    const now = agent.now().getTime()
    const active = await queue.active()
    for (const run of active) {
      const over = run.started_at !== null && now > Date.parse(run.started_at) + run.time_minutes * 60_000
      if (over && run.ending === null) await engine.stop([run], 'timeout')
    }
    checks += 1
    if (checks % LOOK_EVERY === 0 && active.length > 0) await look(active)
    if (now >= (engine.nextBegin() ?? Infinity)) engine.pump()
  }

  return {
    start() {
      let busy = false
      timer = setInterval(() => {
        if (busy) return
        busy = true
        check()
          .catch((error: unknown) => log.error({ err: error }, 'limits of local jobs could not be checked'))
          .finally(() => (busy = false))
      }, CHECK_MS)
      timer.unref()
    },
    close: () => clearInterval(timer),
  }
}
