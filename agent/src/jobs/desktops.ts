import type { Kysely, Selectable } from 'kysely'
import { endedJobStates } from '../../../contract/jobs.ts'
import type { Database } from '../db/database.ts'
import { Failure } from '../kit/failure.ts'
import type { JobHistoryTable } from './tables.ts'

/** More than anybody looks at. */
const MOST = 1000

/** Submissions that are desktops and have not ended, or not before `since`, newest first; without a user of everybody. */
export async function desktopRows(
  db: Kysely<Database>,
  since: Date,
  user?: string,
): Promise<Selectable<JobHistoryTable>[]> {
  let rows = db.selectFrom('job_history').selectAll().where('desktop', 'is not', null).where('job_id', 'is not', null)
  if (user !== undefined) rows = rows.where('user', '=', user)
  return rows
    .where((e) => e.or([e('state', 'not in', [...endedJobStates]), e('ended_at', '>=', since.toISOString())]))
    .orderBy('number', 'desc')
    .limit(MOST)
    .execute()
}

/** Failure CONFLICT where the user has `most` desktops that have not ended. */
export async function checkRoom(db: Kysely<Database>, user: string, most: number): Promise<void> {
  const { count } = await db
    .selectFrom('job_history')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('user', '=', user)
    .where('desktop', 'is not', null)
    .where('state', 'not in', [...endedJobStates])
    .executeTakeFirstOrThrow()
  if (count < most) return
  throw new Failure(
    'CONFLICT',
    most === 0
      ? 'This site offers no desktops.'
      : `You have ${count === 1 ? 'a desktop' : `${count} desktops`}, and this site allows ${most} at a time: stop one first.`,
    { details: { limit: most } },
  )
}
