import { freemem, hostname, loadavg } from 'node:os'
import type { Agent } from '../../kit/agent.ts'
import { Failure, refuseFull } from '../../kit/failure.ts'
import type { ScheduledJob, Scheduler, Usage } from '../scheduler.ts'
import { createChanges } from './changes.ts'
import { createEngine } from './engine.ts'
import { startOf } from './estimate.ts'
import { asScheduled, asScheduledArray } from './outcome.ts'
import { createQueue, type LocalJob, NO_ELEMENT } from './queue.ts'
import { coresOf, LOCAL_PARTITION, refuseImpossible, totalMemoryMb } from './refusals.ts'
import { createWatchdog } from './watchdog.ts'
import { writeScript } from './wrapper.ts'

const toMb = (bytes: number) => Math.round(bytes / 1_048_576)
/** Of a longer queue, an estimate looks at so many ahead. */
const LOOK_AHEAD = 500

/**
 * Runs jobs as processes of this machine: a queue in the order they came, a limit of cores, limits of time, memory and log,
 * whole process groups ended. A job outlives the agent; the next agent finds it again (docs/adr/0007). Memory is watched
 * rather than fenced: a job that goes beyond what it asked for is ended within a second or two.
 */
export function createLocalScheduler(agent: Agent): Scheduler & { start(): Promise<void>; close(): Promise<void> } {
  const { cores } = agent.config.scheduler
  const node = hostname()
  const queue = createQueue(agent.db)
  const listeners: ((job: ScheduledJob) => void)[] = []
  const tellOf = (job: ScheduledJob) => {
    for (const listener of listeners) listener(job)
  }
  const engine = createEngine(agent, { queue, node, tellOf })
  const watchdog = createWatchdog(agent, queue, engine)
  const change = createChanges(agent, queue, engine)

  async function scheduled(job: LocalJob): Promise<ScheduledJob[]> {
    const runs = await queue.runs(job.id)
    if (job.array !== null) return [asScheduledArray(job, await queue.counts(job.id), runs, node)]
    return runs.map((run) => asScheduled(job, run, node))
  }

  return {
    kind: 'local',

    freshness: () => ({ at: agent.now() }),

    partitions: async () => [
      {
        name: LOCAL_PARTITION,
        isDefault: true,
        nodes: 1,
        cores,
        up: true,
        maxNodes: 1,
        coresPerNode: cores,
        memoryPerNodeMb: totalMemoryMb(),
      },
    ],

    limits: async () => [],

    licenses: async () => [],

    async nodes() {
      const used = (await queue.active()).reduce((sum, run) => sum + run.cores, 0)
      return {
        [node]: {
          cpus: `${used}/${cores - used}/0/${cores}`,
          memory: { totalMb: totalMemoryMb(), freeMb: toMb(freemem()) },
          state: used === 0 ? 'idle' : used < cores ? 'mixed' : 'allocated',
          load: loadavg()[0] ?? 0,
          partitions: [LOCAL_PARTITION],
        },
      }
    },

    async estimate(spec) {
      try {
        refuseImpossible(spec, cores)
      } catch (error) {
        if (error instanceof Failure) return { problem: error.message }
        throw error
      }
      const now = agent.now().getTime()
      const running = (await queue.active()).map((run) => ({
        cores: run.cores,
        until: (run.started_at === null ? now : Date.parse(run.started_at)) + run.time_minutes * 60_000,
      }))
      const ahead: { cores: number; minutes: number }[] = []
      for (const job of await queue.waiting(0, LOOK_AHEAD)) {
        const ready = await queue.ready(job.id, LOOK_AHEAD - ahead.length)
        ahead.push(...ready.map((run) => ({ cores: job.cores, minutes: run.time_minutes })))
      }
      const free = startOf(cores, now, running, ahead, coresOf(spec, cores))
      const begin = spec.options.begin === undefined ? 0 : Date.parse(spec.options.begin)
      return { startsAt: new Date(Math.max(free, begin)), nodes: node }
    },

    async submit(spec) {
      refuseImpossible(spec, cores)
      // Before it is queued: what cannot be kept was not taken.
      await writeScript(spec.folder, spec.script).catch(refuseFull)
      const job = await queue.add(spec, coresOf(spec, cores), agent.now())
      engine.pump()
      return String(job.id)
    },

    async change(_user, id, wanted, elements) {
      const job = await queue.job(Number(id))
      if (job === undefined) throw new Failure('WRONG_STATE', `The embedded scheduler does not know job ${id}.`)
      await change(job, wanted, elements)
    },

    async jobs(ids) {
      const found = await Promise.all((await queue.some(ids.map(Number))).map(scheduled))
      return found.flat()
    },

    async usage(id, element) {
      const job = await queue.job(Number(id))
      const run = await queue.run(Number(id), element ?? NO_ELEMENT)
      if (job === undefined || run?.started_at === null || run === undefined) return undefined
      const limit = job.memory_mb === null ? {} : { memoryLimitBytes: job.memory_mb * 1_048_576 }
      if (run.usage !== null) {
        const kept = JSON.parse(run.usage) as Omit<Usage, 'at'> & { at: string }
        return { ...kept, at: new Date(kept.at), ...limit }
      }
      const at = agent.now()
      const elapsedSeconds = (at.getTime() - Date.parse(run.started_at)) / 1000
      return { at, elapsedSeconds, coreSeconds: elapsedSeconds * job.cores, ...engine.usage(run), ...limit }
    },

    onChange: (listener) => void listeners.push(listener),

    async start() {
      await engine.start()
      watchdog.start()
    },

    async close() {
      watchdog.close()
      await engine.close()
    },
  }
}
