import { Type, type Static } from 'typebox'
import { JobState } from './jobs.ts'
import { Id, Text, Time } from './text.ts'

/** What users are told about without asking; each can be switched off. */
export const NotificationKind = Type.Union([
  Type.Literal('started'),
  Type.Literal('finished'),
  Type.Literal('failed'),
  /** A tenth of its time limit, or less, is left. */
  Type.Literal('time-low'),
  /** Its numbers run away or are no numbers any more. */
  Type.Literal('diverging'),
])
export type NotificationKind = Static<typeof NotificationKind>

export const notificationKinds = NotificationKind.anyOf.map(({ const: kind }) => kind)

/** Something that happened to a user's job, told once. */
export const Notification = Type.Object({
  /** Grows with every notification of the agent: what is newer has a greater id. */
  id: Type.Integer({ minimum: 1 }),
  at: Time,
  kind: NotificationKind,
  level: Type.Union([Type.Literal('info'), Type.Literal('warning'), Type.Literal('error')]),
  /** In English, for clients that make no sentence of their own out of the facts below. */
  message: Type.String(),
  job: Type.Object({ id: Id, name: Type.String() }),
  /** `failed`: how it ended. */
  state: Type.Optional(JobState),
  exitCode: Type.Optional(Type.Integer()),
  signal: Type.Optional(Type.Integer()),
  reason: Type.Optional(Type.String()),
  /** `failed`: the end of its log, at most 20 lines, without control characters. */
  lastLines: Type.Optional(Type.Array(Type.String())),
  /** `failed`, of an array: how many of its elements did. */
  elements: Type.Optional(Type.Object({ failed: Type.Integer(), total: Type.Integer() })),
  /** `finished` and `failed`: seconds it ran. */
  ranSeconds: Type.Optional(Type.Number()),
  /** `time-low`: when its time limit ends it. */
  endsAt: Type.Optional(Time),
  /** A sentence of the noun that told it (`diverging`: what was seen). */
  text: Type.Optional(Text),
})
export type Notification = Static<typeof Notification>

/** Which kinds a user wants, and the jobs they want nothing of. Kept at the agent: the same on every machine. */
export const NotificationChoices = Type.Object(
  {
    kinds: Type.Object(
      Object.fromEntries(notificationKinds.map((kind) => [kind, Type.Boolean()])) as Record<
        NotificationKind,
        ReturnType<typeof Type.Boolean>
      >,
      { additionalProperties: false },
    ),
    muted: Type.Array(Id),
  },
  { additionalProperties: false },
)
export type NotificationChoices = Static<typeof NotificationChoices>
