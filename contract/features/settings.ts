import { Type } from 'typebox'
import { change, nothing, stream } from '../feature.ts'
import { Settings } from '../settings.ts'

/** The user's own, on this machine. */
export const settings = {
  methods: { update: change(Type.Partial(Settings, { additionalProperties: false }), Settings) },
  streams: { current: stream(nothing, Settings, Settings) },
}
