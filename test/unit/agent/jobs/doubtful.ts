import { rmSync } from 'node:fs'
import type { AgentEvent } from '../../../../contract/agent/events.ts'
import type { SubmitRequest } from '../../../../contract/agent/jobs.ts'
import type { ArrayElement } from '../../../../contract/jobs.ts'
import { openDatabase } from '../../../../agent/src/db/index.ts'
import { createHistory } from '../../../../agent/src/jobs/history.ts'
import { createJobService } from '../../../../agent/src/jobs/service.ts'
import type { DesktopJobs } from '../../../../agent/src/jobs/submission.ts'
import type { Agent } from '../../../../agent/src/kit/agent.ts'
import { Failure } from '../../../../agent/src/kit/failure.ts'
import type { Identity } from '../../../../agent/src/kit/identity.ts'
import { createLog } from '../../../../agent/src/log.ts'
import type { JobSpec, ScheduledJob, Scheduler } from '../../../../agent/src/scheduler/index.ts'
import type { Templates } from '../../../../agent/src/templates/index.ts'
import type { Uploads } from '../../../../agent/src/uploads/index.ts'
import { createUserFiles } from '../../../../agent/src/user-files/index.ts'
import { temporaryFolder, testConfig } from '../../../helpers/agent.ts'

/** What becomes of a hand-over: the job is there or not, and the answer says so, or nothing, or that it is refused. */
export type Fate = 'taken' | 'taken, answer lost' | 'away' | 'broken' | 'refused'

/**
 * A scheduler that loses answers exactly when it is told to, which no real one can be made to do; the real one under real faults
 * is test/integration/slurm-*.test.ts. It keeps the port's promise: a key handed over before is looked up first.
 */
export function doubtfulScheduler() {
  const jobs = new Map<string, ScheduledJob & { spec: JobSpec }>()
  const asked: JobSpec[] = []
  const listeners: ((job: ScheduledJob) => void)[] = []
  const state = { fates: [] as Fate[], before: async (_spec: JobSpec) => {} }
  const scheduler = {
    kind: 'slurm' as const,
    freshness: () => ({ at: new Date() }),
    async submit(spec: JobSpec) {
      asked.push(spec)
      await state.before(spec)
      const fate = state.fates.shift() ?? 'taken'
      if (fate === 'away') throw new Failure('SCHEDULER_UNAVAILABLE', 'It does not answer.')
      const known = [...jobs.values()].find((job) => job.spec.user === spec.user && job.spec.key === spec.key)
      if (known !== undefined && spec.attemptedAt !== undefined) return known.id
      if (fate === 'refused') throw new Failure('VALIDATION_FAILED', 'Invalid account.')
      if (fate === 'broken') throw new Error('a fault nobody thought of')
      const id = String(1000 + jobs.size)
      jobs.set(id, { id, state: 'pending', reason: 'Priority', spec })
      if (fate === 'taken, answer lost') throw new Failure('SCHEDULER_UNAVAILABLE', 'It went silent.')
      return id
    },
    jobs: async (ids: readonly string[]) => ids.flatMap((id) => jobs.get(id) ?? []),
    onChange: (listener: (job: ScheduledJob) => void) => void listeners.push(listener),
  }
  return {
    port: scheduler as unknown as Scheduler,
    jobs,
    asked,
    state,
    tell(id: string, elements: readonly ArrayElement[]) {
      for (const listener of listeners) listener({ id, state: 'running', elements })
    },
  }
}

export const kim: Identity = { username: 'kim', email: '', groups: [], permissions: ['dashboard'] }

/** The jobs of an agent over such a scheduler, with a real database and real files; `folder` for the next one over the same. */
export function jobsOver(scheduler: Scheduler, folder = temporaryFolder()) {
  const config = testConfig({}, folder)
  const db = openDatabase(config.data)
  const events: AgentEvent[] = []
  const agent = {
    config,
    db,
    log: createLog('silent'),
    now: () => new Date(),
    hub: { publish: (_topic: string, event: AgentEvent) => void events.push(event), connections: 1 },
    files: createUserFiles(config),
  } as unknown as Agent
  const history = createHistory(db)
  const parts = {
    scheduler,
    uploads: {} as Uploads,
    templates: {} as Templates,
    desktops: {} as DesktopJobs,
    missedMs: 50,
  }
  const service = createJobService(agent, history, parts)
  return {
    folder,
    db,
    events,
    history,
    service,
    submit: (key: string, more: Partial<SubmitRequest> = {}) =>
      service.submit(kim, { name: 'x', command: 'true', idempotency_key: key, ...more }),
    /** As a crash leaves it: nothing is tidied up. */
    async drop() {
      await db.destroy()
    },
    async close() {
      await service.close()
      await db.destroy()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
