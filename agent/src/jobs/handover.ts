import type { Agent } from '../kit/agent.ts'
import { Failure } from '../kit/failure.ts'
import type { JobSpec, Scheduler } from '../scheduler/index.ts'
import { runFolder } from './folder.ts'
import type { History } from './history.ts'
import type { Submitted } from './record.ts'

/** From the first doubt on, each pause twice as long as the one before. */
const FIRST_PAUSE_MS = 2000
const LONGEST_PAUSE_MS = 60_000
/** So long the end of the agent waits for what is being handed over; the next one looks what became of it. */
const CLOSE_MS = 3000

/** The scheduler looked at it and would not have it; nothing runs. */
export class Refused extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.message)
    this.name = 'Refused'
    this.failure = failure
  }
}

/**
 * Gives stored submissions to the scheduler, each exactly once (docs/adr/0009). That it is about to be asked is stored first; as
 * long as it cannot be known whether the scheduler has a job, the submission stays and is tried again, with the key looked up.
 */
export interface Handover {
  /** Joins a try under way. Rejects with Refused, or with SCHEDULER_UNAVAILABLE when it is in doubt: then it goes on here. */
  give(job: Submitted): Promise<Submitted>
  /** Begins to try what an earlier agent has left. */
  start(): Promise<void>
  close(): Promise<void>
}

export function createHandover(
  agent: Agent,
  parts: {
    history: History
    scheduler: Scheduler
    /** The scheduler has it. */
    onAccepted: (job: Submitted) => Promise<void>
    /** It ended as refused, with nobody waiting for the answer. */
    onRefused: (job: Submitted) => void
  },
): Handover {
  const { history, scheduler } = parts
  const { log, files } = agent
  const underway = new Map<number, Promise<Submitted>>()
  let timer: NodeJS.Timeout | undefined
  let pauseMs = FIRST_PAUSE_MS
  let closed = false

  /**
   * The folder the job runs in, with a link to each input. Where it was handed over before, the job may even be running there:
   * nothing is taken away.
   */
  async function prepare(job: Submitted): Promise<string> {
    const again = job.attemptedAt !== undefined
    const folder = runFolder(job)
    // Of a database that is gone: its exit status would be taken for this job's.
    if (!again && (await files.stat(job.user, folder)) !== undefined) {
      await files.rename(job.user, folder, `${folder}-before-${agent.now().getTime()}`)
    }
    await files.makeFolder(job.user, folder)
    for (const input of job.inputs) {
      if (input.later === true) continue
      const at = `${folder}/${input.name}`
      await files.makeFolder(job.user, at.slice(0, at.lastIndexOf('/')))
      await files.link(job.user, input.path, at).catch((error: unknown) => {
        // A name that was good the first time is refused now because the link is there.
        if (!again || !(error instanceof Failure) || error.code !== 'NAME_REFUSED') throw error
      })
    }
    return files.absolute(job.user, folder)
  }

  async function attempt({ number: which }: Submitted): Promise<Submitted> {
    // What was read before waiting may be old: it may have been accepted meanwhile, or taken back.
    const job = await history.byNumber(which)
    if (job === undefined) throw new Refused(new Failure('CONFLICT', 'This submission was refused meanwhile.'))
    if (job.jobId !== undefined) return job
    const folder = await prepare(job).catch((error: unknown) => {
      throw asRefusal(error, job)
    })
    const { number, key, user, name, script, resources, options = {} } = job
    const { dependencies, ...others } = options
    const spec: JobSpec = {
      number,
      key,
      user,
      name,
      script,
      folder,
      resources,
      options: {
        ...others,
        ...(dependencies === undefined
          ? {}
          : {
              dependencies: dependencies.flatMap(({ type, job: id }) => (id === undefined ? [] : [{ type, job: id }])),
            }),
      },
      ...(job.attemptedAt === undefined ? {} : { attemptedAt: new Date(job.attemptedAt) }),
    }
    await history.attempt(number, agent.now())
    try {
      const accepted = await history.accepted(number, await scheduler.submit(spec))
      await parts.onAccepted(accepted)
      return accepted
    } catch (error) {
      if (error instanceof Failure && error.code !== 'SCHEDULER_UNAVAILABLE') throw new Refused(error)
      log.warn({ err: error, submission: number }, 'it is not known whether the scheduler has a submission')
      throw inDoubt(job, error)
    }
  }

  function give(job: Submitted): Promise<Submitted> {
    const first = underway.get(job.number)
    if (first !== undefined) return first
    const run = attempt(job)
      .catch((error: unknown) => {
        if (isAway(error)) later()
        throw error
      })
      .finally(() => underway.delete(job.number))
    underway.set(job.number, run)
    return run
  }

  function later(): void {
    if (closed || timer !== undefined) return
    timer = setTimeout(() => {
      timer = undefined
      drain().catch((error: unknown) => log.error({ err: error }, 'stored submissions could not be read'))
    }, pauseMs)
    timer.unref()
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
  }

  /** All that no scheduler has taken yet, in the order they came. */
  async function drain(): Promise<void> {
    const silent = new Set<string>()
    for (const job of await history.unaccepted()) {
      if (closed) return
      // What a client waits for just now is told to that client.
      if (underway.has(job.number) || silent.has(job.user)) continue
      try {
        await give(job)
        pauseMs = FIRST_PAUSE_MS
      } catch (error) {
        if (error instanceof Refused) {
          const refused = await history.refused(job.number, error.message, agent.now())
          if (refused !== undefined) parts.onRefused(refused)
          continue
        }
        // Its user's next one would be told the same; others' do not wait for one that may be at fault itself.
        if (error instanceof Failure && isAway(error.cause)) {
          silent.add(job.user)
          continue
        }
        log.error({ err: error, submission: job.number }, 'a stored submission cannot be handed over')
        later()
      }
    }
  }

  return {
    give,
    // Nobody waits for it: a scheduler that does not answer must not keep the agent from starting.
    async start() {
      drain().catch((error: unknown) => log.error({ err: error }, 'stored submissions could not be read'))
    },
    async close() {
      closed = true
      clearTimeout(timer)
      const patience = new Promise((resolve) => void setTimeout(resolve, CLOSE_MS).unref())
      await Promise.race([Promise.allSettled(underway.values()), patience])
    },
  }
}

/** What cannot be prepared the first time is refused; later, a job may be there whatever happened to its files since. */
function asRefusal(error: unknown, job: Submitted): unknown {
  if (job.attemptedAt !== undefined) return inDoubt(job, error)
  return error instanceof Failure ? new Refused(error) : error
}

const isAway = (error: unknown) => error instanceof Failure && error.code === 'SCHEDULER_UNAVAILABLE'

function inDoubt(job: Submitted, cause: unknown): Failure {
  const failure = new Failure(
    'SCHEDULER_UNAVAILABLE',
    'The scheduler does not answer now. The submission is kept and handed over as soon as it does; to send it again with the same key is safe.',
    { details: { idempotency_key: job.key }, retryAfter: 5 },
  )
  failure.cause = cause
  return failure
}
