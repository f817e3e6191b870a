import { Type, type Static } from 'typebox'
import { Resources } from './resources.ts'
import { Id, Text, Time } from './text.ts'

/** Pixels of the X server's screen. RFB counts in 16 bits; below 320 × 200 no window manager is of use. */
export const DesktopGeometry = Type.Object(
  { width: Type.Integer({ minimum: 320, maximum: 16_384 }), height: Type.Integer({ minimum: 200, maximum: 16_384 }) },
  { additionalProperties: false },
)
export type DesktopGeometry = Static<typeof DesktopGeometry>

/** Dots per inch that the X server tells its clients. */
export const Dpi = Type.Integer({ minimum: 48, maximum: 480 })

/** What makes a template one of a desktop: its script runs inside the X session, whose end is the script's. */
export const DesktopSpec = Type.Object(
  {
    geometry: Type.Optional(DesktopGeometry),
    dpi: Type.Optional(Dpi),
    /** `virtualgl`: `$HEADWAY_GL` holds `vglrun …` where the node has VirtualGL and a GPU, else nothing. */
    openGl: Type.Optional(Type.Literal('virtualgl')),
  },
  { additionalProperties: false },
)
export type DesktopSpec = Static<typeof DesktopSpec>

/**
 * `queued`: the job waits. `starting`: it runs, the X server does not answer yet. `ready`: nobody has looked at it yet.
 * `connected`: a viewer shows it. `idle`: no viewer shows it, or none had a key or the pointer for a while. `ended`: see `end`.
 */
export const DesktopState = Type.Union([
  Type.Literal('queued'),
  Type.Literal('starting'),
  Type.Literal('ready'),
  Type.Literal('connected'),
  Type.Literal('idle'),
  Type.Literal('ended'),
])
export type DesktopState = Static<typeof DesktopState>

/** Why a desktop is over. */
export const DesktopEnd = Type.Union([
  /** The user, here or by `scancel`. */
  Type.Literal('stopped'),
  /** The session's script came to its end: the user logged out of it. */
  Type.Literal('logged-out'),
  Type.Literal('time-limit'),
  /** Nobody used it for as long as the site allows. */
  Type.Literal('idle'),
  Type.Literal('out-of-memory'),
  Type.Literal('node-failed'),
  /** The node has no Xvnc. */
  Type.Literal('no-server'),
  /** Xvnc did not start, or died. */
  Type.Literal('server-failed'),
  /** The session's script failed. */
  Type.Literal('session-failed'),
  /** The agent lost sight of the job. */
  Type.Literal('lost'),
])
export type DesktopEnd = Static<typeof DesktopEnd>

/** A VNC session that runs as a job; its id is the job's. */
export const Desktop = Type.Object({
  id: Id,
  name: Type.String(),
  user: Type.String(),
  templateId: Type.String(),
  templateName: Text,
  state: DesktopState,
  /** Why it waits, in the scheduler's words. */
  reason: Type.Optional(Type.String()),
  /** The scheduler's guess while it waits. */
  expectedStart: Type.Optional(Time),
  end: Type.Optional(
    Type.Object({
      kind: DesktopEnd,
      /** What the X server or the session said last. */
      detail: Type.Optional(Type.String({ maxLength: 2000 })),
    }),
  ),
  geometry: DesktopGeometry,
  dpi: Type.Optional(Dpi),
  resources: Resources,
  /** Where it runs. */
  node: Type.Optional(Type.String()),
  /** Minutes: the limit in force. */
  timeMinutes: Type.Integer({ minimum: 1 }),
  submittedAt: Time,
  startedAt: Type.Optional(Time),
  endedAt: Type.Optional(Time),
  /** Viewers that show it now. */
  viewers: Type.Integer({ minimum: 0 }),
  /** Of the last key or pointer event, or of the last viewer's end; absent before anybody looked. */
  lastUsedAt: Type.Optional(Time),
  /** When the site ends it because nobody uses it; absent where it does not. */
  idleEndAt: Type.Optional(Time),
  /** Of the job's GPUs: percent of the time in use (mean), bytes of memory (sum). */
  gpu: Type.Optional(Type.Object({ percent: Type.Number(), memoryBytes: Type.Number() })),
  /** Since when a colleague may watch. */
  sharedSince: Type.Optional(Time),
  /** Whether the site lets text pass between the desktop's clipboard and the user's. */
  clipboard: Type.Boolean(),
})
export type Desktop = Static<typeof Desktop>

export const desktopHasEnded = ({ state }: Pick<Desktop, 'state'>): boolean => state === 'ended'

/** What the user asks for. */
export const NewDesktop = Type.Object(
  {
    templateId: Id,
    name: Type.String({ minLength: 1, maxLength: 128, pattern: '^[^\\u0000-\\u001f]+$' }),
    geometry: Type.Optional(DesktopGeometry),
    dpi: Type.Optional(Dpi),
    /** Each that is absent is the template's. */
    resources: Type.Partial(Resources, { additionalProperties: false }),
    account: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_.@+-]{1,64}$' })),
    qos: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_.@+-]{1,64}$' })),
  },
  { additionalProperties: false },
)
export type NewDesktop = Static<typeof NewDesktop>

/** A way to a desktop that is open and waits for its viewer. */
export const DesktopViewing = Type.Object({
  id: Id,
  name: Type.String(),
  /** Stands for the byte stream, once, for 30 s; each host has its own way to redeem it. */
  ticket: Type.String(),
  /** For VncAuth (RFC 6143, section 7.2.2): at most 8 characters. */
  password: Type.String(),
  viewOnly: Type.Boolean(),
  clipboard: Type.Boolean(),
})
export type DesktopViewing = Static<typeof DesktopViewing>

/** Lets a colleague watch: `<id>-<view-only password>`, told once. */
export const ShareCode = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}-[A-Za-z0-9]{8}$' })

/** A small picture of a desktop as it was last seen: a `data:` address of a JPEG. */
export const Thumbnail = Type.String({ pattern: '^data:image/jpeg;base64,[A-Za-z0-9+/=]+$', maxLength: 65_536 })
