import type { Kysely, Selectable, Updateable } from 'kysely'
import type { Database } from '../../db/database.ts'
import type { JobSpec, ScheduledJob } from '../scheduler.ts'
import type { LocalJobsTable } from '../tables.ts'

export type LocalJob = Selectable<LocalJobsTable>

/** The embedded scheduler's queue: every job it was ever given, in the database, so that nothing depends on its memory. */
export interface Queue {
  /** Puts a job at the end, or finds the one this key already made. */
  add(spec: JobSpec, now: Date): Promise<LocalJob>
  get(id: number): Promise<LocalJob | undefined>
  some(ids: readonly number[]): Promise<LocalJob[]>
  /** Those that hold cores now. */
  active(): Promise<LocalJob[]>
  /** The first `limit` that wait, in the order they came. */
  waiting(limit: number): Promise<LocalJob[]>
  /** Changes a job that is in one of the states `from`; undefined where it no longer is. */
  update(
    id: number,
    from: readonly LocalJob['state'][],
    change: Updateable<LocalJobsTable>,
  ): Promise<LocalJob | undefined>
}

export function createQueue(db: Kysely<Database>): Queue {
  const find = (user: string, key: string) =>
    db.selectFrom('local_jobs').selectAll().where('user', '=', user).where('key', '=', key).executeTakeFirst()

  return {
    async add(spec, now) {
      const row = {
        id: spec.number,
        user: spec.user,
        key: spec.key,
        name: spec.name,
        folder: spec.folder,
        tasks: spec.resources.tasks,
        time_minutes: spec.resources.timeMinutes,
        state: 'pending' as const,
        submitted_at: now.toISOString(),
      }
      await db
        .insertInto('local_jobs')
        .values(row)
        .onConflict((c) => c.columns(['user', 'key']).doNothing())
        .execute()
      const found = await find(spec.user, spec.key)
      if (found === undefined) throw new Error('a job just queued is not in the queue')
      return found
    },
    get: (id) => db.selectFrom('local_jobs').selectAll().where('id', '=', id).executeTakeFirst(),
    some: (ids) => db.selectFrom('local_jobs').selectAll().where('id', 'in', ids).execute(),
    active: () => db.selectFrom('local_jobs').selectAll().where('state', 'in', ['starting', 'running']).execute(),
    waiting: (limit) =>
      db.selectFrom('local_jobs').selectAll().where('state', '=', 'pending').orderBy('id').limit(limit).execute(),
    update: (id, from, change) =>
      db
        .updateTable('local_jobs')
        .set(change)
        .where('id', '=', id)
        .where('state', 'in', from)
        .returningAll()
        .executeTakeFirst(),
  }
}

/** A queued job as the rest of the agent sees it. Nobody outside needs to know of the moment between asked and started. */
export function asScheduled(job: LocalJob, node: string): ScheduledJob {
  return {
    id: String(job.id),
    state: job.state === 'starting' ? 'pending' : job.state,
    ...(job.reason === null ? {} : { reason: job.reason }),
    ...(job.exit_code === null ? {} : { exitCode: job.exit_code }),
    ...(job.started_at === null ? {} : { startedAt: new Date(job.started_at), nodes: node }),
    ...(job.ended_at === null ? {} : { endedAt: new Date(job.ended_at) }),
  }
}
