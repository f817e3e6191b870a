import type { Agent } from '../../kit/agent.ts'
import type { ScheduledJob, Usage } from '../scheduler.ts'
import { environmentOf } from './config.ts'
import { runId, whatItWaitsFor } from './dependencies.ts'
import { asScheduled, asScheduledArray, judge } from './outcome.ts'
import { type LocalJob, type LocalRun, NO_ELEMENT, type Queue } from './queue.ts'
import { type Ending, followProcess, type Run } from './runner.ts'
import { noteInLog, type Place, readReason, readTimes, removeLog } from './wrapper.ts'

/** From SIGTERM to SIGKILL. */
const GRACE_MS = 5000
/** Elements of an array that change together are told together. */
const TOLD_EVERY_MS = 200
/** Jobs looked at in one go, when the queue is searched for something to start. */
const PAGE = 100

export const placeOf = ({ folder }: Pick<LocalJob, 'folder'>, { element, restarts }: LocalRun): Place => ({
  folder,
  element: element === NO_ELEMENT ? undefined : element,
  restarts,
})

/** What keeps the processes and the queue in step. */
export interface Engine {
  /** Looks for something to start, once what is under way is done. */
  pump(): void
  /** Follows what an earlier agent started, and starts what fits. */
  start(): Promise<void>
  /** Ends runs of a job that hold cores. */
  stop(runs: readonly LocalRun[], ending: NonNullable<LocalRun['ending']>): Promise<void>
  /** Tells of these runs, as they are stored. */
  tell(job: LocalJob | undefined, runs: readonly LocalRun[]): void
  /** The leader of its session; undefined where it does not run. */
  pid(run: LocalRun): number | undefined
  /** Kept with the run when it ends. */
  note(run: LocalRun, usage: Usage): void
  usage(run: LocalRun): Usage | undefined
  /** Milliseconds; when the next job that must not begin before a time may begin. */
  nextBegin(): number | undefined
  close(): Promise<void>
}

export function createEngine(
  agent: Agent,
  { queue, node, tellOf }: { queue: Queue; node: string; tellOf: (job: ScheduledJob) => void },
): Engine {
  const { config, log } = agent
  const { cores, endJobsOnExit, logBytes } = config.scheduler
  const processes = new Map<string, Run>()
  const usages = new Map<string, Usage>()
  /** Elements of arrays that changed and were not told yet, by job. */
  const untold = new Map<number, Map<number, LocalRun>>()
  let telling: NodeJS.Timeout | undefined
  let nextBegin: number | undefined
  let closed = false

  const complain = (what: string, run?: { job: number; element: number }) => (error: unknown) =>
    log.error({ err: error, ...(run === undefined ? {} : { job: runId(run) }) }, what)

  function tell(job: LocalJob | undefined, runs: readonly LocalRun[]): void {
    if (job === undefined) return
    if (job.array === null) {
      for (const run of runs) tellOf(asScheduled(job, run, node))
      return
    }
    // What an agent that ends did not tell, the next one asks for.
    if (closed) return
    const changed = untold.get(job.id) ?? new Map<number, LocalRun>()
    for (const run of runs) changed.set(run.element, run)
    untold.set(job.id, changed)
    telling ??= setTimeout(() => {
      telling = undefined
      tellArrays().catch(complain('elements of arrays could not be told'))
    }, TOLD_EVERY_MS)
  }

  async function tellArrays(): Promise<void> {
    const arrays = [...untold]
    untold.clear()
    for (const [id, runs] of arrays) {
      const job = await queue.job(id)
      if (job !== undefined) tellOf(asScheduledArray(job, await queue.counts(id), [...runs.values()], node))
    }
  }

  /** Starts what fits, strictly in order: a wide job at the head is not overtaken for ever by narrow ones. */
  async function fill(): Promise<void> {
    let free = cores - (await queue.active()).reduce((sum, run) => sum + run.cores, 0)
    nextBegin = undefined
    for (let after = 0; ;) {
      const jobs = await queue.waiting(after, PAGE)
      for (const job of jobs) {
        if (closed) return
        after = job.id
        const reason = await whatItWaitsFor(queue, job, agent.now())
        if (reason === 'BeginTime') nextBegin = Math.min(nextBegin ?? Infinity, Date.parse(job.begin_at ?? ''))
        if (reason !== undefined) {
          await explain(job, reason)
          continue
        }
        const started = await startRuns(job, free)
        free -= started.cores
        if (!started.blocked) continue
        for (const behind of await queue.explainBehind(job.id)) await tellReason(behind)
        return
      }
      if (jobs.length < PAGE) return
    }
  }

  /** Starts the runs of one job that fit. `blocked`: it needs more cores than are free, and those behind it wait for it. */
  async function startRuns(job: LocalJob, free: number): Promise<{ cores: number; blocked: boolean }> {
    const { starting = 0, running = 0 } = job.at_once === null ? {} : await queue.counts(job.id)
    const allowed = job.at_once === null ? Infinity : job.at_once - starting - running
    const fitting = Math.floor(free / job.cores)
    const many = Math.max(0, Math.min(allowed, fitting))
    // One more than may start says whether any is left to wait.
    const ready = await queue.ready(job.id, many + 1)
    let held = 0
    for (const { element } of ready.slice(0, many)) {
      const change = { state: 'starting' as const, reason: null }
      for (const run of await queue.update(job.id, [element], ['pending'], change)) {
        launch(job, run)
        held += job.cores
      }
    }
    if (ready.length <= many) return { cores: held, blocked: false }
    const blocked = fitting < allowed
    await explain(job, blocked ? 'Resources' : 'JobArrayTaskLimit')
    return { cores: held, blocked }
  }

  async function explain(job: LocalJob, reason: string): Promise<void> {
    if (job.reason === reason) return
    const changed = await queue.explain(job.id, reason)
    if (changed !== undefined) await tellReason(changed)
  }
  const tellReason = async (job: LocalJob) => tell(job, job.array === null ? await queue.runs(job.id) : [])

  // One `fill` at a time: two would both see the same free cores.
  let filling = Promise.resolve()
  let asked = false
  function pump(): void {
    if (asked) return
    asked = true
    filling = filling
      .then(() => {
        asked = false
        return fill()
      })
      .catch(complain('the queue of local jobs could not be read'))
  }

  function launch(job: LocalJob, run: LocalRun): void {
    follow(job, run, followProcess(placeOf(job, run), environmentOf(job, run)))
  }

  function follow(job: LocalJob, run: LocalRun, process: Run): void {
    processes.set(runId(run), process)
    watch(job, run, process).catch(complain('a local job could not be followed', run))
  }

  const updateOne = async (run: LocalRun, ...[from, change]: [LocalRun['state'][], Partial<LocalRun>]) =>
    queue.update(run.job, [run.element], from, change)

  async function watch(job: LocalJob, run: LocalRun, process: Run): Promise<void> {
    if ((await process.started) && !closed) {
      const startedAt = run.started_at ?? agent.now().toISOString()
      tell(job, await updateOne(run, ['starting'], { state: 'running', started_at: startedAt }))
      // Cancelled between asked and started, or while no agent was there.
      const current = await queue.run(run.job, run.element)
      if (current?.ending) end(run, process)
    }
    const ending = await process.ended
    if (closed) return
    await settle(job, run, ending)
    pump()
  }

  async function settle(job: LocalJob, { element, restarts }: LocalRun, ending: Ending): Promise<void> {
    const run = await queue.run(job.id, element)
    if (run === undefined || run.restarts !== restarts) return
    const place = placeOf(job, run)
    const known = usages.get(runId(run))
    processes.delete(runId(run))
    usages.delete(runId(run))
    if (run.ending === 'requeued') {
      await removeLog(place)
      const anew = { ending: null, started_at: null, usage: null, reason: null, restarts: restarts + 1 }
      tell(job, await updateOne(run, ['starting', 'running'], { ...anew, state: 'pending' }))
      return
    }
    const now = agent.now()
    const told = { reason: await readReason(place), memoryMb: job.memory_mb, logMb: logBytes / 1_048_576 }
    const outcome = judge(run, ending, told)
    if (run.ending === 'log') await noteInLog(place, `${outcome.reason}; it was ended.`)
    const startedAt = run.started_at ?? now.toISOString()
    const seconds = (now.getTime() - Date.parse(startedAt)) / 1000
    const cpuSeconds = (await readTimes(place)) ?? known?.cpuSeconds
    const usage: Usage = {
      ...known,
      at: now,
      elapsedSeconds: seconds,
      coreSeconds: seconds * job.cores,
      ...(cpuSeconds === undefined ? {} : { cpuSeconds }),
    }
    const change = { ...outcome, usage: JSON.stringify(usage), started_at: startedAt, ended_at: now.toISOString() }
    tell(job, await updateOne(run, ['starting', 'running'], change))
  }

  /** SIGTERM to the group now, SIGKILL to what is left of it later. */
  function end(run: LocalRun, process: Run): void {
    process
      .signal('SIGTERM')
      .catch(() => false)
      .finally(() => {
        setTimeout(() => {
          if (processes.get(runId(run)) === process) process.signal('SIGKILL').catch(() => false)
        }, GRACE_MS).unref()
      })
  }

  async function stop(runs: readonly LocalRun[], ending: NonNullable<LocalRun['ending']>): Promise<void> {
    for (const run of runs) {
      const [stopped] = await updateOne(run, ['starting', 'running'], { ending })
      const process = processes.get(runId(run))
      if (stopped !== undefined && process !== undefined) end(run, process)
    }
  }

  return {
    pump,
    stop,
    tell,
    nextBegin: () => nextBegin,
    pid: (run) => processes.get(runId(run))?.pid(),
    note: (run, usage) => void usages.set(runId(run), usage),
    usage: (run) => usages.get(runId(run)),

    async start() {
      for (const run of await queue.active()) {
        const job = await queue.job(run.job)
        if (job === undefined) continue
        // One that was only asked to start is asked again: the wrapper sees to it that it runs once.
        if (run.state === 'starting') launch(job, run)
        else follow(job, run, followProcess(placeOf(job, run)))
      }
      pump()
    },

    async close() {
      closed = true
      clearTimeout(telling)
      await filling
      if (endJobsOnExit) await Promise.all((await queue.active()).map(endNow))
      for (const process of processes.values()) process.forget()
    },
  }

  /** Ends a run before the agent does. Those that wait stay queued for the next start. */
  async function endNow(run: LocalRun): Promise<void> {
    const process = processes.get(runId(run))
    const job = await queue.job(run.job)
    if (process === undefined || job === undefined) return
    await updateOne(run, ['starting', 'running'], { ending: 'cancelled' })
    await process.signal('SIGTERM')
    const impatience = setTimeout(() => void process.signal('SIGKILL'), GRACE_MS / 2)
    const ending = await process.ended
    clearTimeout(impatience)
    await settle(job, run, ending)
  }
}
