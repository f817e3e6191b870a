import { Type, type Static } from 'typebox'
import { Id, Time } from './text.ts'

export const SignedInUser = Type.Object({
  username: Type.String(),
  email: Type.String(),
  groups: Type.Array(Type.String()),
  permissions: Type.Array(Type.String()),
})
export type SignedInUser = Static<typeof SignedInUser>

/** `unknown` until first contact; derived from real traffic, not from the operating system's network flag. */
export const ConnectionState = Type.Union([
  Type.Literal('unknown'),
  Type.Literal('connecting'),
  Type.Literal('connected'),
  Type.Literal('reconnecting'),
  Type.Literal('offline'),
  Type.Literal('signed-out'),
])
export type ConnectionState = Static<typeof ConnectionState>

export const Site = Type.Object({
  id: Id,
  name: Type.String(),
  url: Type.String(),
  /** The agent that the host started itself: the window calls it by its own words, in the language of the day. */
  local: Type.Optional(Type.Literal(true)),
  user: Type.Optional(SignedInUser),
  /** The name last signed in with, to fill the form. */
  lastUsername: Type.Optional(Type.String()),
  connection: Type.Object({
    state: ConnectionState,
    since: Time,
    /** Milliseconds of the last round trip. */
    roundTripMs: Type.Optional(Type.Number()),
    /** While reconnecting: which try, and when the next one starts. */
    attempt: Type.Optional(Type.Integer()),
    nextAttemptAt: Type.Optional(Time),
  }),
})
export type Site = Static<typeof Site>
