import { type Kysely, sql } from 'kysely'
import { type ArrayElement, type ElementPage, endedJobStates, type JobState } from '../../../contract/jobs.ts'
import type { Database } from '../db/database.ts'
import { elementOf } from './record.ts'

/** An array by its elements: how many are in each state, when the first began and the last ended. */
export interface Whole {
  states: Partial<Record<JobState, number>>
  startedAt: string | null
  endedAt: string | null
}

const ended = sql.raw(endedJobStates.map((state) => `'${state}'`).join(', '))

/** Makes the rows of an array, all waiting. */
export async function addElements(db: Kysely<Database>, number: number, indices: readonly number[]): Promise<void> {
  await sql`INSERT INTO job_elements (number, idx, state)
    SELECT ${number}, value, 'pending' FROM json_each(${JSON.stringify(indices)})`.execute(db)
}

/**
 * Takes over what a scheduler says of elements; true where something is different. One that has ended stays as it ended, unless
 * it was put back into the queue since.
 */
export async function putElements(
  db: Kysely<Database>,
  number: number,
  elements: readonly ArrayElement[],
): Promise<boolean> {
  if (elements.length === 0) return false
  // Written as an upsert, for then SQLite goes from each element to its row and never over all rows of the array.
  const { numAffectedRows = 0n } = await sql`INSERT INTO job_elements
      (number, idx, state, reason, exit_code, signal, started_at, ended_at, nodes, restarts)
    SELECT known.number, known.idx, e.value ->> 'state', e.value ->> 'reason', e.value ->> 'exitCode', e.value ->> 'signal',
      e.value ->> 'startedAt', e.value ->> 'endedAt', e.value ->> 'nodes', coalesce(e.value ->> 'restarts', known.restarts)
    FROM json_each(${JSON.stringify(elements)}) AS e
      CROSS JOIN job_elements AS known ON known.number = ${number} AND known.idx = e.value ->> 'index'
    WHERE true
    ON CONFLICT (number, idx) DO UPDATE SET
      state = excluded.state, reason = excluded.reason, exit_code = excluded.exit_code, signal = excluded.signal,
      started_at = excluded.started_at, ended_at = excluded.ended_at, nodes = excluded.nodes, restarts = excluded.restarts
    WHERE excluded.restarts > job_elements.restarts
      OR (job_elements.state NOT IN (${ended}) AND excluded.restarts = job_elements.restarts
        AND (job_elements.state IS NOT excluded.state OR job_elements.reason IS NOT excluded.reason
          OR job_elements.started_at IS NOT excluded.started_at OR job_elements.nodes IS NOT excluded.nodes))`.execute(
    db,
  )
  return numAffectedRows > 0n
}

/** What has not ended is taken for lost. */
export async function loseElements(db: Kysely<Database>, number: number, reason: string, at: string): Promise<void> {
  await sql`UPDATE job_elements SET state = 'lost', reason = ${reason}, ended_at = ${at}
    WHERE number = ${number} AND state NOT IN (${ended})`.execute(db)
}

export async function wholeOf(db: Kysely<Database>, number: number): Promise<Whole> {
  const rows = await db
    .selectFrom('job_elements')
    .select(['state', (e) => e.fn.countAll<number>().as('count')])
    .select((e) => [e.fn.min('started_at').as('startedAt'), e.fn.max('ended_at').as('endedAt')])
    .where('number', '=', number)
    .groupBy('state')
    .execute()
  const begins = rows.flatMap(({ startedAt }) => startedAt ?? []).sort()
  const ends = rows.flatMap(({ endedAt }) => endedAt ?? []).sort()
  return {
    states: Object.fromEntries(rows.map(({ state, count }) => [state, count])),
    startedAt: begins[0] ?? null,
    endedAt: ends.at(-1) ?? null,
  }
}

export async function oneElement(
  db: Kysely<Database>,
  number: number,
  index: number,
): Promise<ArrayElement | undefined> {
  const row = await db
    .selectFrom('job_elements')
    .selectAll()
    .where('number', '=', number)
    .where('idx', '=', index)
    .executeTakeFirst()
  return row === undefined ? undefined : elementOf(row)
}

export async function elementPage(
  db: Kysely<Database>,
  number: number,
  { states, offset, limit }: { states: readonly JobState[] | undefined; offset: number; limit: number },
): Promise<ElementPage> {
  let rows = db.selectFrom('job_elements').where('number', '=', number)
  if (states !== undefined) rows = rows.where('state', 'in', states)
  const [{ total }, elements] = await Promise.all([
    rows.select((e) => e.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
    rows.selectAll().orderBy('idx').limit(limit).offset(offset).execute(),
  ])
  return { elements: elements.map(elementOf), total }
}
