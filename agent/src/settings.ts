import { Type, type Static } from 'typebox'

const seconds = (maximum: number) => Type.Integer({ minimum: 1, maximum })
const Path = Type.String({ minLength: 1, maxLength: 4096 })
const Port = Type.Integer({ minimum: 0, maximum: 65_535 })
const section = <P extends Parameters<typeof Type.Object>[0]>(properties: P) =>
  Type.Partial(Type.Object(properties), { additionalProperties: false })

/** What `agent.yaml` may hold; every key is optional. Sizes in bytes. */
export const Settings = section({
  host: Type.String({ minLength: 1, maxLength: 255 }),
  /** 0: any free one. */
  port: Port,
  /** A unix socket instead of an address; only its owner may use it. */
  socket: Path,
  /** The agent of the account that starts it, and of nobody else: over a unix socket alone, without passwords. */
  userMode: Type.Boolean(),
  /** A second listener for `/ws` alone. */
  wsPort: Port,
  env: Type.Union([Type.Literal('development'), Type.Literal('production')]),
  data: Path,
  uploads: Path,
  templates: Path,
  assets: Path,
  logLevel: Type.Union(['trace', 'debug', 'info', 'warn', 'error', 'silent'].map((level) => Type.Literal(level))),
  scheduler: section({
    kind: Type.Union([Type.Literal('auto'), Type.Literal('slurm'), Type.Literal('local')]),
    /** How many cores jobs of the embedded scheduler may use together. */
    cores: Type.Integer({ minimum: 1, maximum: 4096 }),
    endJobsOnExit: Type.Boolean(),
    /** In production: the embedded scheduler for more than one user, though all their jobs run as the agent. */
    allowMultiUser: Type.Boolean(),
    /** The folder of sbatch and its like, where it is not on the PATH. */
    slurmBin: Path,
    /** MiB: the embedded scheduler ends a job whose log has grown beyond it. */
    logLimitMb: Type.Integer({ minimum: 1, maximum: 10_000_000 }),
  }),
  /** `sudo`: site mode, see docs/site-mode.md. */
  runAs: Type.Union([Type.Literal('self'), Type.Literal('sudo')]),
  siteMode: section({
    /** What sudo runs as the user; root's alone to write. Absolute, as it stands in the sudoers file. */
    helper: Type.String({ pattern: '^/', maxLength: 4096 }),
    sudo: Type.String({ pattern: '^/', maxLength: 4096 }),
    /** How many users are served at a time; each takes a process of some 60 MB. */
    maxHelpers: Type.Integer({ minimum: 1, maximum: 10_000 }),
    /** A helper with nothing to do ends after it. */
    idleSeconds: seconds(86_400),
  }),
  jwt: section({
    secret: Type.String({ minLength: 16, maxLength: 4096 }),
    accessTtlSeconds: seconds(86_400),
    refreshTtlSeconds: seconds(31_536_000),
    rotate: Type.Boolean(),
    /** Public keys of a portal that signs with RS256, PS256, ES256 or EdDSA. */
    jwksUrl: Type.String({ pattern: '^https?://', maxLength: 2000 }),
  }),
  allowedOrigins: Type.Array(Type.String({ pattern: '^(\\*|https?://[^/?#\\s]+)$' }), { maxItems: 100 }),
  registration: Type.Boolean(),
  rateLimit: section({
    enabled: Type.Boolean(),
    /** Other limits than the built-in ones, by route: `POST /api/jobs/submit: {max: 20, windowSeconds: 60}`. */
    routes: Type.Record(
      Type.String({ pattern: '^[A-Z]+ /' }),
      Type.Object(
        { max: Type.Integer({ minimum: 1 }), windowSeconds: seconds(86_400) },
        { additionalProperties: false },
      ),
    ),
  }),
  /** Addresses, networks (`10.0.0.0/8`), or `unix` for whoever connects to the socket. */
  trustedProxies: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 100 }),
  admin: section({
    user: Type.String({ minLength: 1, maxLength: 64 }),
    password: Type.String({ minLength: 1, maxLength: 1024 }),
  }),
  limits: section({
    fileSize: Type.Integer({ minimum: 1 }),
    filesPerJob: Type.Integer({ minimum: 1, maximum: 100_000 }),
    chunkBytes: Type.Integer({ minimum: 65_536, maximum: 67_108_864 }),
    partialUploadHours: Type.Integer({ minimum: 1, maximum: 8760 }),
    wsConnections: Type.Integer({ minimum: 1, maximum: 100_000 }),
    /** Failed sign-ins a minute, by name and address. */
    signInFailures: Type.Integer({ minimum: 1, maximum: 1000 }),
  }),
  desktops: section({
    /** How many of one user's may wait or run at a time. */
    perUser: Type.Integer({ minimum: 0, maximum: 1000 }),
    /**
     * Where X servers listen. `socket`: a unix socket on their node; `loopback`: a port of it that only the node itself reaches;
     * `network`: a port in the cluster's network, inside TLS. `auto`: `socket` in user mode, `network` in site mode, else
     * `socket` on the agent's own machine and `network` on others.
     */
    way: Type.Union([Type.Literal('auto'), Type.Literal('socket'), Type.Literal('loopback'), Type.Literal('network')]),
    /** Minutes after which a desktop that nobody uses is ended; 0: never. */
    idleEndMinutes: Type.Integer({ minimum: 0, maximum: 525_600 }),
    /** Whether text may pass between a desktop's clipboard and the user's. */
    clipboard: Type.Boolean(),
  }),
  metrics: Type.Object(
    { host: Type.String({ minLength: 1, maxLength: 255 }), port: Port },
    { additionalProperties: false },
  ),
})
export type Settings = Static<typeof Settings>

/** Environment variables and the keys of `agent.yaml` they stand for. */
export const variables: Readonly<Record<string, string>> = {
  HEADWAY_HOST: 'host',
  HEADWAY_PORT: 'port',
  HEADWAY_SOCKET: 'socket',
  HEADWAY_USER_MODE: 'userMode',
  HEADWAY_WS_PORT: 'wsPort',
  HEADWAY_ENV: 'env',
  HEADWAY_DATA: 'data',
  HEADWAY_UPLOADS: 'uploads',
  HEADWAY_TEMPLATES: 'templates',
  HEADWAY_ASSETS: 'assets',
  HEADWAY_LOG_LEVEL: 'logLevel',
  HEADWAY_SCHEDULER: 'scheduler.kind',
  HEADWAY_CORES: 'scheduler.cores',
  HEADWAY_END_JOBS: 'scheduler.endJobsOnExit',
  HEADWAY_LOCAL_MULTI_USER: 'scheduler.allowMultiUser',
  HEADWAY_SLURM_BIN: 'scheduler.slurmBin',
  HEADWAY_LOG_LIMIT_MB: 'scheduler.logLimitMb',
  HEADWAY_RUN_AS: 'runAs',
  HEADWAY_HELPER: 'siteMode.helper',
  HEADWAY_REGISTRATION: 'registration',
  HEADWAY_ADMIN_USER: 'admin.user',
  HEADWAY_ADMIN_PASSWORD: 'admin.password',
  HEADWAY_DESKTOPS_PER_USER: 'desktops.perUser',
  HEADWAY_DESKTOP_WAY: 'desktops.way',
  HEADWAY_DESKTOP_IDLE_MINUTES: 'desktops.idleEndMinutes',
  HEADWAY_DESKTOP_CLIPBOARD: 'desktops.clipboard',
  HEADWAY_METRICS_HOST: 'metrics.host',
  HEADWAY_METRICS_PORT: 'metrics.port',
  JWT_SECRET_KEY: 'jwt.secret',
  JWT_ACCESS_TOKEN_TTL: 'jwt.accessTtlSeconds',
  JWT_REFRESH_TOKEN_TTL: 'jwt.refreshTtlSeconds',
  JWT_REFRESH_ROTATION: 'jwt.rotate',
  JWT_JWKS_URL: 'jwt.jwksUrl',
  ALLOWED_ORIGINS: 'allowedOrigins',
  RATE_LIMIT_ENABLED: 'rateLimit.enabled',
  TRUSTED_PROXIES: 'trustedProxies',
}

/** Known in the field, without effect here: said aloud rather than believed. */
export const ineffective: Readonly<Record<string, string>> = {
  REDIS_URL: 'limits and events are kept in this process',
  REDIS_HOST: 'limits and events are kept in this process',
  REDIS_PORT: 'limits and events are kept in this process',
  REDIS_PASSWORD: 'limits and events are kept in this process',
  RATE_LIMIT_RPS: 'it belongs to the routes of virtual machines, which this agent does not have',
  RATE_LIMIT_BURST: 'it belongs to the routes of virtual machines, which this agent does not have',
}
