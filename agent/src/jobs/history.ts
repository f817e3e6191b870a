import type { Kysely, Selectable, Updateable } from 'kysely'
import { type Job, endedJobStates, type JobState } from '../../../contract/jobs.ts'
import type { ResultValue } from '../../../contract/results.ts'
import type { Resources } from '../../../contract/resources.ts'
import type { ParameterValues, Template, TemplateSource } from '../../../contract/templates.ts'
import type { Database } from '../db/database.ts'
import type { ScheduledJob } from '../scheduler/index.ts'
import type { JobHistoryTable } from './tables.ts'

/** What a job keeps of its template: the file may change or go, the job stays what it was. */
export type TemplateSnapshot = Pick<
  TemplateSource,
  'id' | 'version' | 'name' | 'files' | 'convergence' | 'results' | 'mainResults'
>

export interface JobInput {
  slot?: string
  uploadId: string
  /** In the job's folder, with `/`. */
  name: string
  /** Bytes. */
  size: number
  /** Of the upload, in the user's area. */
  path: string
}

/** A submission as it is stored. */
export interface Submitted {
  number: number
  /** The scheduler's id; undefined until it has accepted the job. */
  jobId: string | undefined
  user: string
  key: string
  name: string
  state: JobState
  reason: string | undefined
  exitCode: number | undefined
  resources: Resources
  template: TemplateSnapshot | undefined
  parameters: ParameterValues
  command: string | undefined
  script: string
  inputs: JobInput[]
  results: ResultValue[] | undefined
  nodes: string | undefined
  submittedAt: string
  startedAt: string | undefined
  endedAt: string | undefined
}

export type NewSubmission = Pick<
  Submitted,
  'user' | 'key' | 'name' | 'resources' | 'template' | 'parameters' | 'command' | 'script' | 'inputs'
>

export const snapshotOf = (template: Template): TemplateSnapshot => ({
  id: template.id,
  version: template.version,
  name: template.name,
  files: template.files,
  ...(template.convergence === undefined ? {} : { convergence: template.convergence }),
  ...(template.results === undefined ? {} : { results: template.results }),
  ...(template.mainResults === undefined ? {} : { mainResults: template.mainResults }),
})

type Row = Selectable<JobHistoryTable>

const fromRow = (row: Row): Submitted => ({
  number: row.number,
  jobId: row.job_id ?? undefined,
  user: row.user,
  key: row.key,
  name: row.name,
  state: row.state,
  reason: row.reason ?? undefined,
  exitCode: row.exit_code ?? undefined,
  resources: JSON.parse(row.resources) as Resources,
  template: row.template === null ? undefined : (JSON.parse(row.template) as TemplateSnapshot),
  parameters: JSON.parse(row.parameters) as ParameterValues,
  command: row.command ?? undefined,
  script: row.script,
  inputs: JSON.parse(row.inputs) as JobInput[],
  results: row.results === null ? undefined : (JSON.parse(row.results) as ResultValue[]),
  nodes: row.nodes ?? undefined,
  submittedAt: row.submitted_at,
  startedAt: row.started_at ?? undefined,
  endedAt: row.ended_at ?? undefined,
})

const one = (row: Row | undefined) => (row === undefined ? undefined : fromRow(row))

/** A stored submission as clients see it. */
export function asJob(job: Submitted): Job {
  return {
    id: job.jobId ?? String(job.number),
    name: job.name,
    user: job.user,
    state: job.state,
    resources: job.resources,
    submittedAt: job.submittedAt,
    hasConvergence: job.template?.convergence !== undefined,
    ...(job.reason === undefined ? {} : { reason: job.reason }),
    ...(job.exitCode === undefined ? {} : { exitCode: job.exitCode }),
    ...(job.template === undefined ? {} : { templateId: job.template.id, templateName: job.template.name }),
    ...(job.startedAt === undefined ? {} : { startedAt: job.startedAt }),
    ...(job.endedAt === undefined ? {} : { endedAt: job.endedAt }),
    ...(job.nodes === undefined ? {} : { nodes: job.nodes }),
  }
}

export interface History {
  /** Stores a submission, or finds the one this key already made (`created` false). One transaction. */
  add(submission: NewSubmission, now: Date): Promise<{ job: Submitted; created: boolean }>
  /** Takes back one that could not even be prepared, so that the key may be used again. */
  discard(number: number): Promise<void>
  byKey(user: string, key: string): Promise<Submitted | undefined>
  byId(jobId: string): Promise<Submitted | undefined>
  /** The scheduler took it, under this id. */
  accepted(number: number, jobId: string): Promise<Submitted>
  /** Stored, and never heard of by the scheduler as far as is known. */
  unaccepted(): Promise<Submitted[]>
  /** Accepted and not ended. */
  alive(): Promise<Submitted[]>
  /** What the scheduler says now; undefined where nothing is different. An ended job stays as it ended. */
  observe(seen: ScheduledJob): Promise<Submitted | undefined>
  keepResults(number: number, results: readonly ResultValue[]): Promise<void>
  /** Newest first; of everybody without `user`. */
  page(user: string | undefined, limit: number, offset: number): Promise<{ jobs: Submitted[]; total: number }>
}

export function createHistory(db: Kysely<Database>): History {
  const all = () => db.selectFrom('job_history').selectAll()
  const byKey = async (user: string, key: string, on: Kysely<Database> = db) =>
    one(
      await on.selectFrom('job_history').selectAll().where('user', '=', user).where('key', '=', key).executeTakeFirst(),
    )
  const byId = async (jobId: string) => one(await all().where('job_id', '=', jobId).executeTakeFirst())

  return {
    byKey: (user, key) => byKey(user, key),
    byId,

    add: (submission, now) =>
      db.transaction().execute(async (tx) => {
        const known = await byKey(submission.user, submission.key, tx)
        if (known !== undefined) return { job: known, created: false }
        const row = await tx
          .insertInto('job_history')
          .values({
            user: submission.user,
            key: submission.key,
            name: submission.name,
            state: 'pending',
            resources: JSON.stringify(submission.resources),
            template: submission.template === undefined ? null : JSON.stringify(submission.template),
            parameters: JSON.stringify(submission.parameters),
            command: submission.command ?? null,
            script: submission.script,
            inputs: JSON.stringify(submission.inputs),
            submitted_at: now.toISOString(),
          })
          .returningAll()
          .executeTakeFirstOrThrow()
        return { job: fromRow(row), created: true }
      }),

    async discard(number) {
      await db.deleteFrom('job_history').where('number', '=', number).where('job_id', 'is', null).execute()
    },

    async accepted(number, jobId) {
      const row = await db
        .updateTable('job_history')
        .set({ job_id: jobId })
        .where('number', '=', number)
        .returningAll()
        .executeTakeFirstOrThrow()
      return fromRow(row)
    },

    unaccepted: async () => (await all().where('job_id', 'is', null).orderBy('number').execute()).map(fromRow),

    alive: async () =>
      (
        await all()
          .where('job_id', 'is not', null)
          .where('state', 'not in', [...endedJobStates])
          .execute()
      ).map(fromRow),

    async observe(seen) {
      const known = await byId(seen.id)
      if (known === undefined) return undefined
      const change: Updateable<JobHistoryTable> = {
        state: seen.state,
        reason: seen.reason ?? null,
        exit_code: seen.exitCode ?? null,
        started_at: seen.startedAt?.toISOString() ?? null,
        ended_at: seen.endedAt?.toISOString() ?? null,
        nodes: seen.nodes ?? null,
      }
      const same =
        known.state === change.state &&
        known.reason === seen.reason &&
        (known.startedAt ?? null) === change.started_at &&
        (known.endedAt ?? null) === change.ended_at
      if (same) return undefined
      const row = await db
        .updateTable('job_history')
        .set(change)
        .where('number', '=', known.number)
        .where('state', 'not in', [...endedJobStates])
        .returningAll()
        .executeTakeFirst()
      return one(row)
    },

    async keepResults(number, results) {
      await db
        .updateTable('job_history')
        .set({ results: JSON.stringify(results) })
        .where('number', '=', number)
        .execute()
    },

    async page(user, limit, offset) {
      let jobs = all().where('job_id', 'is not', null)
      let count = db
        .selectFrom('job_history')
        .select((e) => e.fn.countAll<number>().as('total'))
        .where('job_id', 'is not', null)
      if (user !== undefined) {
        jobs = jobs.where('user', '=', user)
        count = count.where('user', '=', user)
      }
      const rows = await jobs.orderBy('number', 'desc').limit(limit).offset(offset).execute()
      return { jobs: rows.map(fromRow), total: (await count.executeTakeFirstOrThrow()).total }
    },
  }
}
