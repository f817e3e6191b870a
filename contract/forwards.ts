import { Type, type Static } from 'typebox'
import { AppError } from './errors.ts'
import { Id } from './text.ts'

/**
 * A port of this machine's loopback that leads to one behind the site (`ssh -L`). Any program and any user of this machine
 * may connect to it. Nothing in Headway itself uses one. Kept until closed or until Headway ends; it outlives a lost connection.
 */
export const Forward = Type.Object({
  id: Id,
  site: Id,
  localPort: Type.Integer(),
  /** As the head node resolves it. */
  host: Type.String(),
  port: Type.Integer(),
  /** Connections open now, and bytes carried since it was opened. */
  connections: Type.Integer(),
  bytes: Type.Number(),
  /** Why the last connection could not be made. */
  error: Type.Optional(AppError),
})
export type Forward = Static<typeof Forward>
