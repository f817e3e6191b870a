import { createHash } from 'node:crypto'
import type { Kysely, Selectable } from 'kysely'
import type { Database } from '../../db/database.ts'
import { jobHasEnded } from '../../../../contract/jobs.ts'
import type { ScheduledJob } from '../scheduler.ts'
import type { SlurmSubmissionsTable } from '../tables.ts'

export type SlurmSubmission = Selectable<SlurmSubmissionsTable>

/** What was handed to Slurm, in the agent's own database: each attempt stands there before `sbatch` runs. */
export interface Submissions {
  byKey(user: string, key: string): Promise<SlurmSubmission | undefined>
  byJob(id: string): Promise<SlurmSubmission | undefined>
  /** Not accepted yet as far as is known. */
  unaccepted(): Promise<SlurmSubmission[]>
  /** Accepted, and not seen to end. */
  open(): Promise<SlurmSubmission[]>
  /** Stores that `sbatch` is about to run, the first time or again. */
  attempt(what: NewAttempt, at: Date): Promise<SlurmSubmission>
  attemptEnded(user: string, key: string, at: Date): Promise<void>
  accepted(user: string, key: string, jobId: string): Promise<void>
  /** Slurm has refused it: nothing is there. */
  forget(user: string, key: string): Promise<void>
  keep(job: ScheduledJob): Promise<void>
}

export type NewAttempt = Pick<SlurmSubmission, 'user' | 'key' | 'account' | 'folder' | 'array'> & {
  /** Of an attempt before this one, which this database may not know. */
  before: Date | undefined
}

export function createSubmissions(db: Kysely<Database>): Submissions {
  const all = () => db.selectFrom('slurm_submissions').selectAll()
  const one = (user: string, key: string) => all().where('user', '=', user).where('key', '=', key)
  const change = (user: string, key: string) =>
    db.updateTable('slurm_submissions').where('user', '=', user).where('key', '=', key)
  let instance: Promise<string> | undefined

  /**
   * What the job carries: the key, and a mark of this database and user. Keys are unique only within one user of one agent,
   * while several agents, and in mode `self` several users, may share an account of Slurm's.
   */
  async function commentOf(user: string, key: string): Promise<string> {
    instance ??= db
      .selectFrom('slurm_instance')
      .select('name')
      .executeTakeFirstOrThrow()
      .then(({ name }) => name)
    const mark = createHash('sha256')
      .update(`${await instance}\0${user}`)
      .digest('hex')
      .slice(0, 12)
    return `headway:${key}:${mark}`
  }

  return {
    byKey: (user, key) => one(user, key).executeTakeFirst(),
    byJob: (id) => all().where('job_id', '=', id).executeTakeFirst(),
    unaccepted: () => all().where('job_id', 'is', null).where('ended', '=', 0).execute(),
    open: () => all().where('job_id', 'is not', null).where('ended', '=', 0).execute(),

    async attempt({ user, key, account, folder, array, before }, at) {
      const now = at.toISOString()
      await db
        .insertInto('slurm_submissions')
        .values({
          user,
          key,
          account,
          comment: await commentOf(user, key),
          folder,
          array,
          first_attempt_at: (before ?? at).toISOString(),
          last_attempt_at: now,
          attempts: 1,
        })
        .onConflict((c) =>
          c.columns(['user', 'key']).doUpdateSet((e) => ({
            last_attempt_at: now,
            last_attempt_ended_at: null,
            attempts: e('slurm_submissions.attempts', '+', 1),
          })),
        )
        .execute()
      return one(user, key).executeTakeFirstOrThrow()
    },

    async attemptEnded(user, key, at) {
      await change(user, key).set({ last_attempt_ended_at: at.toISOString() }).execute()
    },

    async accepted(user, key, jobId) {
      // Slurm counts its ids from the start again where its state was lost: the older job of this number is over.
      await db
        .updateTable('slurm_submissions')
        .set({ job_id: null, ended: 1 })
        .where('job_id', '=', jobId)
        .where((e) => e.or([e('user', '!=', user), e('key', '!=', key)]))
        .execute()
      await change(user, key).set({ job_id: jobId }).execute()
    },

    async forget(user, key) {
      await db
        .deleteFrom('slurm_submissions')
        .where('user', '=', user)
        .where('key', '=', key)
        .where('job_id', 'is', null)
        .execute()
    },

    async keep({ elements: _elements, ...job }) {
      await db
        .updateTable('slurm_submissions')
        .set({ last: JSON.stringify(job), ended: jobHasEnded(job.state) ? 1 : 0 })
        .where('job_id', '=', job.id)
        .execute()
    },
  }
}

/** What `keep` has kept. */
export function lastOf({ last }: Pick<SlurmSubmission, 'last'>): ScheduledJob | undefined {
  if (last === null) return undefined
  const { startedAt, endedAt, expectedStart, ...job } = JSON.parse(last) as ScheduledJob
  return {
    ...job,
    ...(startedAt === undefined ? {} : { startedAt: new Date(startedAt) }),
    ...(endedAt === undefined ? {} : { endedAt: new Date(endedAt) }),
    ...(expectedStart === undefined ? {} : { expectedStart: new Date(expectedStart) }),
  }
}
