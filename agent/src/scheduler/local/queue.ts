import { type Kysely, type Selectable, type Updateable, sql } from 'kysely'
import type { Database } from '../../db/database.ts'
import { arrayIndices } from '../../kit/array-indices.ts'
import { readArrayRange } from '../../../../contract/array-range.ts'
import type { JobSpec } from '../scheduler.ts'
import type { LocalJobsTable, LocalRunsTable } from '../tables.ts'

export type LocalJob = Selectable<LocalJobsTable>
export type LocalRun = Selectable<LocalRunsTable>
export type RunState = LocalRun['state']

/** The element of a run of a job that is no array. */
export const NO_ELEMENT = -1
/** States of a run that has not ended. */
export const UNFINISHED = ['pending', 'starting', 'running'] as const

/** The embedded scheduler's queue: every job it was ever given, in the database, so that nothing depends on its memory. */
export interface Queue {
  /** Puts a job at the end, or finds the one this key already made. */
  add(spec: JobSpec, cores: number, now: Date): Promise<LocalJob>
  job(id: number): Promise<LocalJob | undefined>
  some(ids: readonly number[]): Promise<LocalJob[]>
  run(job: number, element: number): Promise<LocalRun | undefined>
  /** All of a job, in the order of their elements. */
  runs(job: number): Promise<LocalRun[]>
  /** How many runs of a job are in each state. */
  counts(job: number): Promise<Partial<Record<RunState, number>>>
  /** Those that hold cores now, with what they hold. */
  active(): Promise<(LocalRun & Pick<LocalJob, 'cores' | 'memory_mb' | 'folder'>)[]>
  /** Jobs with runs that wait, in the order they came, after the job `after`. */
  waiting(after: number, limit: number): Promise<LocalJob[]>
  /** The first runs of a job that wait and are not held. */
  ready(job: number, limit: number): Promise<LocalRun[]>
  /** Whether an earlier job of the same name and user has not ended. */
  namesakes(job: LocalJob): Promise<boolean>
  /** Says why a job waits; undefined where that was said before. */
  explain(job: number, reason: string): Promise<LocalJob | undefined>
  /** Those behind a job that wait for nothing but their turn; gives those that did not know it yet. */
  explainBehind(job: number): Promise<LocalJob[]>
  /** Changes runs that are in one of the states `from`: these elements, or all. Gives those that were. */
  update(
    job: number,
    elements: readonly number[] | undefined,
    from: readonly RunState[],
    change: Updateable<LocalRunsTable>,
  ): Promise<LocalRun[]>
}

export function createQueue(db: Kysely<Database>): Queue {
  return {
    add: (spec, cores, now) =>
      db.transaction().execute(async (tx) => {
        const found = await tx
          .selectFrom('local_jobs')
          .selectAll()
          .where('user', '=', spec.user)
          .where('key', '=', spec.key)
          .executeTakeFirst()
        if (found !== undefined) return found
        const { options, resources } = spec
        const job = await tx
          .insertInto('local_jobs')
          .values({
            id: spec.number,
            user: spec.user,
            key: spec.key,
            name: spec.name,
            folder: spec.folder,
            tasks: resources.tasks,
            cores,
            memory_mb: resources.memoryMb ?? null,
            array: options.array ?? null,
            at_once: (options.array === undefined ? undefined : readArrayRange(options.array)?.atOnce) ?? null,
            begin_at: options.begin ?? null,
            waits_for: options.dependencies === undefined ? null : JSON.stringify(options.dependencies),
            singleton: options.singleton === true ? 1 : 0,
            environment: options.environment === undefined ? null : JSON.stringify(options.environment),
            submitted_at: now.toISOString(),
          })
          .returningAll()
          .executeTakeFirstOrThrow()
        const elements = options.array === undefined ? [NO_ELEMENT] : (arrayIndices(options.array) ?? [])
        await sql`INSERT INTO local_runs (job, element, state, time_minutes)
          SELECT ${job.id}, value, 'pending', ${resources.timeMinutes} FROM json_each(${JSON.stringify(elements)})`.execute(
          tx,
        )
        return job
      }),

    job: (id) => db.selectFrom('local_jobs').selectAll().where('id', '=', id).executeTakeFirst(),
    some: (ids) =>
      db
        .selectFrom('local_jobs')
        .selectAll()
        .where('id', 'in', sql<number>`(SELECT value FROM json_each(${JSON.stringify(ids)}))`)
        .execute(),
    run: (job, element) =>
      db.selectFrom('local_runs').selectAll().where('job', '=', job).where('element', '=', element).executeTakeFirst(),
    runs: (job) => db.selectFrom('local_runs').selectAll().where('job', '=', job).orderBy('element').execute(),

    async counts(job) {
      const rows = await db
        .selectFrom('local_runs')
        .select(['state', (e) => e.fn.countAll<number>().as('count')])
        .where('job', '=', job)
        .groupBy('state')
        .execute()
      return Object.fromEntries(rows.map(({ state, count }) => [state, count]))
    },

    active: () =>
      db
        .selectFrom('local_runs')
        .innerJoin('local_jobs', 'local_jobs.id', 'local_runs.job')
        .selectAll('local_runs')
        .select(['local_jobs.cores', 'local_jobs.memory_mb', 'local_jobs.folder'])
        .where('state', 'in', ['starting', 'running'])
        .execute(),

    waiting: (after, limit) =>
      db
        .selectFrom('local_jobs')
        .selectAll()
        .where('id', 'in', (e) =>
          e
            .selectFrom('local_runs')
            .select('job')
            .distinct()
            .where('state', '=', 'pending')
            .where('job', '>', after)
            .orderBy('job')
            .limit(limit),
        )
        .orderBy('id')
        .execute(),

    ready: (job, limit) =>
      db
        .selectFrom('local_runs')
        .selectAll()
        .where('job', '=', job)
        .where('state', '=', 'pending')
        .where('held', '=', 0)
        .orderBy('element')
        .limit(limit)
        .execute(),

    async namesakes({ id, user, name }) {
      const found = await db
        .selectFrom('local_jobs')
        .innerJoin('local_runs', 'local_runs.job', 'local_jobs.id')
        .select('local_jobs.id')
        .where('user', '=', user)
        .where('name', '=', name)
        .where('id', '<', id)
        .where('state', 'in', UNFINISHED)
        .executeTakeFirst()
      return found !== undefined
    },

    explain: (job, reason) =>
      db
        .updateTable('local_jobs')
        .set({ reason })
        .where('id', '=', job)
        .where((e) => e('reason', 'is not', reason))
        .returningAll()
        .executeTakeFirst(),

    explainBehind: (job) =>
      db
        .updateTable('local_jobs')
        .set({ reason: 'Priority' })
        .where('id', '>', job)
        .where((e) => e.or([e('reason', 'is', null), e('reason', '=', 'Resources')]))
        .where('id', 'in', (e) => e.selectFrom('local_runs').select('job').where('state', '=', 'pending'))
        .returningAll()
        .execute(),

    update(job, elements, from, change) {
      const rows = db.updateTable('local_runs').set(change).where('job', '=', job).where('state', 'in', from)
      const some =
        elements === undefined
          ? rows
          : rows.where('element', 'in', sql<number>`(SELECT value FROM json_each(${JSON.stringify(elements)}))`)
      return some.returningAll().execute()
    },
  }
}
