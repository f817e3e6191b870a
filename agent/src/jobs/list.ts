import { type Kysely, sql } from 'kysely'
import type { JobState } from '../../../contract/jobs.ts'
import type { Database } from '../db/database.ts'
import { Failure } from '../kit/failure.ts'
import { type JobSummary, summaryColumns, summaryOf } from './record.ts'

/** Which jobs are asked for; what is absent narrows nothing. Times ISO 8601, of the submission. */
export interface JobFilter {
  /** Undefined: of everybody. */
  user: string | undefined
  states?: readonly JobState[]
  /** Part of the name, without regard to the case of ASCII letters. */
  name?: string
  template?: string
  partition?: string
  from?: string
  to?: string
  limit: number
  offset: number
}

/** Newest first; `total` of all that fit. */
export async function pageOf(db: Kysely<Database>, filter: JobFilter): Promise<{ jobs: JobSummary[]; total: number }> {
  const { user, states, name, template, partition, from, to, limit, offset } = filter
  let rows = db.selectFrom('job_history').where('job_id', 'is not', null)
  if (user !== undefined) rows = rows.where('user', '=', user)
  if (states !== undefined) rows = rows.where('state', 'in', states)
  if (name !== undefined) rows = rows.where(sql<boolean>`instr(lower(name), lower(${name})) > 0`)
  if (template !== undefined) rows = rows.where('template_id', '=', template)
  if (partition !== undefined) rows = rows.where('partition', '=', partition)
  if (from !== undefined) rows = rows.where('submitted_at', '>=', isoOf(from))
  if (to !== undefined) rows = rows.where('submitted_at', '<', isoOf(to))
  const [page, { total }] = await Promise.all([
    rows.select(summaryColumns).orderBy('number', 'desc').limit(limit).offset(offset).execute(),
    rows.select((e) => e.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
  ])
  return { jobs: page.map(summaryOf), total }
}

/** As times are stored: texts of one form can be compared. */
function isoOf(time: string): string {
  const date = new Date(time)
  if (Number.isNaN(date.getTime())) throw new Failure('VALIDATION_FAILED', `"${time}" is no time.`)
  return date.toISOString()
}
