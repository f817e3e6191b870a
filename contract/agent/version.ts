import { Type, type Static } from 'typebox'

/** Raised when the app's own routes change in a way that older clients cannot follow. */
export const PROTOCOL_VERSION = 1

/** `GET /health`. */
export const Health = Type.Object({
  status: Type.Literal('ok'),
  product: Type.Literal('headway-agent'),
  version: Type.String(),
  protocol: Type.Integer(),
  scheduler: Type.Union([Type.Literal('slurm'), Type.Literal('local')]),
  time: Type.String(),
})
export type Health = Static<typeof Health>
