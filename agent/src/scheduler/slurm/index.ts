import type { Agent } from '../../kit/agent.ts'
import { Failure, refuseFull } from '../../kit/failure.ts'
import type { Runner } from '../../runner/index.ts'
import type { ScheduledJob, Scheduler } from '../scheduler.ts'
import { createAccounting } from './accounting.ts'
import { changeJob } from './changes.ts'
import { createClusterView } from './cluster.ts'
import { createCommands } from './commands.ts'
import { estimateStart } from './estimate.ts'
import { createSubmitter } from './exactly-once.ts'
import { createLookup } from './lookup.ts'
import { createPoller } from './poller.ts'
import { elementsOf } from './ranges.ts'
import { prepareFolder, readReason } from './bookkeeping.ts'
import { environmentOf } from './batch.ts'
import { jobEnvironment } from '../local/config.ts'
import { createReleaseFinder } from './release.ts'
import { createSubmissions, lastOf } from './submissions.ts'
import type { Origin, Track } from './track.ts'
import { usageOf } from './usage.ts'

export { isSlurmThere } from './detect.ts'

/** So long an answer waits for the look at the queue that shows what was just changed. */
const SEEN_MS = 5000

const atMost = (promise: Promise<void>, ms: number): Promise<void> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** Runs jobs by Slurm's own commands (docs/adr/0012). */
export function createSlurmScheduler(
  agent: Agent,
  runner: Runner,
): Scheduler & { start(): Promise<void>; close(): Promise<void> } {
  const { log, now } = agent
  const commands = createCommands(agent, runner)
  const submissions = createSubmissions(agent.db)
  const lookup = createLookup(agent, commands)
  const submitter = createSubmitter(agent, commands, {
    submissions,
    lookup,
    prepare: async (spec) =>
      prepareFolder(agent, spec, environmentOf(spec, await baseEnvironment(spec.user))).catch(refuseFull),
  })
  const findRelease = createReleaseFinder(commands)
  const cluster = createClusterView(commands)
  const poller = createPoller(agent, commands, createAccounting(commands), tell)
  const listeners: ((job: ScheduledJob) => void)[] = []
  let release: string | undefined

  async function tell(seen: ScheduledJob): Promise<void> {
    const job = await explained(seen)
    const track = poller.known(job.id)
    if (track?.job !== undefined && job.reason !== undefined) track.job = { ...track.job, reason: job.reason }
    // Told in any case: who listens has a record of its own.
    await submissions
      .keep(job)
      .catch((error: unknown) => log.error({ err: error, job: job.id }, 'the state of a job could not be kept'))
    for (const listener of listeners) listener(job)
  }

  /** The script's own sentence says more than its exit code. */
  async function explained(job: ScheduledJob): Promise<ScheduledJob> {
    if (job.state !== 'failed' || job.elements !== undefined) return job
    const row = await submissions.byJob(job.id)
    if (row === undefined || row.array !== null) return job
    const reason = await readReason(agent, row.user, row.folder).catch(() => undefined)
    return reason === undefined ? job : { ...job, reason }
  }

  /** As a user's own shell has it. */
  async function baseEnvironment(user: string): Promise<Record<string, string>> {
    // Where temporary files go is for each node to say.
    const { TMPDIR: _TMPDIR, ...own } = jobEnvironment()
    if (runner.mode === 'self') return own
    const { LANG = 'C.UTF-8', SHELL = '/bin/bash' } = own
    const HOME = await runner.homeOf(user)
    return { PATH: '/usr/local/bin:/usr/bin:/bin', HOME, USER: user, LOGNAME: user, LANG, SHELL }
  }

  async function originOf(id: string): Promise<Origin> {
    const row = await submissions.byJob(id)
    if (row === undefined) return { account: undefined, since: undefined, elements: undefined, last: undefined }
    return {
      account: row.account ?? undefined,
      since: new Date(row.first_attempt_at),
      elements: row.array === null ? undefined : elementsOf(row.array),
      last: lastOf(row) ?? { id, state: 'pending' },
    }
  }

  const follow = (id: string): Promise<Track> => poller.follow(id, () => originOf(id))

  async function jobs(ids: readonly string[]): Promise<ScheduledJob[]> {
    const tracks: Track[] = []
    let isNew = false
    for (const id of ids) {
      if (!/^\d{1,10}$/.test(id)) continue
      isNew ||= poller.known(id) === undefined
      tracks.push(await follow(id))
    }
    // Those that this agent has just met may have ended long ago.
    if (isNew && tracks.some((track) => track.job === undefined || !track.hasEnded))
      await atMost(poller.look(), SEEN_MS)
    return Promise.all(tracks.flatMap((track) => track.snapshot() ?? []).map(explained))
  }

  return {
    kind: 'slurm',
    freshness: () => ({ ...poller.freshness(), ...(release === undefined ? {} : { release }) }),
    partitions: () => cluster.partitions(),
    nodes: () => cluster.nodes(),
    limits: (user) => cluster.limits(user),
    licenses: () => cluster.licenses(),

    async submit(spec) {
      const id = await submitter.submit(spec)
      await follow(id)
      void poller.look()
      return id
    },

    estimate: (spec) => estimateStart(commands, spec, now()),

    async change(user, id, change, elements) {
      const track = await follow(id)
      if (track.hasEnded && change.action !== 'requeue') {
        throw new Failure('WRONG_STATE', `Job ${id} has already ended.`)
      }
      if (change.action === 'hold' && track.job?.state === 'running' && !track.isArray) {
        throw new Failure('WRONG_STATE', `Job ${id} runs already: only one that waits can be held.`)
      }
      await changeJob(commands, user, id, change, elements)
      if (change.action === 'requeue') track.reopen(elements)
      await atMost(poller.look(), SEEN_MS)
    },

    jobs,

    async usage(id, element) {
      const track = poller.known(id)
      const row = await submissions.byJob(id)
      const state = element === undefined ? track?.job?.state : track?.elements.get(element)?.state
      const running = state === undefined || state === 'running' || state === 'completing'
      if (state === 'pending') return undefined
      const user = row?.user ?? track?.origin.account ?? ''
      return usageOf(commands, { id, user, running, element }, now())
    },

    onChange: (listener) => void listeners.push(listener),

    async start() {
      for (const row of await submissions.open()) if (row.job_id !== null) await follow(row.job_id)
      await submitter.prepare()
      poller.start()
      cluster.warm().catch((error: unknown) => log.warn({ err: error }, 'the nodes could not be learnt'))
      void findRelease()
        .then((found) => (release = found?.text))
        .catch((error: unknown) => log.warn({ err: error }, 'the release of Slurm could not be learnt'))
      log.info('jobs are run by Slurm')
    },

    close() {
      commands.close()
      return poller.close()
    },
  }
}
