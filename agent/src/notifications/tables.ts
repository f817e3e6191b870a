import type { Generated } from 'kysely'

export interface NotificationTable {
  id: Generated<number>
  user: string
  /** The same thing is told a user once: its key says which thing it is. */
  key: string
  /** JSON: a Notification without its id. */
  body: string
}

export interface NotificationChoicesTable {
  user: string
  /** JSON: the kinds that differ from the default, by their names. */
  kinds: string
}

export interface NotificationMutedTable {
  number: Generated<number>
  user: string
  job: string
}

export interface NotificationsTables {
  notifications: NotificationTable
  notification_choices: NotificationChoicesTable
  notification_muted: NotificationMutedTable
}
