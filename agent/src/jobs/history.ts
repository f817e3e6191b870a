import { type Kysely, sql, type Updateable } from 'kysely'
import {
  type ArrayElement,
  type ArraySummary,
  type ElementPage,
  endedJobStates,
  jobHasEnded,
  type JobState,
  stateOfArray,
} from '../../../contract/jobs.ts'
import type { ResultValue } from '../../../contract/results.ts'
import type { Database } from '../db/database.ts'
import { arrayIndices } from '../kit/array-indices.ts'
import type { ScheduledJob } from '../scheduler/index.ts'
import { addElements, elementPage, loseElements, oneElement, putElements, wholeOf } from './elements.ts'
import { checkRoom, desktopRows } from './desktops.ts'
import { type JobFilter, pageOf } from './list.ts'
import { type JobSummary, type NewSubmission, ownId, type Submitted, submittedOf } from './record.ts'
import type { JobHistoryTable } from './tables.ts'

/** A guess that moves less than this is the same guess. */
const SAME_START_MS = 60_000

export interface History {
  /**
   * Stores a submission, or finds the one this key already made (`created` false). One transaction. Failure CONFLICT where it is
   * a desktop and its user has `desktopsPerUser` that have not ended.
   */
  add(submission: NewSubmission, now: Date, desktopsPerUser: number): Promise<{ job: Submitted; created: boolean }>
  /** Takes back one that could not even be prepared, so that the key may be used again. */
  discard(number: number): Promise<void>
  byKey(user: string, key: string): Promise<Submitted | undefined>
  byId(jobId: string): Promise<Submitted | undefined>
  byNumber(number: number): Promise<Submitted | undefined>
  /** It is about to be handed over to the scheduler: on the disk when this resolves, also should the power fail. */
  attempt(number: number, now: Date): Promise<void>
  /** The scheduler took it, under this id. */
  accepted(number: number, jobId: string): Promise<Submitted>
  /** The scheduler would not take it when nobody was waiting for the answer: it ends as failed, under an id of our own. */
  refused(number: number, reason: string, now: Date): Promise<Submitted | undefined>
  /** Stored, and never heard of by the scheduler as far as is known, in the order they came. */
  unaccepted(): Promise<Submitted[]>
  /** Ids of what was accepted and has not ended. */
  aliveIds(): Promise<string[]>
  running(): Promise<Submitted[]>
  /** Desktops that have not ended, or not before `since`, newest first; without a user of everybody. */
  desktops(since: Date, user?: string): Promise<Submitted[]>
  /** Of everybody, elements of arrays counted one by one. */
  counts(): Promise<{ pending: number; running: number }>
  /** What the scheduler says now; undefined where nothing is different. An ended job stays as it ended, unless it was put back. */
  observe(seen: ScheduledJob): Promise<{ job: Submitted; before: JobState } | undefined>
  /** The scheduler does not know it any more. */
  lose(jobId: string, reason: string, now: Date): Promise<{ job: Submitted; before: JobState } | undefined>
  keepResults(number: number, results: readonly ResultValue[]): Promise<void>
  element(number: number, index: number): Promise<ArrayElement | undefined>
  elements(
    number: number,
    page: { states: readonly JobState[] | undefined; offset: number; limit: number },
  ): Promise<ElementPage>
  page(filter: JobFilter): Promise<{ jobs: JobSummary[]; total: number }>
}

const one = (row: Parameters<typeof submittedOf>[0] | undefined) => (row === undefined ? undefined : submittedOf(row))
const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value))

export function createHistory(db: Kysely<Database>): History {
  const all = (on: Kysely<Database> = db) => on.selectFrom('job_history').selectAll()
  const byKey = async (user: string, key: string, on: Kysely<Database> = db) =>
    one(await all(on).where('user', '=', user).where('key', '=', key).executeTakeFirst())
  const byId = async (jobId: string) => one(await all().where('job_id', '=', jobId).executeTakeFirst())
  const unfinished = () =>
    all()
      .where('job_id', 'is not', null)
      .where('state', 'not in', [...endedJobStates])

  async function change(number: number, set: Updateable<JobHistoryTable>): Promise<Submitted | undefined> {
    return one(
      await db.updateTable('job_history').set(set).where('number', '=', number).returningAll().executeTakeFirst(),
    )
  }

  async function observeWhole(known: Submitted, array: ArraySummary, seen: Partial<ScheduledJob>) {
    const { states, startedAt, endedAt } = await wholeOf(db, known.number)
    const state = stateOfArray(states)
    const job = await change(known.number, {
      state,
      reason: state === 'pending' ? (seen.reason ?? null) : null,
      held: seen.held === true ? 1 : 0,
      expected_start: seen.expectedStart?.toISOString() ?? null,
      priority: seen.priority ?? known.priority ?? null,
      time_limit: limitOf(known, seen.timeMinutes),
      array: JSON.stringify({ ...array, states } satisfies ArraySummary),
      started_at: startedAt,
      ended_at: jobHasEnded(state) ? endedAt : null,
    })
    return job === undefined ? undefined : { job, before: known.state }
  }

  return {
    byKey: (user, key) => byKey(user, key),
    byId,
    byNumber: async (number) => one(await all().where('number', '=', number).executeTakeFirst()),

    add: (submission, now, desktopsPerUser) =>
      db.transaction().execute(async (tx) => {
        const known = await byKey(submission.user, submission.key, tx)
        if (known !== undefined) return { job: known, created: false }
        // Counted in the same transaction: of several at once no more are let in than there are places.
        if (submission.desktop !== undefined) await checkRoom(tx, submission.user, desktopsPerUser)
        const range = submission.options?.array
        const indices = range === undefined ? undefined : (arrayIndices(range) ?? [])
        const array: ArraySummary | undefined =
          range === undefined || indices === undefined
            ? undefined
            : { range, total: indices.length, states: { pending: indices.length } }
        const row = await tx
          .insertInto('job_history')
          .values({
            user: submission.user,
            key: submission.key,
            name: submission.name,
            state: 'pending',
            resources: JSON.stringify(submission.resources),
            options: json(submission.options),
            array: json(array),
            template: json(submission.template),
            source: json(submission.source),
            parameters: JSON.stringify(submission.parameters),
            command: submission.command ?? null,
            script: submission.script,
            inputs: JSON.stringify(submission.inputs),
            workflow_id: submission.workflow?.id ?? null,
            workflow_step: submission.workflow?.step ?? null,
            desktop: json(submission.desktop),
            submitted_at: now.toISOString(),
          })
          .returningAll()
          .executeTakeFirstOrThrow()
        if (indices !== undefined) await addElements(tx, row.number, indices)
        return { job: submittedOf(row), created: true }
      }),

    async discard(number) {
      await db.deleteFrom('job_history').where('number', '=', number).where('job_id', 'is', null).execute()
    },

    async attempt(number, now) {
      const at = now.toISOString()
      await db
        .updateTable('job_history')
        .set((e) => ({ attempted_at: e.fn.coalesce('attempted_at', e.val(at)) }))
        .where('number', '=', number)
        .execute()
      // A commit alone would not outlive the loss of power (db/index.ts).
      await sql`PRAGMA wal_checkpoint(PASSIVE)`.execute(db)
    },

    async accepted(number, jobId) {
      // A cluster that was set up anew counts its ids from the start again: the older job keeps its story under another id.
      await db
        .updateTable('job_history')
        .set({ job_id: sql<string>`job_id || '.' || number` })
        .where('job_id', '=', jobId)
        .where('number', '!=', number)
        .execute()
      const job = await change(number, { job_id: jobId })
      if (job === undefined) throw new Error(`submission ${number} is gone`)
      return job
    },

    async refused(number, reason, now) {
      const at = now.toISOString()
      const row = await db
        .updateTable('job_history')
        .set({ job_id: ownId(number), state: 'failed', reason, ended_at: at })
        .where('number', '=', number)
        .where('job_id', 'is', null)
        .returningAll()
        .executeTakeFirst()
      if (row === undefined || row.array === null) return one(row)
      await sql`UPDATE job_elements SET state = 'failed', ended_at = ${at} WHERE number = ${number}`.execute(db)
      const { states } = await wholeOf(db, number)
      return change(number, { array: JSON.stringify({ ...(JSON.parse(row.array) as ArraySummary), states }) })
    },

    unaccepted: async () => (await all().where('job_id', 'is', null).orderBy('number').execute()).map(submittedOf),

    aliveIds: async () => {
      const rows = await db
        .selectFrom('job_history')
        .select('job_id')
        .where('job_id', 'is not', null)
        .where('state', 'not in', [...endedJobStates])
        .execute()
      return rows.flatMap((row) => row.job_id ?? [])
    },

    running: async () => (await unfinished().where('state', '=', 'running').execute()).map(submittedOf),

    desktops: async (since, user) => (await desktopRows(db, since, user)).map(submittedOf),

    async counts() {
      const { rows } = await sql<{ pending: number | null; alive: number | null }>`SELECT
          sum(CASE WHEN array IS NULL THEN state = 'pending' ELSE coalesce(array ->> '$.states.pending', 0) END) AS pending,
          sum(CASE WHEN array IS NULL THEN 1 ELSE coalesce(array ->> '$.states.pending', 0)
            + coalesce(array ->> '$.states.running', 0) + coalesce(array ->> '$.states.completing', 0) END) AS alive
        FROM job_history WHERE job_id IS NOT NULL AND state IN ('pending', 'running', 'completing')`.execute(db)
      const { pending, alive } = rows[0] ?? { pending: 0, alive: 0 }
      return { pending: pending ?? 0, running: (alive ?? 0) - (pending ?? 0) }
    },

    async observe(seen) {
      const known = await byId(seen.id)
      if (known === undefined) return undefined
      if (known.array !== undefined) {
        const changed = await putElements(db, known.number, seen.elements ?? [])
        const alike = known.reason === seen.reason || known.state !== 'pending'
        if (!changed && alike && isAlike(known, seen)) return undefined
        return observeWhole(known, known.array, seen)
      }
      const restarts = seen.restarts ?? known.restarts
      if (restarts < known.restarts || (jobHasEnded(known.state) && restarts === known.restarts)) return undefined
      const same =
        known.state === seen.state &&
        known.reason === seen.reason &&
        known.restarts === restarts &&
        known.startedAt === seen.startedAt?.toISOString() &&
        known.endedAt === seen.endedAt?.toISOString() &&
        known.nodes === seen.nodes &&
        isAlike(known, seen)
      if (same) return undefined
      const job = await change(known.number, {
        state: seen.state,
        reason: seen.reason ?? null,
        exit_code: seen.exitCode ?? null,
        signal: seen.signal ?? null,
        held: seen.held === true ? 1 : 0,
        expected_start: seen.expectedStart?.toISOString() ?? null,
        priority: seen.priority ?? null,
        restarts,
        time_limit: limitOf(known, seen.timeMinutes),
        started_at: seen.startedAt?.toISOString() ?? null,
        ended_at: seen.endedAt?.toISOString() ?? null,
        nodes: seen.nodes ?? null,
      })
      return job === undefined ? undefined : { job, before: known.state }
    },

    async lose(jobId, reason, now) {
      const known = await byId(jobId)
      if (known === undefined || jobHasEnded(known.state)) return undefined
      if (known.array !== undefined) {
        await loseElements(db, known.number, reason, now.toISOString())
        return observeWhole(known, known.array, {})
      }
      const job = await change(known.number, { state: 'lost', reason, ended_at: now.toISOString() })
      return job === undefined ? undefined : { job, before: known.state }
    },

    async keepResults(number, results) {
      await db
        .updateTable('job_history')
        .set({ results: JSON.stringify(results) })
        .where('number', '=', number)
        .execute()
    },

    element: (number, index) => oneElement(db, number, index),
    elements: (number, page) => elementPage(db, number, page),
    page: (filter) => pageOf(db, filter),
  }
}

/** The limit in force, where it is another than was asked for. */
function limitOf(known: Submitted, minutes: number | undefined): number | null {
  if (minutes === undefined) return known.timeLimit ?? null
  return minutes === known.resources.timeMinutes ? null : minutes
}

/** Whether what can change while a job waits or runs is as it was. A priority that grows with every minute tells nobody anything. */
function isAlike(known: Submitted, seen: Partial<ScheduledJob>): boolean {
  const before = known.expectedStart === undefined ? 0 : Date.parse(known.expectedStart)
  const moved = Math.abs(before - (seen.expectedStart?.getTime() ?? 0))
  return (
    known.held === (seen.held === true) &&
    (known.timeLimit ?? null) === limitOf(known, seen.timeMinutes) &&
    moved < SAME_START_MS
  )
}
