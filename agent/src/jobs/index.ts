import type { ResultValue } from '../../../contract/results.ts'
import { type JobChange, type JobState, jobHasEnded } from '../../../contract/jobs.ts'
import type { Agent } from '../kit/agent.ts'
import type { Identity } from '../kit/identity.ts'
import type { Noun } from '../kit/noun.ts'
import type { SubmitRequest } from '../../../contract/agent/jobs.ts'
import { logName, type Scheduler } from '../scheduler/index.ts'
import type { Templates } from '../templates/index.ts'
import type { Uploads } from '../uploads/index.ts'
import { runFolder } from './folder.ts'
import { createHistory } from './history.ts'
import { elementId, type Found, idOf, type Submitted } from './record.ts'
import { jobRoutes } from './routes.ts'
import { createJobService } from './service.ts'
import type { Beside, DesktopJobs } from './submission.ts'

export type { DesktopRecord } from './record.ts'
export type { DesktopJobs } from './submission.ts'
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
  /** As a client's request, with what only the agent itself may add. Failure as the route's answers. */
  submit(who: Identity, request: SubmitRequest, beside?: Beside): Promise<JobView>
  /** The same; `created` is false where the key had made this job before. */
  submitOnce(who: Identity, request: SubmitRequest, beside?: Beside): Promise<{ job: JobView; created: boolean }>
  /** Failure NOT_FOUND, FORBIDDEN, WRONG_STATE, VALIDATION_FAILED, SCHEDULER_UNAVAILABLE. */
  change(who: Identity, id: string, change: JobChange): Promise<void>
  hasEnded(id: string): Promise<boolean>
  /** Of everybody: what runs now. */
  running(): Promise<JobView[]>
  /** Those that are desktops and have not ended, or not before `since`, newest first; without a user of everybody. */
  desktops(since: Date, user?: string): Promise<JobView[]>
  /** Of anybody: whose it is, and whether it is a desktop, is the caller's to ask. */
  named(id: string): Promise<JobView | undefined>
  /** Of an array, the elements that run now; at most `limit`, by their index. */
  runningElements(array: JobView, limit: number): Promise<JobView[]>
  /** Figures read from the results of an ended job, to be read no second time. */
  keepResults(job: JobView, values: readonly ResultValue[]): Promise<void>
  /** Told after a change of state has been stored; `before` is the state it had, undefined for a new job. */
  onChange(listener: (job: JobView, before: JobState | undefined) => void): void
  /** Told of all that was stored, also where the state is as before: a new estimate, another limit. */
  onUpdate(listener: (job: JobView) => void): void
}

const view = (job: Submitted): JobView => ({ ...job, id: idOf(job), folder: runFolder(job), log: logName() })
const viewFound = ({ job, element }: Found): JobView => {
  if (element === undefined) return view(job)
  const { index, state, reason, exitCode, signal, startedAt, endedAt, nodes, restarts = 0 } = element
  const own = { state, reason, exitCode, signal, startedAt, endedAt, nodes, restarts, array: undefined }
  return { ...view(job), ...own, id: elementId(job, index), element: index, log: logName(index) }
}

/** Submissions and what became of them. Starts after the scheduler, whose jobs it follows. */
export function createJobs(
  agent: Agent,
  parts: { uploads: Uploads; templates: Templates; scheduler: Scheduler; desktops: DesktopJobs },
): Jobs & Noun & Required<Pick<Noun, 'start' | 'close'>> {
  const history = createHistory(agent.db)
  const service = createJobService(agent, history, parts)
  return {
    counts: () => history.counts(),
    find: async (who, id) => viewFound(await service.find(who, id)),
    submit: async (who, request, beside) => view((await service.submit(who, request, beside)).job),
    async submitOnce(who, request, beside) {
      const { job, created } = await service.submit(who, request, beside)
      return { job: view(job), created }
    },
    async change(who, id, change) {
      const [result] = await service.change(who, [id], change)
      if (result?.error !== undefined) throw result.failure
    },
    async hasEnded(id) {
      const found = await service.named(id)
      return found === undefined || jobHasEnded(found.element?.state ?? found.job.state)
    },
    running: async () => (await history.running()).map(view),
    desktops: async (since, user) => (await history.desktops(since, user)).map(view),
    async named(id) {
      const found = await service.named(id)
      return found === undefined ? undefined : viewFound(found)
    },
    async runningElements(array, limit) {
      const page = { states: ['running', 'completing'] as const, offset: 0, limit }
      const { elements } = await history.elements(array.number, page)
      return elements.map((element) => viewFound({ job: array, element }))
    },
    keepResults: (job, values) => history.keepResults(job.number, values),
    onChange: (listener) => service.onChange((job, before) => listener(view(job), before)),
    onUpdate: (listener) => service.onUpdate((job) => listener(view(job))),
    routes: jobRoutes({ agent, history, service, templates: parts.templates }),
    start: () => service.start(),
    close: () => service.close(),
  }
}
