import { randomUUID } from 'node:crypto'
import type { SubmitRequest } from '../../../contract/agent/jobs.ts'
import { jobHasEnded, type JobDetail, type JobState } from '../../../contract/jobs.ts'
import type { Agent } from '../kit/agent.ts'
import { Failure } from '../kit/failure.ts'
import { type Identity, isAdmin } from '../kit/identity.ts'
import { LOG_NAME, type ScheduledJob, type Scheduler } from '../scheduler/index.ts'
import type { Templates } from '../templates/index.ts'
import type { Uploads } from '../uploads/index.ts'
import { asJob, type History, type Submitted } from './history.ts'
import { planSubmission } from './submission.ts'
import { lastLines } from '../kit/tail.ts'

export interface JobService {
  /** `created` is false where the key had made this job before. */
  submit(who: Identity, request: SubmitRequest): Promise<{ job: Submitted; created: boolean }>
  /** This user's own job, or anybody's for an admin. Failure NOT_FOUND, FORBIDDEN. */
  find(who: Identity, jobId: string): Promise<Submitted>
  cancel(job: Submitted): Promise<Submitted>
  detail(job: Submitted): Promise<JobDetail>
  /** Told after a change of state has been stored; `before` is undefined for a new job. */
  onChange(listener: (job: Submitted, before: JobState | undefined) => void): void
  /** Finishes what an agent that died had begun, and learns what happened meanwhile. */
  start(): Promise<void>
  close(): Promise<void>
}

/** Relative to the user's area. */
export const runFolder = (job: Pick<Submitted, 'number'>): string => `runs/${job.number}`

const TAIL_LINES = 20

export function createJobService(
  agent: Agent,
  history: History,
  parts: { uploads: Uploads; templates: Templates; scheduler: Scheduler },
): JobService {
  const { scheduler } = parts
  /** Submissions on their way, by user and key: a second click waits for the first. */
  const underway = new Map<string, Promise<{ job: Submitted; created: boolean }>>()

  const listeners: ((job: Submitted, before: JobState | undefined) => void)[] = []

  function publish(job: Submitted, before: JobState | undefined): void {
    const event = { type: 'job_update' as const, data: asJob(job), timestamp: agent.now().toISOString() }
    agent.hub.publish('jobs', event, { user: job.user })
    if (job.state !== before) for (const listener of listeners) listener(job, before)
  }

  async function keep(seen: ScheduledJob): Promise<void> {
    const before = await history.byId(seen.id)
    const job = await history.observe(seen)
    if (job !== undefined) publish(job, before?.state)
  }

  // One after the other: states of a job must be stored in the order they came.
  let observing = Promise.resolve()
  const observe = (seen: ScheduledJob) => {
    observing = observing
      .then(() => keep(seen))
      .catch((error: unknown) => agent.log.error({ err: error, job: seen.id }, 'a change of a job could not be stored'))
  }

  /**
   * The folder the job runs in, with a link to each input. `again`: an agent that died may have made some or all of it; the
   * job may even be running there, so nothing is taken away.
   */
  async function prepare(job: Submitted, again: boolean): Promise<string> {
    const { files } = agent
    const folder = runFolder(job)
    // Of a database that is gone: its exit status would be taken for this job's.
    if (!again && (await files.stat(job.user, folder)) !== undefined) {
      await files.rename(job.user, folder, `${folder}-before-${agent.now().getTime()}`)
    }
    await files.makeFolder(job.user, folder)
    for (const input of job.inputs) {
      const at = `${folder}/${input.name}`
      await files.makeFolder(job.user, at.slice(0, at.lastIndexOf('/')))
      await files.link(job.user, input.path, at).catch((error: unknown) => {
        // A name that was good the first time is refused now because the link is there.
        if (!again || !(error instanceof Failure) || error.code !== 'NAME_REFUSED') throw error
      })
    }
    return files.absolute(job.user, folder)
  }

  /** Hands a stored submission to the scheduler. The scheduler knows the key, so doing it twice starts one job. */
  async function handOver(job: Submitted, again: boolean): Promise<Submitted> {
    const folder = await prepare(job, again)
    const { number, key, user, name, script, resources } = job
    const spec = { number, key, user, name, script, folder, resources, options: {} }
    const jobId = await scheduler.submit(again ? { ...spec, attemptedAt: new Date(job.submittedAt) } : spec)
    const accepted = await history.accepted(number, jobId)
    publish(accepted, undefined)
    // It may have started before its id was stored.
    for (const seen of await scheduler.jobs([jobId])) observe(seen)
    return accepted
  }

  async function submitOnce(who: Identity, request: SubmitRequest, key: string) {
    const known = await history.byKey(who.username, key)
    if (known?.jobId !== undefined) return { job: known, created: false }
    if (known !== undefined) return { job: await handOver(known, true), created: false }
    const plan = await planSubmission({ agent, ...parts }, who, request, key)
    const { job, created } = await history.add(plan, agent.now())
    try {
      return { job: await handOver(job, false), created }
    } catch (error) {
      // Unless the scheduler could not be asked (then it may have the job after all), nothing was started: the key is free again.
      const unsure = error instanceof Failure && error.code === 'SCHEDULER_UNAVAILABLE'
      if (!unsure) await history.discard(job.number)
      throw error
    }
  }

  return {
    submit(who, request) {
      const key = request.idempotency_key ?? randomUUID()
      const name = `${who.username}\0${key}`
      const first = underway.get(name)
      if (first !== undefined) return first.then(({ job }) => ({ job, created: false }))
      const run = submitOnce(who, request, key).finally(() => underway.delete(name))
      underway.set(name, run)
      return run
    },

    async find(who, jobId) {
      const job = await history.byId(jobId)
      if (job === undefined) throw new Failure('NOT_FOUND', `There is no job ${jobId}.`)
      if (job.user !== who.username && !isAdmin(who)) throw new Failure('FORBIDDEN', `Job ${jobId} is not yours.`)
      return job
    },

    async cancel(job) {
      if (job.jobId === undefined || jobHasEnded(job.state)) {
        throw new Failure('WRONG_STATE', `Job ${job.jobId} has already ended.`)
      }
      await scheduler.change(job.user, job.jobId, { action: 'cancel' })
      await observing
      return (await history.byId(job.jobId)) ?? job
    },

    async detail(job) {
      const log = await agent.files.openRead(job.user, `${runFolder(job)}/${LOG_NAME}`).catch(() => undefined)
      try {
        return {
          ...asJob(job),
          script: job.script,
          parameters: job.parameters,
          ...(job.template === undefined ? {} : { templateVersion: job.template.version }),
          ...(job.command === undefined ? {} : { command: job.command }),
          inputs: job.inputs.map(({ path: _path, ...input }) => input),
          logTail: log === undefined ? [] : await lastLines(log, TAIL_LINES),
        }
      } finally {
        await log?.close()
      }
    },

    async start() {
      scheduler.onChange(observe)
      for (const job of await history.unaccepted()) {
        await handOver(job, true).catch((error: unknown) => {
          agent.log.error({ err: error, submission: job.number }, 'a stored submission could not be handed over')
        })
      }
      const alive = (await history.alive()).flatMap((job) => job.jobId ?? [])
      const seen = await scheduler.jobs(alive)
      seen.forEach(observe)
      const known = new Set(seen.map(({ id }) => id))
      for (const id of alive) {
        if (known.has(id)) continue
        observe({ id, state: 'lost', reason: 'The scheduler does not know it any more', endedAt: agent.now() })
      }
      await observing
    },

    onChange: (listener) => void listeners.push(listener),

    close: () => observing,
  }
}
