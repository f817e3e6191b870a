import type { Notification } from '../../../contract/notifications.ts'

/** Something to tell a user about a job of theirs. */
export interface Notice extends Omit<Notification, 'id' | 'at'> {
  /** Which thing this is: the same key is told a user once, across restarts (`<job>/<what>/<which time>`). */
  key: string
}

/** What other nouns may tell users. */
export interface Notifications {
  /**
   * Stores it and sends it to the user's connections; nothing where the user does not want this kind, has muted the job, or
   * was told this key before. Never rejects: what cannot be stored is logged.
   */
  notify(user: string, notice: Notice): Promise<void>
}
