import { Type } from 'typebox'
import { change, collection, nothing, object, site, stream } from '../feature.ts'
import { OutboxAction, OutboxEntry, OutboxStatus, OutboxWhen } from '../outbox.ts'
import { Id } from '../text.ts'

const several = object({ ids: Type.Array(Id, { minItems: 1, maxItems: 1000 }) })

/** What the user wants done, whether or not the site can be reached: kept, sent in order, done once. */
export const outbox = {
  methods: {
    /** On the disk when this returns. `held`: not sent until it is released. */
    add: change(
      object({ ...site, action: OutboxAction, when: Type.Optional(OutboxWhen), held: Type.Optional(Type.Boolean()) }),
      OutboxEntry,
    ),
    /** Before it was sent; CONFLICT afterwards. The kind of its action stays. A question is over, and what failed goes on. */
    edit: change(object({ id: Id, action: Type.Optional(OutboxAction), when: Type.Optional(OutboxWhen) }), OutboxEntry),
    hold: change(several, nothing),
    release: change(several, nothing),
    /** Before it was sent: it never is. After its end: off the list. CONFLICT in between. */
    remove: change(several, nothing),
    /** What failed is sent again, under the same key. */
    retry: change(several, nothing),
    /** Yes to an entry's question. */
    accept: change(object({ id: Id }), OutboxEntry),
    /** The same once more, held, under a key of its own. */
    duplicate: change(object({ id: Id }), OutboxEntry),
    /** Before that one, or to the end. */
    move: change(object({ id: Id, before: Type.Optional(Id) }), nothing),
    /** `OutboxStatus.damaged` was read. */
    seenDamage: change(nothing, nothing),
  },
  streams: {
    /** Those of the users who are signed in at their sites, or were last; nobody sees another's. */
    all: collection(OutboxEntry, nothing),
    status: stream(nothing, OutboxStatus, OutboxStatus),
  },
}
