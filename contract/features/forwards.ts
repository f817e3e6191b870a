import { Type } from 'typebox'
import { change, collection, nothing, object, site } from '../feature.ts'
import { Forward } from '../forwards.ts'
import { Id } from '../text.ts'

/** Ports of this machine that lead to a host behind an SSH site. */
export const forwards = {
  methods: {
    /** `localPort` absent: any free one. PORT_TAKEN. */
    open: change(
      object({
        ...site,
        host: Type.String({ minLength: 1, maxLength: 255, pattern: '^[A-Za-z0-9._:-]+$' }),
        port: Type.Integer({ minimum: 1, maximum: 65_535 }),
        localPort: Type.Optional(Type.Integer({ minimum: 1024, maximum: 65_535 })),
      }),
      Forward,
    ),
    close: change(object({ id: Id }), nothing),
  },
  streams: { all: collection(Forward, nothing) },
}
