import { randomUUID } from 'node:crypto'
import type { ExecuteRequest, Queue } from '../../../contract/agent/workflows.ts'
import { type JobState, jobHasEnded } from '../../../contract/jobs.ts'
import { stepsBefore } from '../../../contract/workflow-steps.ts'
import type { WorkflowRunState } from '../../../contract/workflows.ts'
import type { Jobs, JobView } from '../jobs/index.ts'
import type { Agent } from '../kit/agent.ts'
import { Failure } from '../kit/failure.ts'
import { type Identity, isAdmin } from '../kit/identity.ts'
import { checkRunnable, checkSlots, fittingParameters, resolveStep, type Templates } from '../templates/index.ts'
import type { Uploads } from '../uploads/index.ts'
import { asRun, type Attempt, type Run, type Store } from './store.ts'

export interface Runs {
  /** `created` is false where the key had made this run before. */
  execute(who: Identity, request: ExecuteRequest): Promise<{ run: Run; created: boolean }>
  /** This user's own run, or anybody's for an admin. Failure NOT_FOUND, FORBIDDEN. */
  find(who: Identity, id: string): Promise<Run>
  cancel(run: Run): Promise<Run>
  /** Failure WRONG_STATE where nothing can be done again now, VALIDATION_FAILED for a step that is not there. */
  restart(run: Run, from?: string): Promise<Run>
  start(): Promise<void>
  close(): Promise<void>
}

/** How often runs are looked at of which a step could not be handed over. */
const RETRY_MS = 15_000
/** So long the end of the agent waits for what is under way; the next one goes on with it. */
const CLOSE_MS = 3000

const succeeded = (state: Attempt['state']) => state === 'completed'
const isLive = (state: Attempt['state']) => state !== 'waiting' && state !== 'blocked' && !jobHasEnded(state)
const hasFailed = (state: Attempt['state']) =>
  state === 'blocked' || (state !== 'waiting' && jobHasEnded(state) && state !== 'completed')

/** The key of a step's submission: the same attempt never makes two jobs. */
const keyOf = (run: Pick<Run, 'number'>, { step, attempt }: Attempt) => `workflow-${run.number}-${step.key}-${attempt}`

/** A step's job is submitted with the rights of its user alone: what an admin may do is not handed down. */
const actor = ({ user }: Run): Identity => ({ username: user, email: '', groups: [], permissions: ['dashboard'] })

const changeBy = (job: JobView) => ({
  state: job.state,
  reason: job.reason ?? null,
  started_at: job.startedAt ?? null,
  ended_at: job.endedAt ?? null,
})

/** Names of the steps that come after `first`, however far, with it. */
function withAllAfter(run: Run, first: readonly string[]): Set<string> {
  const found = new Set(first)
  // Steps stand behind those they wait for, so one pass finds all.
  for (const { step } of run.steps) if (stepsBefore(step).some((key) => found.has(key))) found.add(step.key)
  return found
}

function stateOf(run: Run): WorkflowRunState {
  const states = run.steps.map(({ state }) => state)
  if (states.some((state) => isLive(state) || (state === 'waiting' && !run.cancelled))) return 'running'
  if (states.every(succeeded)) return 'completed'
  return run.cancelled ? 'cancelled' : 'failed'
}

/**
 * Runs of workflows. Every step is a job of its own, handed over at once with `afterok` on the jobs before it: the scheduler
 * keeps the order, also while no agent runs. What a step leaves behind is fetched by the next one's script.
 */
export function createRuns(
  agent: Agent,
  store: Store,
  { jobs, templates, uploads }: { jobs: Jobs; templates: Templates; uploads: Uploads },
): Runs {
  let timer: NodeJS.Timeout | undefined
  let catchingUp: Promise<void> | undefined
  let closed = false
  // One after the other for each user: what is read of a run must still hold when it is changed.
  const turns = new Map<string, Promise<void>>()
  function inTurn<T>(user: string, work: () => Promise<T>): Promise<T> {
    const done = (turns.get(user) ?? Promise.resolve()).then(work)
    const turn = done.then(
      () => undefined,
      () => undefined,
    )
    turns.set(user, turn)
    void turn.then(() => turns.get(user) === turn && turns.delete(user))
    return done
  }

  async function fresh(number: number): Promise<Run> {
    const run = await store.byNumber(number)
    if (run === undefined) throw new Failure('NOT_FOUND', `There is no run ${number}.`)
    return run
  }

  /** Stores what the run as a whole is at now, and tells its user. */
  async function settle(number: number): Promise<Run> {
    const run = await fresh(number)
    const state = stateOf(run)
    if (state !== run.state) {
      await store.setRun(number, { state, ended_at: state === 'running' ? null : agent.now().toISOString() })
    }
    const settled = await fresh(number)
    const event = { type: 'workflow_update' as const, data: asRun(settled), timestamp: agent.now().toISOString() }
    agent.hub.publish('jobs', event, { user: settled.user })
    return settled
  }

  async function submitStep(run: Run, attempt: Attempt): Promise<void> {
    const { step } = attempt
    const before = stepsBefore(step).flatMap((key) => run.steps.filter((other) => other.step.key === key))
    const { parameters, files } = resolveStep(step, run.parameters, run.files)
    const outputs = files.flatMap((file) => {
      if ('given' in file) return []
      const source = before.find((other) => other.step.key === file.step)
      return source?.jobId === undefined ? [] : [{ slot: file.slot, job: source.jobId, file: file.file }]
    })
    const { partition, ...options } = run.queue
    const job = await jobs.submit(
      actor(run),
      {
        name: `${run.name} · ${step.key}`,
        ...(partition === undefined ? {} : { partition }),
        template_id: step.template,
        parameters,
        files: files.flatMap((file) => ('given' in file ? [{ ...file.given, slot: file.slot }] : [])),
        idempotency_key: keyOf(run, attempt),
        options: {
          ...options,
          // One that has succeeded may be forgotten by the scheduler already.
          dependencies: before
            .filter(({ state }) => !succeeded(state))
            .map((other) => ({ type: 'afterok' as const, submission: keyOf(run, other) })),
        },
      },
      { workflow: { id: String(run.number), step: step.key }, outputs },
    )
    await store.setStep(run.number, step.key, { job_id: job.id, ...changeBy(job) })
  }

  /** The step before this one that has failed, also where nobody has told of that yet. */
  async function failedBefore(run: Run, { step }: Attempt): Promise<string | undefined> {
    const before = stepsBefore(step)
    for (const { step: other, state, jobId } of run.steps) {
      if (!before.includes(other.key)) continue
      const failed = hasFailed(state) || (jobId !== undefined && hasFailed((await jobs.find(actor(run), jobId)).state))
      if (failed) return other.key
    }
    return undefined
  }

  /**
   * Gives every step that waits its job, or says that it cannot have one because a step before it failed. Stops quietly where
   * the scheduler cannot be asked: it is tried again later. A step that is refused has failed, and the refusal is the caller's,
   * too; of a run that is `begun` just now nothing more is tried then.
   */
  async function advance(number: number, begun = false): Promise<Run> {
    let refusal: Failure | undefined
    for (const { key } of (await fresh(number)).template.steps) {
      const run = await fresh(number)
      const attempt = run.steps.find(({ step }) => step.key === key)
      if (attempt?.state !== 'waiting' || run.cancelled) continue
      try {
        const failed = await failedBefore(run, attempt)
        if (failed === undefined) await submitStep(run, attempt)
        else await store.setStep(number, key, { state: 'blocked', reason: `step ${failed}` })
      } catch (error) {
        if (!(error instanceof Failure)) throw error
        if (error.code === 'SCHEDULER_UNAVAILABLE') break
        // The one before may have ended while this one was prepared.
        const failed = await failedBefore(run, attempt)
        if (failed === undefined && begun) throw error
        if (failed === undefined) refusal ??= error
        const ended = { state: 'failed' as const, reason: error.message, ended_at: agent.now().toISOString() }
        const blocked = { state: 'blocked' as const, reason: `step ${failed}` }
        await store.setStep(number, key, failed === undefined ? ended : blocked)
      }
    }
    const settled = await settle(number)
    if (refusal !== undefined) throw refusal
    return settled
  }

  /** Ends the jobs of these steps that have not ended yet. */
  async function end(run: Run, steps: ReadonlySet<string>): Promise<void> {
    for (const { step, jobId, state } of run.steps) {
      if (steps.has(step.key) && jobId !== undefined && isLive(state)) await cancelJob(run, jobId)
    }
  }

  const cancelJob = (run: Run, id: string): Promise<void> =>
    jobs.change(actor(run), id, { action: 'cancel' }).catch((error: unknown) => {
      // It ended by itself meanwhile.
      if (!(error instanceof Failure) || error.code !== 'WRONG_STATE') throw error
    })

  async function onJob(job: JobView): Promise<void> {
    if (job.workflow === undefined) return
    const run = await store.byNumber(Number(job.workflow.id))
    const attempt = run?.steps.find(({ step }) => step.key === job.workflow?.step)
    if (run === undefined || attempt === undefined) return
    // Its job is taken out of the queue because of the step before: that is what is to be told.
    const isTold = job.key === keyOf(run, attempt) && attempt.state !== 'blocked'
    if (isTold) await store.setStep(run.number, attempt.step.key, { job_id: job.id, ...changeBy(job) })
    try {
      // Handed over late, when nobody waited for it any more.
      if (isLive(job.state) && (run.cancelled || !isTold)) await cancelJob(run, job.id)
      if (isTold && hasFailed(job.state)) await blockAfter(run, attempt)
    } finally {
      // Also where that failed: as long as the run goes on it is tried again.
      if (isTold) await settle(run.number)
    }
  }

  /** Slurm would keep jobs in its queue for ever whose `afterok` can never come true. */
  async function blockAfter(run: Run, { step }: Attempt): Promise<void> {
    const after = withAllAfter(run, [step.key])
    after.delete(step.key)
    // First: where they cannot be ended now, the run goes on as it is, and this is tried again.
    await end(run, after)
    for (const later of run.steps) {
      if (!after.has(later.step.key) || hasFailed(later.state) || succeeded(later.state)) continue
      await store.setStep(run.number, later.step.key, { state: 'blocked', reason: `step ${step.key}` })
    }
  }

  async function plan(who: Identity, request: ExecuteRequest) {
    const template = await templates.find(who, request.template_id)
    const { steps } = template
    if (steps === undefined) {
      throw new Failure('VALIDATION_FAILED', `The template "${template.id}" is no workflow: submit it as a job.`)
    }
    checkRunnable(template, request.template_version)
    const files = request.files ?? []
    const stored = []
    for (const { slot, uploadId } of files) stored.push({ ...(await uploads.stored(who.username, uploadId)), slot })
    const problems = checkSlots(template.files, stored)
    const [first] = problems
    if (first !== undefined) {
      throw new Failure('FILES_MISSING', `Files for "${first.slot}": ${first.reason}.`, {
        details: { slots: problems.map(({ slot }) => slot), problems },
      })
    }
    return {
      user: who.username,
      name: request.name,
      template: { id: template.id, version: template.version, name: template.name, steps },
      parameters: fittingParameters(template.parameters, request.parameters ?? {}),
      files,
      queue: queueOf(request),
    }
  }

  return {
    execute: (who, request) =>
      inTurn(who.username, async () => {
        const key = request.idempotency_key ?? randomUUID()
        const known = await store.byKey(who.username, key)
        if (known !== undefined) return { run: await advance(known.number), created: false }
        const { run } = await store.add({ ...(await plan(who, request)), key }, agent.now())
        try {
          return { run: await advance(run.number, true), created: true }
        } catch (error) {
          // A step that cannot be had at all: nothing of the run is left, and the key is free again.
          const begun = await fresh(run.number)
          await end(begun, new Set(begun.steps.map(({ step }) => step.key)))
          await store.discard(run.number)
          throw error
        }
      }),

    async find(who, id) {
      const run = /^[1-9]\d{0,14}$/.test(id) ? await store.byNumber(Number(id)) : undefined
      if (run === undefined) throw new Failure('NOT_FOUND', `There is no run "${id}" of a workflow.`)
      if (run.user !== who.username && !isAdmin(who)) throw new Failure('FORBIDDEN', `Run ${id} is not yours.`)
      return run
    },

    cancel: (run) =>
      inTurn(run.user, async () => {
        const now = await fresh(run.number)
        if (now.state !== 'running') throw new Failure('WRONG_STATE', `Run ${run.number} has already ended.`)
        await store.setRun(run.number, { cancelled: 1 })
        await end(now, new Set(now.steps.map(({ step }) => step.key)))
        return settle(run.number)
      }),

    restart: (run, from) =>
      inTurn(run.user, async () => {
        const now = await fresh(run.number)
        const first = from === undefined ? now.steps.filter(({ state }) => hasFailed(state)) : stepOf(now, from)
        const again = withAllAfter(
          now,
          first.map(({ step }) => step.key),
        )
        if (again.size === 0) {
          throw new Failure('WRONG_STATE', 'No step of this run has failed: name the one to begin from.')
        }
        const busy = now.steps.find(({ step, state }) => again.has(step.key) && isLive(state))
        if (busy !== undefined) {
          throw new Failure('WRONG_STATE', `The step "${busy.step.key}" is still under way: wait for it or cancel it.`)
        }
        await store.again(run.number, [...again])
        return advance(run.number)
      }),

    async start() {
      jobs.onChange((job: JobView, _before: JobState | undefined) => {
        inTurn(job.user, () => onJob(job)).catch((error: unknown) =>
          agent.log.error({ err: error, job: job.id }, 'a step of a workflow could not be followed'),
        )
      })
      // Nobody waits for it: a scheduler that does not answer must not keep the agent from starting.
      goOn()
      timer = setInterval(goOn, RETRY_MS)
      timer.unref()
    },

    async close() {
      clearInterval(timer)
      closed = true
      const patience = new Promise((resolve) => void setTimeout(resolve, CLOSE_MS).unref())
      await Promise.race([Promise.all(turns.values()), patience])
    },
  }

  /** One look at a time: a scheduler that does not answer takes longer than the pause between two. */
  function goOn(): void {
    catchingUp ??= catchUp()
      .catch((error: unknown) => agent.log.error({ err: error }, 'workflows could not be looked at'))
      .finally(() => (catchingUp = undefined))
  }

  /** What an agent that ended in the middle left undone, and what the scheduler did not take at once. */
  async function catchUp(): Promise<void> {
    for (const { number, steps, user } of await store.running()) {
      if (closed) return
      if (!steps.some(({ state }) => state === 'waiting' || isLive(state))) continue
      await inTurn(user, async () => {
        for (const { jobId } of (await fresh(number)).steps) {
          if (jobId !== undefined)
            await onJob(await jobs.find({ ...actor(await fresh(number)), username: user }, jobId))
        }
        await advance(number)
      }).catch((error: unknown) => agent.log.error({ err: error, run: number }, 'a workflow could not go on'))
    }
  }
}

function queueOf({ partition, account, qos, reservation }: ExecuteRequest): Queue {
  return {
    ...(partition === undefined ? {} : { partition }),
    ...(account === undefined ? {} : { account }),
    ...(qos === undefined ? {} : { qos }),
    ...(reservation === undefined ? {} : { reservation }),
  }
}

function stepOf(run: Run, key: string): Attempt[] {
  const found = run.steps.filter(({ step }) => step.key === key)
  if (found.length > 0) return found
  throw new Failure('VALIDATION_FAILED', `This workflow has no step "${key}".`, {
    details: { path: '/from', reason: 'is no step' },
  })
}
