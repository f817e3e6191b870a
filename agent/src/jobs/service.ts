import { randomUUID } from 'node:crypto'
import type { SubmitRequest } from '../../../contract/agent/jobs.ts'
import type { ChangeResult, JobChange, JobDetail, JobState, Resubmission } from '../../../contract/jobs.ts'
import type { Agent } from '../kit/agent.ts'
import { Failure } from '../kit/failure.ts'
import { type Identity, isAdmin } from '../kit/identity.ts'
import { lastLines } from '../kit/tail.ts'
import { logName, type ScheduledJob, type Scheduler } from '../scheduler/index.ts'
import type { Templates } from '../templates/index.ts'
import type { Uploads } from '../uploads/index.ts'
import { createChanges } from './changes.ts'
import { runFolder } from './folder.ts'
import { createHandover, Refused } from './handover.ts'
import type { History } from './history.ts'
import { createPublishing } from './publishing.ts'
import { asJob, type Found, type Submitted } from './record.ts'
import { resubmissionOf } from './resubmission.ts'
import { type Beside, type DesktopJobs, planSubmission } from './submission.ts'

export interface JobService {
  /** `created` is false where the key had made this job before. */
  submit(who: Identity, request: SubmitRequest, beside?: Beside): Promise<{ job: Submitted; created: boolean }>
  /** This user's own job or element, or anybody's for an admin. Failure NOT_FOUND, FORBIDDEN. */
  find(who: Identity, id: string): Promise<Found>
  /** Of anybody. */
  named(id: string): Promise<Found | undefined>
  /** What became of the change for each id. `since`: what was done since then already is not done again. */
  change(
    who: Identity,
    ids: readonly string[],
    change: JobChange,
    since?: Date,
  ): Promise<(ChangeResult & { failure?: unknown })[]>
  detail(found: Found): Promise<JobDetail>
  resubmission(found: Found): Promise<Resubmission>
  /** Told after a change of state has been stored; `before` is undefined for a new job. */
  onChange(listener: (job: Submitted, before: JobState | undefined) => void): void
  /** Told of every change that was stored. */
  onUpdate(listener: (job: Submitted) => void): void
  /** Finishes what an agent that died had begun, and learns what happened meanwhile. */
  start(): Promise<void>
  close(): Promise<void>
}

const TAIL_LINES = 20
/** So long after a change could not be stored (a full disk) the scheduler is asked for it again. */
const MISSED_MS = 30_000

export function createJobService(
  agent: Agent,
  history: History,
  parts: {
    uploads: Uploads
    templates: Templates
    scheduler: Scheduler
    desktops: DesktopJobs
    /** A test sets it low. */
    missedMs?: number
  },
): JobService {
  const { scheduler, uploads, templates, desktops } = parts
  /** Submissions on their way, by user and key: a second click waits for the first. */
  const underway = new Map<string, Promise<{ job: Submitted; created: boolean }>>()
  const publishing = createPublishing(agent, history)

  /** Jobs of which a change could not be stored. */
  const missed = new Set<string>()
  let again: NodeJS.Timeout | undefined
  function askAgain(job: string): void {
    missed.add(job)
    again ??= setTimeout(() => {
      again = undefined
      const ids = [...missed]
      missed.clear()
      void refresh(ids)
    }, parts.missedMs ?? MISSED_MS).unref()
  }

  // One after the other: states of a job must be stored in the order they came.
  let observing = Promise.resolve()
  function inOrder(job: string, store: () => ReturnType<History['observe']>): void {
    const keep = async () => {
      const changed = await store()
      if (changed !== undefined) publishing.publish(changed.job, changed.before)
    }
    observing = observing.then(keep).catch((error: unknown) => {
      agent.log.error({ err: error, job }, 'a change of a job could not be stored')
      askAgain(job)
    })
  }
  const observe = (seen: ScheduledJob) => inOrder(seen.id, () => history.observe(seen))

  async function refresh(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) {
      const seen = await scheduler.jobs(ids).catch((error: unknown) => {
        agent.log.warn({ err: error }, 'the scheduler could not be asked about jobs')
        return []
      })
      seen.forEach(observe)
    }
    await observing
  }

  const handover = createHandover(agent, {
    history,
    scheduler,
    async onAccepted(job) {
      publishing.publish(job, undefined)
      // It may have started before its id was stored.
      await refresh(job.jobId === undefined ? [] : [job.jobId])
    },
    onRefused: (job) => publishing.publish(job, undefined),
  })

  async function submitOnce(who: Identity, request: SubmitRequest, key: string, beside: Beside | undefined) {
    const known = await history.byKey(who.username, key)
    if (known?.jobId !== undefined) return { job: known, created: false }
    const { job, created } =
      known === undefined
        ? await history.add(
            await planSubmission({ agent, history, uploads, templates, desktops }, who, request, key, beside),
            agent.now(),
            desktops.perUser,
          )
        : { job: known, created: false }
    try {
      const accepted = await handover.give(job)
      return { job: accepted, created }
    } catch (error) {
      // Nothing runs and nothing can: the key is free again. Unless it is in doubt, when the submission stays.
      if (error instanceof Failure && error.code === 'SCHEDULER_UNAVAILABLE') throw error
      if (error instanceof Refused || created) await history.discard(job.number)
      throw error instanceof Refused ? error.failure : error
    }
  }

  async function find(who: Identity, id: string): Promise<Found> {
    const found = await named(id)
    if (found === undefined) throw new Failure('NOT_FOUND', `There is no job ${id}.`)
    if (found.job.user !== who.username && !isAdmin(who)) {
      throw new Failure('FORBIDDEN', `Job ${id} is not yours.`)
    }
    return found
  }

  async function named(id: string): Promise<Found | undefined> {
    const job = await history.byId(id)
    if (job !== undefined) return { job }
    const [, array = '', index] = /^(.+)_(\d{1,7})$/.exec(id) ?? []
    const whole = index === undefined ? undefined : await history.byId(array)
    if (whole === undefined) return undefined
    const element = await history.element(whole.number, Number(index))
    return element === undefined ? undefined : { job: whole, element }
  }

  const change = createChanges({ scheduler, find, refresh })

  return {
    find,
    named,
    change,
    onChange: (listener) => publishing.onChange(listener),
    onUpdate: (listener) => publishing.onUpdate(listener),

    submit(who, request, beside) {
      const key = request.idempotency_key ?? randomUUID()
      const name = `${who.username}\0${key}`
      const first = underway.get(name)
      if (first !== undefined) return first.then(({ job }) => ({ job, created: false }))
      const run = submitOnce(who, request, key, beside).finally(() => underway.delete(name))
      underway.set(name, run)
      return run
    },

    async detail({ job, element }) {
      const name = `${runFolder(job)}/${logName(element?.index)}`
      const log = await agent.files.openRead(job.user, name).catch(() => undefined)
      try {
        return {
          ...asJob(job, element),
          script: job.script,
          parameters: job.parameters,
          ...(job.template === undefined ? {} : { templateVersion: job.template.version }),
          ...(job.command === undefined ? {} : { command: job.command }),
          inputs: job.inputs.map(({ path: _path, later: _later, ...input }) => input),
          logTail: log === undefined ? [] : await lastLines(log, TAIL_LINES),
        }
      } finally {
        await log?.close()
      }
    },

    resubmission: ({ job }) => resubmissionOf(job, { files: agent.files, templates }),

    async start() {
      scheduler.onChange(observe)
      const alive = await history.aliveIds()
      const seen = await scheduler.jobs(alive)
      seen.forEach(observe)
      const known = new Set(seen.map(({ id }) => id))
      // A scheduler that does not answer knows nothing for certain: what it leaves out is not lost.
      if (scheduler.freshness().problem === undefined) {
        for (const id of alive) {
          if (known.has(id)) continue
          inOrder(id, () => history.lose(id, 'The scheduler does not know it any more', agent.now()))
        }
      }
      await observing
      await handover.start()
    },

    async close() {
      await handover.close()
      await observing
      clearTimeout(again)
      publishing.close()
    },
  }
}
