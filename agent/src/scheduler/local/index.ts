import { freemem, hostname, loadavg, totalmem } from 'node:os'
import { Failure } from '../../kit/failure.ts'
import type { Agent } from '../../kit/agent.ts'
import type { JobSpec, ScheduledJob, Scheduler } from '../scheduler.ts'
import { jobEnvironment } from './config.ts'
import { asScheduled, createQueue, type LocalJob } from './queue.ts'
import { type Ending, followProcess, type Run } from './runner.ts'
import { readReason, writeScript } from './wrapper.ts'

/** The one partition the embedded scheduler has. */
export const LOCAL_PARTITION = 'compute'

/** From SIGTERM to SIGKILL. */
const GRACE_MS = 5000
const LIMIT_CHECK_MS = 500
const toMb = (bytes: number) => Math.round(bytes / 1_048_576)

/**
 * Runs jobs as processes of this machine: a queue in the order they came, a limit of cores, a time limit, whole process groups
 * ended. A job outlives the agent; the next agent finds it again (docs/adr/0007). Memory is not limited.
 */
export function createLocalScheduler(agent: Agent): Scheduler & { start(): Promise<void>; close(): Promise<void> } {
  const { config, log } = agent
  const { cores, endJobsOnExit } = config.scheduler
  const node = hostname()
  const queue = createQueue(agent.db)
  const runs = new Map<number, Run>()
  const listeners: ((job: ScheduledJob) => void)[] = []
  let closed = false
  let limits: NodeJS.Timeout | undefined

  const tell = (job: LocalJob | undefined) => {
    if (job === undefined) return
    for (const listener of listeners) listener(asScheduled(job, node))
  }

  /** Starts what fits, strictly in order: a wide job at the head is not overtaken for ever by narrow ones. */
  async function fill(): Promise<void> {
    for (;;) {
      const [head, next] = await queue.waiting(2)
      if (head === undefined || closed) return
      const used = (await queue.active()).reduce((sum, job) => sum + job.tasks, 0)
      if (used + head.tasks > cores) {
        await explain(head, 'Resources')
        if (next !== undefined) await explain(next, 'Priority')
        return
      }
      const job = await queue.update(head.id, ['pending'], { state: 'starting', reason: null })
      if (job !== undefined) launch(job)
    }
  }

  async function explain(job: LocalJob, reason: string): Promise<void> {
    if (job.reason !== reason) tell(await queue.update(job.id, ['pending'], { reason }))
  }

  // One `fill` at a time: two would both see the same free cores.
  let filling = Promise.resolve()
  const pump = () => {
    filling = filling
      .then(fill)
      .catch((error: unknown) => log.error({ err: error }, 'the queue of local jobs could not be read'))
  }

  function launch(job: LocalJob): void {
    follow(
      job,
      followProcess(job.folder, {
        ...jobEnvironment(),
        OMP_NUM_THREADS: String(job.tasks),
        HEADWAY_JOB_ID: String(job.id),
        HEADWAY_JOB_NAME: job.name,
        HEADWAY_USER: job.user,
        HEADWAY_TASKS: String(job.tasks),
      }),
    )
  }

  function follow(job: LocalJob, run: Run): void {
    runs.set(job.id, run)
    watch(job, run).catch((error: unknown) =>
      log.error({ err: error, job: job.id }, 'a local job could not be followed'),
    )
  }

  async function watch(job: LocalJob, run: Run): Promise<void> {
    if ((await run.started) && !closed) {
      const startedAt = job.started_at ?? agent.now().toISOString()
      tell(await queue.update(job.id, ['starting'], { state: 'running', started_at: startedAt }))
      // Cancelled between asked and started, or while no agent was there.
      const current = await queue.get(job.id)
      if (current?.ending) end(job.id, run)
    }
    const ending = await run.ended
    if (closed) return
    await settle(job, ending)
    pump()
  }

  async function settle({ id, folder }: LocalJob, ending: Ending): Promise<void> {
    runs.delete(id)
    const job = await queue.get(id)
    if (job === undefined) return
    const now = agent.now().toISOString()
    const outcome = judge(job, ending, await readReason(folder))
    const change = { ...outcome, started_at: job.started_at ?? now, ended_at: now }
    tell(await queue.update(id, ['starting', 'running'], change))
  }

  /** SIGTERM to the group now, SIGKILL to what is left of it later. */
  function end(id: number, run: Run): void {
    run
      .signal('SIGTERM')
      .catch(() => false)
      .finally(() => {
        setTimeout(() => {
          if (runs.get(id) === run) run.signal('SIGKILL').catch(() => false)
        }, GRACE_MS).unref()
      })
  }

  async function stop(id: number, ending: 'cancelled' | 'timeout'): Promise<void> {
    const job = await queue.update(id, ['starting', 'running'], { ending })
    const run = runs.get(id)
    if (job !== undefined && run !== undefined) end(id, run)
  }

  async function enforceLimits(): Promise<void> {
    const now = agent.now().getTime()
    for (const job of await queue.active()) {
      const over = job.started_at !== null && now > Date.parse(job.started_at) + job.time_minutes * 60_000
      if (over && job.ending === null && !closed) await stop(job.id, 'timeout')
    }
  }

  return {
    kind: 'local',

    freshness: () => ({ at: agent.now() }),

    partitions: async () => [{ name: LOCAL_PARTITION, isDefault: true, nodes: 1, cores, up: true }],

    limits: async () => [],

    licenses: async () => [],

    estimate: async () => ({}),

    usage: async () => undefined,

    async nodes() {
      const used = (await queue.active()).reduce((sum, job) => sum + job.tasks, 0)
      return {
        [node]: {
          cpus: `${used}/${cores - used}/0/${cores}`,
          memory: { totalMb: toMb(totalmem()), freeMb: toMb(freemem()) },
          state: used === 0 ? 'idle' : used < cores ? 'mixed' : 'allocated',
          load: loadavg()[0] ?? 0,
          partitions: [LOCAL_PARTITION],
        },
      }
    },

    async submit(spec) {
      refuseImpossible(spec, cores)
      await writeScript(spec.folder, spec.script)
      const job = await queue.add(spec, agent.now())
      pump()
      return String(job.id)
    },

    async change(_user, id, change) {
      if (change.action !== 'cancel') {
        throw new Failure('VALIDATION_FAILED', 'The embedded scheduler can only cancel a job.')
      }
      const number = Number(id)
      const ended_at = agent.now().toISOString()
      const waiting = await queue.update(number, ['pending'], { state: 'cancelled', reason: null, ended_at })
      if (waiting === undefined) return stop(number, 'cancelled')
      tell(waiting)
      pump()
    },

    jobs: async (ids) => (await queue.some(ids.map(Number))).map((job) => asScheduled(job, node)),

    onChange: (listener) => void listeners.push(listener),

    async start() {
      for (const job of await queue.active()) {
        // One that was only asked to start is asked again: the wrapper sees to it that it runs once.
        if (job.state === 'starting') launch(job)
        else follow(job, followProcess(job.folder))
      }
      pump()
      limits = setInterval(() => {
        enforceLimits().catch((error: unknown) => log.error({ err: error }, 'time limits could not be checked'))
      }, LIMIT_CHECK_MS)
      limits.unref()
    },

    async close() {
      closed = true
      clearInterval(limits)
      await filling
      if (endJobsOnExit) await Promise.all((await queue.active()).map(endNow))
      for (const run of runs.values()) run.forget()
    },
  }

  /** Ends a job before the agent does. Those that wait stay queued for the next start. */
  async function endNow(job: LocalJob): Promise<void> {
    const run = runs.get(job.id)
    if (run === undefined) return
    await queue.update(job.id, ['starting', 'running'], { ending: 'cancelled' })
    await run.signal('SIGTERM')
    const impatience = setTimeout(() => void run.signal('SIGKILL'), GRACE_MS / 2)
    const ending = await run.ended
    clearTimeout(impatience)
    await settle(job, ending)
  }
}

/** What the end of a process means for its job. */
function judge(
  job: LocalJob,
  ending: Ending,
  reason: string | undefined,
): Pick<LocalJob, 'state' | 'reason' | 'exit_code'> {
  const exit_code = ending.exit ?? null
  if (job.ending === 'timeout') {
    return { state: 'timeout', reason: `Time limit of ${job.time_minutes} min reached`, exit_code }
  }
  if (job.ending === 'cancelled') return { state: 'cancelled', reason: null, exit_code }
  if (ending.exit === 0) return { state: 'completed', reason: null, exit_code }
  if (ending.exit !== undefined) {
    return { state: 'failed', reason: reason ?? `exit code ${ending.exit}`, exit_code }
  }
  if (ending.problem !== undefined) return { state: 'failed', reason: ending.problem, exit_code }
  if (ending.seen) return { state: 'failed', reason: 'Its process was killed from outside', exit_code }
  return {
    state: 'lost',
    reason: 'Its process was gone when the agent came back, and it left no exit status',
    exit_code,
  }
}

function refuse(path: string, reason: string): never {
  throw new Failure('VALIDATION_FAILED', reason, { details: { path, reason } })
}

function refuseImpossible({ resources }: JobSpec, cores: number): void {
  if (resources.partition !== undefined && resources.partition !== LOCAL_PARTITION) {
    refuse('/partition', `There is no partition "${resources.partition}" here; it is called "${LOCAL_PARTITION}".`)
  }
  if (resources.nodes > 1) refuse('/nodes', 'This agent runs jobs on one node: ask for 1.')
  if (resources.tasks > cores) {
    refuse('/tasks', `${resources.tasks} tasks can never run here: there are ${cores} cores. Ask for at most ${cores}.`)
  }
}
