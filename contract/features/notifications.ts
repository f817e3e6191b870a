import { Type } from 'typebox'
import { change, nothing, object, query, site, stream } from '../feature.ts'
import { Notification, NotificationChoices } from '../notifications.ts'
import { Id } from '../text.ts'

/** What became of jobs meanwhile, as the agent tells its user. */
export const notifications = {
  methods: {
    /** All up to this id are read, on this machine. */
    read: change(object({ ...site, upTo: Type.Integer({ minimum: 0 }) }), nothing),
    /**
     * Asks to show those up to this id by the system: those with a greater id than `from` were not shown before, and are
     * the caller's to show. Kept over restarts and the same for all windows, so nothing is shown twice.
     */
    claim: change(
      object({ ...site, upTo: Type.Integer({ minimum: 0 }) }),
      object({ from: Type.Integer({ minimum: 0 }) }),
    ),
    /** Shows one by the operating system; only with the capability `nativeNotifications`. A click opens the hash. */
    show: change(
      object({
        title: Type.String({ minLength: 1, maxLength: 200 }),
        body: Type.String({ maxLength: 1000 }),
        place: Type.String({ pattern: '^#/', maxLength: 500 }),
      }),
      nothing,
    ),
    choices: query(object(site), NotificationChoices),
    choose: change(
      object({ ...site, kinds: Type.Partial(NotificationChoices.properties.kinds, { additionalProperties: false }) }),
      NotificationChoices,
    ),
    mute: change(object({ ...site, job: Id, muted: Type.Boolean() }), NotificationChoices),
  },
  streams: {
    /** The newest, at most 100; what a user has not read yet has a greater id than `readUpTo`. */
    all: stream(
      object(site),
      object({ items: Type.Array(Notification), readUpTo: Type.Integer() }),
      object({ put: Type.Array(Notification), gone: Type.Array(Type.Integer()), readUpTo: Type.Integer() }),
    ),
  },
}
