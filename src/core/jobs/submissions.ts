import { randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { SubmitAnswer } from '../../../contract/agent/jobs.ts'
import type { Input } from '../../../contract/app.ts'
import type { RunAnswer } from '../../../contract/agent/workflows.ts'
import type { AppErrorValue } from '../../../contract/errors.ts'
import type { Job, JobFile, Submission } from '../../../contract/jobs.ts'
import type { TaskWait } from '../../../contract/task.ts'
import { isTemporary, type Agents } from '../agent-client/index.ts'
import { AppError } from '../kit/app-error.ts'
import { backOff } from '../kit/back-off.ts'
import { reasonOf, wait } from '../kit/wait.ts'
import type { Logger } from '../platform.ts'
import type { SitesFeature } from '../sites/index.ts'
import { createTaskRunner, type Control, type TaskRunner } from '../tasks/index.ts'
import { executeRequest, submitRequest } from './request.ts'

/** A submission as it is kept until it has its job. */
interface Kept {
  submission: Submission
  uploads: Input<'jobs', 'submit'>['uploads']
  stored?: JobFile[]
  /** Whose it is: it is sent under no other name. */
  user: string | undefined
  /** The agent stores it with the job: the same again, the same job. */
  key: string
  /** It may have reached the agent: from then on there may be a job, and taking it back would be a guess. */
  sent: boolean
}

/** What a submission came to be: a job, or a run of a workflow. */
type Made = { jobId: string } | { runId: string }

export interface SubmissionsParts {
  database: DatabaseSync
  agents: Agents
  sites: Pick<SitesFeature, 'site' | 'userOf' | 'onChange'>
  whenUploaded: (
    ids: readonly string[],
    signal: AbortSignal,
  ) => Promise<{ id: string; agentUploadId: string; slot?: string }[]>
  /** A job that has come to be. */
  onJob: (site: string, job: Job) => void
  log: Logger
}

const pauses = { baseMs: 1000, maxMs: 30_000 }
/** A fault inside the agent is not waited out for ever. */
const maxFaults = 5

export interface Submissions extends Omit<TaskRunner, 'add'> {
  /** The task's id; the same for the same change. */
  submit(input: Input<'jobs', 'submit'>, change: string): string
}

/** Submissions as tasks: kept before the call returns, sent when files, network and sign-in are there, done exactly once. */
export function createSubmissions(parts: SubmissionsParts): Submissions {
  const { database, agents, sites, whenUploaded, onJob, log } = parts

  async function send(task: { site: string; body: Kept }, files: JobFile[], control: Control<Kept>): Promise<Made> {
    const { site, body } = task
    for (let attempt = 1, faults = 0; ; attempt += 1) {
      await signedIn(site, body.user, control)
      control.signal.throwIfAborted()
      control.waiting()
      if (!body.sent) control.save({ ...body, sent: true })
      body.sent = true
      try {
        return await hand(site, body, files, control.signal)
      } catch (error) {
        if (!(error instanceof AppError) || !isTemporary(error)) throw error
        const { code, data, retry } = error.value
        if (code === 'AGENT' && data.status === 500 && ++faults >= maxFaults) throw error
        control.waiting(waitOf(error.value))
        const pauseMs = Math.max(backOff(attempt, pauses), (retry?.afterSeconds ?? 0) * 1000)
        await (code === 'OFFLINE' ? reachable(site, pauseMs, control.signal) : wait(pauseMs, control.signal))
      }
    }
  }
  async function hand(site: string, { submission, key }: Kept, files: JobFile[], signal: AbortSignal): Promise<Made> {
    const client = agents.client(site)
    if (submission.workflow === true) {
      const json = executeRequest(submission, files, key)
      const { run } = await client.post<RunAnswer>('/api/workflow/execute', { json, signal })
      return { runId: run.id }
    }
    const json = submitRequest(submission, files, key)
    const { job } = await client.post<SubmitAnswer>('/api/jobs/submit', { json, signal })
    onJob(site, job)
    return { jobId: job.id }
  }
  /** Waits for the sign-in of the user whose submission it is. */
  function signedIn(site: string, user: string | undefined, { signal, waiting }: Control<Kept>): Promise<void> {
    const there = (): boolean => {
      const now = sites.site(site)
      return now.connection.state !== 'signed-out' && (user === undefined || now.user?.username === user)
    }
    if (there()) return Promise.resolve()
    waiting('sign-in')
    return new Promise((resolve, reject) => {
      const look = (): void => {
        try {
          if (signal.aborted) finish(() => reject(reasonOf(signal)))
          else if (there()) finish(resolve)
        } catch (error) {
          // The site is gone.
          finish(() => reject(error))
        }
      }
      const end = sites.onChange(look)
      signal.addEventListener('abort', look, { once: true })
      const finish = (act: () => void): void => {
        end()
        signal.removeEventListener('abort', look)
        act()
      }
    })
  }
  /** Waits so long, or until the agent can be reached. */
  async function reachable(site: string, ms: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController()
    const end = agents.link(site).onReady((ready) => {
      if (ready) over.abort()
    })
    await wait(ms, AbortSignal.any([signal, over.signal])).catch(() => signal.throwIfAborted())
    end()
  }

  const runner = createTaskRunner<Kept>(
    database,
    {
      kind: 'submit',
      canPause: false,
      canCancel: ({ sent }) => !sent,
      async run(task, control) {
        control.waiting('files')
        const ids = task.body.uploads.map(({ id }) => id)
        const uploaded = ids.length === 0 ? [] : await whenUploaded(ids, control.signal)
        const slots = new Map(task.body.uploads.map(({ id, slot }) => [id, slot]))
        const files = uploaded.map(({ id, agentUploadId, slot }): JobFile => {
          const fills = slots.get(id) ?? slot
          return { uploadId: agentUploadId, ...(fills === undefined ? {} : { slot: fills }) }
        })
        return send(task, [...files, ...(task.body.stored ?? [])], control)
      },
    },
    log,
  )
  return {
    ...runner,
    submit({ site, submission, uploads, stored = [] }, change) {
      const body = { submission, uploads, stored, user: sites.userOf(site), key: randomUUID(), sent: false }
      return runner.add({ change, site, title: submission.name, body })
    },
  }
}

/** What is waited for after a failure that mends itself. */
function waitOf({ code, data }: AppErrorValue): TaskWait {
  if (code === 'RATE_LIMITED') return 'server-limit'
  if (code === 'SIGNED_OUT') return 'sign-in'
  // The agent answers; it is the scheduler behind it that does not.
  return code === 'AGENT' && data.status === 503 ? 'scheduler' : 'network'
}
