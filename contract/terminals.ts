import { Type, type Static } from 'typebox'
import { Id } from './text.ts'

/** Characters; what a terminal shows. */
export const TerminalSize = Type.Object(
  { columns: Type.Integer({ minimum: 1, maximum: 1000 }), rows: Type.Integer({ minimum: 1, maximum: 1000 }) },
  { additionalProperties: false },
)
export type TerminalSize = Static<typeof TerminalSize>

/** A login shell on the head node, over the site's SSH session. It outlives the window, not the connection. */
export const Terminal = Type.Object({
  id: Id,
  site: Id,
  /** `closed`: the shell ended or its connection was lost; what it printed stays until it is removed. */
  state: Type.Union([Type.Literal('opening'), Type.Literal('open'), Type.Literal('closed')]),
  /** Exit status of the shell, where it told one. */
  exitCode: Type.Optional(Type.Integer()),
  /** Closed by the loss of the connection rather than by the shell. */
  lost: Type.Optional(Type.Literal(true)),
  startedAt: Type.String(),
})
export type Terminal = Static<typeof Terminal>

/** The last part of what a shell printed, at most this many characters, is kept for a window that comes later. */
export const terminalScrollback = 1_000_000
