import { Type, type Static } from 'typebox'
import { Notification, NotificationChoices } from '../notifications.ts'

/**
 * `GET /api/v2/notifications?after=&limit=`: the user's own. With `after` those with a greater id, oldest first (`more` where
 * the limit cut them); without it the newest. `latest` is the greatest id of the user, 0 for none: a client that knows a
 * greater one speaks to an agent that was begun anew.
 */
export const NotificationList = Type.Object({
  notifications: Type.Array(Notification),
  latest: Type.Integer(),
  more: Type.Boolean(),
})
export type NotificationList = Static<typeof NotificationList>

/** `GET /api/v2/notifications/choices`, and what the changing routes answer. */
export const ChoicesAnswer = NotificationChoices

/** `PUT /api/v2/notifications/choices`: kinds that are not named stay as they are. */
export const ChoicesChange = Type.Object(
  { kinds: Type.Partial(NotificationChoices.properties.kinds, { additionalProperties: false }) },
  { additionalProperties: false },
)
export type ChoicesChange = Static<typeof ChoicesChange>

/** `PUT` and `DELETE /api/v2/notifications/muted/:job`: nothing of this job, or again. */
