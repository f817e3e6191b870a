import { Type, type Static } from 'typebox'
import { Desktop, DesktopGeometry, Dpi, ShareCode } from '../desktops.ts'
import { Resources } from '../resources.ts'
import { Id } from '../text.ts'

/** `GET /api/v2/desktops`: the user's own, an admin's all; those that ended stay for a day. */
export const DesktopList = Type.Object({ desktops: Type.Array(Desktop) })
export type DesktopList = Static<typeof DesktopList>

/** `GET /api/v2/desktops/:id`, and the answer of whatever changes one. */
export const DesktopAnswer = Type.Object({ desktop: Desktop })
export type DesktopAnswer = Static<typeof DesktopAnswer>

/** `POST /api/v2/desktops`: 201 `DesktopAnswer`. The same key again gives the same desktop. 409 CONFLICT at the user's limit. */
export const CreateDesktop = Type.Object(
  {
    template_id: Id,
    name: Type.String({ minLength: 1, maxLength: 128, pattern: '^[^\\u0000-\\u001f]+$' }),
    geometry: Type.Optional(DesktopGeometry),
    dpi: Type.Optional(Dpi),
    /** Each that is absent is the template's. */
    resources: Type.Optional(Type.Partial(Resources, { additionalProperties: false })),
    account: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_.@+-]{1,64}$' })),
    qos: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_.@+-]{1,64}$' })),
    idempotency_key: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9._-]{1,128}$' })),
  },
  { additionalProperties: false },
)
export type CreateDesktop = Static<typeof CreateDesktop>

/** `POST /api/v2/desktops/:id/stop` has no body. `POST /api/v2/desktops/:id/extend`: the new limit of the whole, in minutes. */
export const ExtendDesktop = Type.Object(
  { minutes: Type.Integer({ minimum: 1, maximum: 525_600 }) },
  { additionalProperties: false },
)
export type ExtendDesktop = Static<typeof ExtendDesktop>

/**
 * Where the X server listens, as the head node sees it. With `socket` (a unix socket on `host`) or `port` without
 * `certificate` (on the loopback of `host`): from that very host alone. With `certificate` (SHA-256 of its DER, hex): at
 * `host:port` in the cluster's network, RFB inside TLS (VeNCrypt, X509Vnc).
 */
export const DesktopEndpoint = Type.Object({
  host: Type.String(),
  /** The agent runs on that host. */
  here: Type.Boolean(),
  socket: Type.Optional(Type.String()),
  port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535 })),
  certificate: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
})
export type DesktopEndpoint = Static<typeof DesktopEndpoint>

/**
 * `POST /api/v2/desktops/:id/connect`, no body: for the owner (not for admins). `POST /api/v2/desktops/shared` `{code}`: for
 * whoever has the code. 409 WRONG_STATE before the X server answers and after its end.
 */
export const ConnectAnswer = Type.Object({
  desktop: Desktop,
  /** VncAuth's. Never in a list, an address or a log. */
  password: Type.String(),
  viewOnly: Type.Boolean(),
  endpoint: DesktopEndpoint,
})
export type ConnectAnswer = Static<typeof ConnectAnswer>

export const ConnectShared = Type.Object({ code: ShareCode }, { additionalProperties: false })
export type ConnectShared = Static<typeof ConnectShared>

/** `POST /api/v2/desktops/:id/share`, no body: a new view-only password, the one before ends. `DELETE` revokes it and cuts who watches. */
export const ShareAnswer = Type.Object({ desktop: Desktop, code: ShareCode })
export type ShareAnswer = Static<typeof ShareAnswer>

/** `POST /api/v2/desktops/:id/seen`: a viewer shows it, and had its last key or pointer event so long ago. Answer: `DesktopAnswer`. */
export const SeenDesktop = Type.Object(
  { idle_seconds: Type.Integer({ minimum: 0, maximum: 31_536_000 }) },
  { additionalProperties: false },
)
export type SeenDesktop = Static<typeof SeenDesktop>

/**
 * `GET /api/v2/desktops/:id/rfb`: a WebSocket of binary frames, the bytes of the X server's connection as they are, where the
 * agent can reach it. Bearer as for `/ws`. For a colleague the subprotocol `share.<password>` beside it: with it anybody who is
 * signed in, without it the owner alone. Refused before the upgrade with the status and body of any other answer.
 */
export const RFB_PROTOCOL = 'rfb.headway.v1'
export const SHARE_PROTOCOL_PREFIX = 'share.'
