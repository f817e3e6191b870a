import { Type, type Static } from 'typebox'

/**
 * `headway-agent up`: starts the user's own agent where none runs, waits until it answers, and prints one of these as one
 * line of JSON. Exit code 0 for `ready`, 3 for `elsewhere`, 1 for `failed`. Several at once start one agent.
 */
export const AgentUp = Type.Union([
  Type.Object({
    event: Type.Literal('ready'),
    /** Absolute path of the unix socket, 0600 in a folder 0700. */
    socket: Type.String(),
    version: Type.String(),
    protocol: Type.Integer(),
    pid: Type.Integer(),
    /** This call started it, or replaced an older one. */
    started: Type.Boolean(),
  }),
  /** Another login node's agent holds the lease of this home. */
  Type.Object({ event: Type.Literal('elsewhere'), host: Type.String(), since: Type.String() }),
  Type.Object({
    event: Type.Literal('failed'),
    reason: Type.Union([
      Type.Literal('no-space'),
      Type.Literal('read-only'),
      Type.Literal('runtime-folder'),
      Type.Literal('timed-out'),
      Type.Literal('settings'),
      Type.Literal('other'),
    ]),
    /** English, for the log and the details of the error. */
    message: Type.String(),
  }),
])
export type AgentUp = Static<typeof AgentUp>

/** `/etc/headway/agent.json`, written by the administrator's installation: the agent of the whole site. */
export const SiteAgentFile = Type.Object({
  /** `http://127.0.0.1:PORT` as seen on this head node; users sign in to it. */
  url: Type.String({ pattern: '^http://(127\\.0\\.0\\.1|\\[::1\\]|localhost):\\d+$' }),
  /** Absolute path of the `headway-agent` command that users may run `bridge` of. */
  command: Type.Optional(Type.String({ pattern: '^/' })),
})
export type SiteAgentFile = Static<typeof SiteAgentFile>

/**
 * `POST /api/auth/owner`, on the unix socket of a user's own agent alone: whoever may open that socket (0600, in a folder 0700)
 * is its owner. Answers as `POST /api/auth/login` does. Elsewhere 404.
 */
export const OWNER_SIGN_IN = '/api/auth/owner'

/**
 * `headway-agent bridge` speaks HTTP/2 (RFC 9113) with prior knowledge over its standard input and output, as the server.
 * Each stream is a `CONNECT` (section 8.5) whose `:authority` is `host:port` as the head node resolves it, or whose
 * `headway-socket` header is the absolute path of a unix socket. Answers 200 and carries bytes both ways; 502 where the connection
 * cannot be made (`headway-error`: the system's code), 400 where the request is not understood.
 */
export const BRIDGE_SOCKET_HEADER = 'headway-socket'
export const BRIDGE_ERROR_HEADER = 'headway-error'
/** First line of the bridge's standard output, before HTTP/2 begins: what a noisy shell printed before it is skipped. */
export const BRIDGE_GREETING = 'headway-bridge-1 ready\n'
