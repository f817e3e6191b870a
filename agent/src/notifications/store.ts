import type { Kysely } from 'kysely'
import { type Notification, type NotificationChoices, notificationKinds } from '../../../contract/notifications.ts'
import type { Database } from '../db/database.ts'

/** Of each user the newest are kept. */
const KEPT = 500
/** Jobs that a user may have muted; the oldest are forgotten first, they have ended long ago. */
const MUTED = 1000

export type Body = Omit<Notification, 'id'>

export interface NotificationStore {
  /** Undefined where this key was told before. */
  add(user: string, key: string, body: Body): Promise<Notification | undefined>
  /** Those with a greater id, oldest first; without `after` the newest. */
  list(
    user: string,
    page: { after: number | undefined; limit: number },
  ): Promise<{ notifications: Notification[]; latest: number; more: boolean }>
  choices(user: string): Promise<NotificationChoices>
  choose(user: string, kinds: Partial<NotificationChoices['kinds']>): Promise<void>
  mute(user: string, job: string): Promise<void>
  unmute(user: string, job: string): Promise<void>
}

export function createNotificationStore(db: Kysely<Database>): NotificationStore {
  const kindsOf = async (user: string, on: Kysely<Database> = db): Promise<Partial<NotificationChoices['kinds']>> => {
    const row = await on.selectFrom('notification_choices').select('kinds').where('user', '=', user).executeTakeFirst()
    return row === undefined ? {} : (JSON.parse(row.kinds) as Partial<NotificationChoices['kinds']>)
  }
  return {
    add: (user, key, body) =>
      db.transaction().execute(async (tx) => {
        const row = await tx
          .insertInto('notifications')
          .values({ user, key, body: JSON.stringify(body) })
          .onConflict((conflict) => conflict.columns(['user', 'key']).doNothing())
          .returning('id')
          .executeTakeFirst()
        if (row === undefined) return undefined
        const oldest = tx
          .selectFrom('notifications')
          .select('id')
          .where('user', '=', user)
          .orderBy('id', 'desc')
          .offset(KEPT)
          .limit(1)
        await tx.deleteFrom('notifications').where('user', '=', user).where('id', '<=', oldest).execute()
        return { id: row.id, ...body }
      }),

    async list(user, { after, limit }) {
      const own = db.selectFrom('notifications').where('user', '=', user)
      const { latest } = await own.select((e) => e.fn.max('id').as('latest')).executeTakeFirstOrThrow()
      const asked = own.select(['id', 'body']).limit(limit + 1)
      const rows =
        after === undefined
          ? await asked.orderBy('id', 'desc').execute()
          : await asked.where('id', '>', after).orderBy('id').execute()
      const notifications = rows
        .slice(0, limit)
        .map(({ id, body }): Notification => ({ id, ...(JSON.parse(body) as Body) }))
      return { notifications, latest: latest ?? 0, more: rows.length > limit }
    },

    async choices(user) {
      const chosen = await kindsOf(user)
      const muted = await db
        .selectFrom('notification_muted')
        .select('job')
        .where('user', '=', user)
        .orderBy('number')
        .execute()
      const kinds = Object.fromEntries(notificationKinds.map((kind) => [kind, chosen[kind] ?? true]))
      return { kinds: kinds as NotificationChoices['kinds'], muted: muted.map(({ job }) => job) }
    },

    choose: (user, kinds) =>
      db.transaction().execute(async (tx) => {
        const chosen = JSON.stringify({ ...(await kindsOf(user, tx)), ...kinds })
        await tx
          .insertInto('notification_choices')
          .values({ user, kinds: chosen })
          .onConflict((conflict) => conflict.column('user').doUpdateSet({ kinds: chosen }))
          .execute()
      }),

    mute: (user, job) =>
      db.transaction().execute(async (tx) => {
        await tx
          .insertInto('notification_muted')
          .values({ user, job })
          .onConflict((conflict) => conflict.columns(['user', 'job']).doNothing())
          .execute()
        const oldest = tx
          .selectFrom('notification_muted')
          .select('number')
          .where('user', '=', user)
          .orderBy('number', 'desc')
          .offset(MUTED)
          .limit(1)
        await tx.deleteFrom('notification_muted').where('user', '=', user).where('number', '<=', oldest).execute()
      }),

    async unmute(user, job) {
      await db.deleteFrom('notification_muted').where('user', '=', user).where('job', '=', job).execute()
    },
  }
}
