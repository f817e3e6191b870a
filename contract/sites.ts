import { Type, type Static } from 'typebox'
import { AppError } from './errors.ts'
import { Id, Time } from './text.ts'

export const SignedInUser = Type.Object({
  username: Type.String(),
  email: Type.String(),
  groups: Type.Array(Type.String()),
  permissions: Type.Array(Type.String()),
})
export type SignedInUser = Static<typeof SignedInUser>

/**
 * `unknown` until first contact; derived from real traffic, not from the operating system's network flag. `starting`: the
 * session of an SSH site stands, and its agent is being looked for, installed or started. `degraded`: the site can be used, but
 * answers slowly or not every time. `needs-you`: an SSH site goes no further without an answer (`SiteQuestion`), or without the
 * user starting it.
 */
export const ConnectionState = Type.Union([
  Type.Literal('unknown'),
  Type.Literal('connecting'),
  Type.Literal('starting'),
  Type.Literal('connected'),
  Type.Literal('degraded'),
  Type.Literal('reconnecting'),
  Type.Literal('needs-you'),
  Type.Literal('offline'),
  Type.Literal('signed-out'),
])
export type ConnectionState = Static<typeof ConnectionState>

/** How well a site is reached. */
export const SiteConnection = Type.Object({
  state: ConnectionState,
  since: Time,
  /** Milliseconds of the last round trip. */
  roundTripMs: Type.Optional(Type.Number()),
  /** While reconnecting: which try, and when the next one starts. */
  attempt: Type.Optional(Type.Integer()),
  nextAttemptAt: Type.Optional(Time),
  /** Why the last try failed. */
  error: Type.Optional(AppError),
  /** How far this machine's clock is ahead of the site's; negative: behind. Absent while they agree well enough. */
  clockSkewSeconds: Type.Optional(Type.Integer()),
})
export type SiteConnection = Static<typeof SiteConnection>

/** How an `ssh://` site is reached. What is absent is as `~/.ssh/config` says, else as ssh's own default. */
export const SshOptions = Type.Object(
  {
    /** `built-in`: Headway's own SSH. `system`: the workstation's `ssh` program, for certificates, FIDO keys, GSSAPI, ProxyCommand. */
    client: Type.Optional(Type.Union([Type.Literal('built-in'), Type.Literal('system')])),
    /** `bridge`: one exec channel carries all streams, for servers without forwarding; `auto` finds out. */
    streams: Type.Optional(Type.Union([Type.Literal('auto'), Type.Literal('bridge')])),
    /** Where an accepted host key is written: Headway's own file, or the user's `~/.ssh/known_hosts`. Both are read. */
    knownHosts: Type.Optional(Type.Union([Type.Literal('headway'), Type.Literal('user')])),
    /** As ssh's ProxyJump: `user@host:port`, several separated by commas, `none`. */
    proxyJump: Type.Optional(Type.String({ maxLength: 1000 })),
    /** Path of a private key on this machine. */
    identityFile: Type.Optional(Type.String({ maxLength: 4096 })),
    /** SSH connections that uploads may use together, where a further one needs no prompt. */
    connections: Type.Optional(Type.Integer({ minimum: 1, maximum: 8 })),
  },
  { additionalProperties: false },
)
export type SshOptions = Static<typeof SshOptions>

/** How an `https://` site is reached. */
export const HttpsOptions = Type.Object(
  {
    /** `system`: as the environment and the system say; `none`: straight; else the address of a proxy or a PAC file. */
    proxy: Type.Optional(Type.String({ maxLength: 2000 })),
    /** PEM file with further certificate authorities, on this machine. */
    caFile: Type.Optional(Type.String({ maxLength: 4096 })),
    /** `SHA256:…`, base64, of the server's public key (SPKI): any other is refused, whoever signed it. */
    pin: Type.Optional(Type.String({ pattern: '^SHA256:[A-Za-z0-9+/]{43}=?$' })),
  },
  { additionalProperties: false },
)
export type HttpsOptions = Static<typeof HttpsOptions>

/** The agent of an SSH site, as Headway found or put it there. Sizes in bytes. */
export const SiteAgentState = Type.Object({
  state: Type.Union([
    Type.Literal('unknown'),
    Type.Literal('looking'),
    Type.Literal('missing'),
    Type.Literal('installing'),
    Type.Literal('starting'),
    Type.Literal('running'),
    Type.Literal('failed'),
  ]),
  /** `user`: the user's own, needs no second sign-in. `site`: the administrator's, for all. */
  mode: Type.Optional(Type.Union([Type.Literal('user'), Type.Literal('site')])),
  version: Type.Optional(Type.String()),
  /** The login node it runs on, where that is another than the one signed in to. */
  host: Type.Optional(Type.String()),
  progress: Type.Optional(Type.Object({ done: Type.Number(), total: Type.Number() })),
  error: Type.Optional(AppError),
})
export type SiteAgentState = Static<typeof SiteAgentState>

export const Site = Type.Object({
  id: Id,
  name: Type.String(),
  /** `http(s)://host[:port][/path]`, or `ssh://[user@]host[:port]` where host may be an alias of `~/.ssh/config`. */
  url: Type.String(),
  ssh: Type.Optional(SshOptions),
  https: Type.Optional(HttpsOptions),
  /** The agent that the host started itself: the window calls it by its own words, in the language of the day. */
  local: Type.Optional(Type.Literal(true)),
  user: Type.Optional(SignedInUser),
  /** The name last signed in with, to fill the form. */
  lastUsername: Type.Optional(Type.String()),
  connection: SiteConnection,
  /** Of an SSH site. */
  agent: Type.Optional(SiteAgentState),
})
export type Site = Static<typeof Site>

/** A host key as ssh prints it. */
export const HostKey = Type.Object({
  /** As in known_hosts: `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa` … */
  type: Type.String(),
  /** `SHA256:…`, base64 without padding. */
  fingerprint: Type.String(),
})
export type HostKey = Static<typeof HostKey>

/**
 * What a site waits for. Asked once however many parts wait for it; gone when answered, or when its connection is.
 * `host` is the hop that asks, as `user@host` with the port where it is not 22.
 */
export const SiteQuestion = Type.Object({
  id: Id,
  site: Id,
  host: Type.String(),
  ask: Type.Union([
    /** First contact: accepted or not. */
    Type.Object({ kind: Type.Literal('host-key'), key: HostKey }),
    /** Blocked until the user deliberately replaces what is known. */
    Type.Object({
      kind: Type.Literal('host-key-changed'),
      key: HostKey,
      known: Type.Array(Type.Object({ key: HostKey, file: Type.String(), line: Type.Integer() })),
    }),
    /** `again`: the last answer was wrong. `canKeep`: the host keeps secrets over a restart. */
    Type.Object({
      kind: Type.Literal('passphrase'),
      file: Type.String(),
      again: Type.Boolean(),
      canKeep: Type.Boolean(),
    }),
    Type.Object({ kind: Type.Literal('password'), again: Type.Boolean(), canKeep: Type.Boolean() }),
    /** One round of keyboard-interactive (RFC 4256), in the server's own words. */
    Type.Object({
      kind: Type.Literal('prompts'),
      name: Type.String(),
      instruction: Type.String(),
      prompts: Type.Array(Type.Object({ text: Type.String(), echo: Type.Boolean() })),
    }),
    /** No agent is there: may Headway put one into the user's home? Size of what is copied in bytes. */
    Type.Object({ kind: Type.Literal('install'), folder: Type.String(), bytes: Type.Number(), version: Type.String() }),
  ]),
})
export type SiteQuestion = Static<typeof SiteQuestion>

/** `accept`: yes to a host key, to replacing one, to installing. `responses`: one for each prompt, secret or passphrase. */
export const SiteAnswer = Type.Union([
  Type.Object({ kind: Type.Literal('accept') }, { additionalProperties: false }),
  Type.Object({ kind: Type.Literal('refuse') }, { additionalProperties: false }),
  Type.Object(
    {
      kind: Type.Literal('responses'),
      responses: Type.Array(Type.String({ maxLength: 4096 }), { maxItems: 32 }),
      /** Let the operating system's key store keep it. */
      keep: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false },
  ),
])
export type SiteAnswer = Static<typeof SiteAnswer>

/** One step of testing a connection; what comes after a failed one is `skipped`. */
export const SiteTestStep = Type.Object({
  step: Type.Union([
    Type.Literal('dns'),
    Type.Literal('tcp'),
    Type.Literal('tls'),
    Type.Literal('host-key'),
    Type.Literal('auth'),
    Type.Literal('agent'),
    Type.Literal('permissions'),
  ]),
  state: Type.Union([
    Type.Literal('waiting'),
    Type.Literal('running'),
    Type.Literal('ok'),
    Type.Literal('failed'),
    Type.Literal('skipped'),
  ]),
  /** What was found, as it is: an address, a fingerprint, the way of signing in, a version. */
  detail: Type.Optional(Type.String()),
  ms: Type.Optional(Type.Number()),
  error: Type.Optional(AppError),
})
export type SiteTestStep = Static<typeof SiteTestStep>

/** A `Host` of `~/.ssh/config` that names one machine. */
export const ConfiguredHost = Type.Object({
  alias: Type.String(),
  hostname: Type.String(),
  user: Type.Optional(Type.String()),
  port: Type.Integer(),
  proxyJump: Type.Optional(Type.String()),
})
export type ConfiguredHost = Static<typeof ConfiguredHost>
