import type { ResultValue } from '../../../contract/results.ts'
import { type JobState, jobHasEnded } from '../../../contract/jobs.ts'
import type { Agent } from '../kit/agent.ts'
import type { Identity } from '../kit/identity.ts'
import type { Noun } from '../kit/noun.ts'
import { LOG_NAME, type Scheduler } from '../scheduler/index.ts'
import type { Templates } from '../templates/index.ts'
import type { Uploads } from '../uploads/index.ts'
import { createHistory, type Submitted } from './history.ts'
import { jobRoutes } from './routes.ts'
import { createJobService, runFolder } from './service.ts'

export { submitJobs, viewJobs } from './parts.ts'
export { parseSlurmTime } from './slurm-time.ts'

/** A job as other nouns see it: what was asked for, and where its files are. */
export interface JobView extends Submitted {
  /** As in addresses: the scheduler's id; of an array's element `<id>_<index>`. */
  id: string
  /** Of the array, where it is an element of one. */
  element?: number
  /** Relative to the user's area. */
  folder: string
  /** Name of its log in that folder. */
  log: string
}

/** What other nouns may ask of jobs. */
export interface Jobs {
  /** Of everybody, now. */
  counts(): Promise<{ pending: number; running: number }>
  /** The user's own job or element of an array, or anybody's for an admin. Failure NOT_FOUND, FORBIDDEN. */
  find(who: Identity, id: string): Promise<JobView>
  hasEnded(id: string): Promise<boolean>
  /** Of everybody: what runs now. */
  running(): Promise<JobView[]>
  /** Figures read from the results of an ended job, to be read no second time. */
  keepResults(job: JobView, values: readonly ResultValue[]): Promise<void>
  /** Told after a change of state has been stored; `before` is the state it had, undefined for a new job. */
  onChange(listener: (job: JobView, before: JobState | undefined) => void): void
}

/** Submissions and what became of them. Starts after the scheduler, whose jobs it follows. */
export function createJobs(
  agent: Agent,
  parts: { uploads: Uploads; templates: Templates; scheduler: Scheduler },
): Jobs & Noun & Required<Pick<Noun, 'start' | 'close'>> {
  const history = createHistory(agent.db)
  const service = createJobService(agent, history, parts)
  const view = (job: Submitted): JobView => ({
    ...job,
    id: job.jobId ?? String(job.number),
    folder: runFolder(job),
    log: LOG_NAME,
  })
  return {
    async counts() {
      const alive = await history.alive()
      const pending = alive.filter(({ state }) => state === 'pending').length
      return { pending, running: alive.length - pending }
    },
    find: async (who, id) => view(await service.find(who, id)),
    async hasEnded(id) {
      const job = await history.byId(id)
      return job === undefined || jobHasEnded(job.state)
    },
    running: async () => (await history.alive()).filter(({ state }) => state === 'running').map(view),
    keepResults: (job, values) => history.keepResults(job.number, values),
    onChange: (listener) => service.onChange((job, before) => listener(view(job), before)),
    routes: jobRoutes({ agent, history, service }),
    start: () => service.start(),
    close: () => service.close(),
  }
}
