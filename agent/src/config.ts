import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { BlockList, isIP } from 'node:net'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { parse } from 'yaml'
import { type Environment, settingsPlace } from './kit/places.ts'
import { ineffective, Settings, variables } from './settings.ts'
import { misplaced, ownersName, socketFor } from './user-mode.ts'

/** The agent's settings as used: every one present, checked, paths absolute. Sizes in bytes. */
export interface Config {
  host: string
  /** 0: any free one. */
  port: number
  socket?: string
  /** The agent of one account of this machine, over its socket alone. */
  owner?: string
  wsPort?: number
  env: 'development' | 'production'
  /** Database, keys, private templates, logs. */
  data: string
  uploads: string
  /** The site's own templates, shared by all users. */
  templates: string
  /** What is shipped: `templates/`, `examples/`, `swagger-ui/`. */
  assets: string
  logLevel: string
  scheduler: {
    kind: 'auto' | 'slurm' | 'local'
    cores: number
    endJobsOnExit: boolean
    allowMultiUser: boolean
    /** Where Slurm's commands are, where that is none of the usual places. */
    slurmBin?: string
    /** Bytes of one job's log, of the embedded scheduler: a job that writes more is ended. */
    logBytes: number
  }
  /** Whether users' jobs and files are touched by the agent's own account, or as the user by a helper that sudo starts. */
  runAs: 'self' | 'sudo'
  siteMode: { helper: string; sudo: string; maxHelpers: number; idleSeconds: number }
  jwt: { secret: string; accessTtlSeconds: number; refreshTtlSeconds: number; rotate: boolean; jwksUrl?: string }
  allowedOrigins: string[]
  registration: boolean
  rateLimit: { enabled: boolean; routes: Record<string, { max: number; windowSeconds: number }> }
  trustedProxies: string[]
  admin: { user: string; password?: string }
  limits: {
    fileSize: number
    filesPerJob: number
    chunkBytes: number
    partialUploadHours: number
    wsConnections: number
    /** Failed sign-ins a minute, by name and address. */
    signInFailures: number
  }
  desktops: {
    perUser: number
    way: 'auto' | 'socket' | 'loopback' | 'network'
    /** 0: never. */
    idleEndMinutes: number
    clipboard: boolean
  }
  metrics?: { host: string; port: number }
}

/** A setting that cannot be used. `key` is the variable, or the file and the key in it. */
export class SettingError extends Error {
  readonly key: string

  constructor(key: string, reason: string) {
    super(`${key}: ${reason}`)
    this.name = 'SettingError'
    this.key = key
  }
}

/**
 * Reads `agent.yaml` (HEADWAY_CONFIG, else in the data folder) and the environment, which wins. Makes the data folder and,
 * where none is set, the secret that tokens are signed with. Throws SettingError, in user mode RuntimeFolderError as well.
 * `warnings`: settings without effect.
 */
export function loadConfig(environment: Environment = process.env): { config: Config; warnings: string[] } {
  const settings = readSettings(environment)
  const warnings = Object.entries(ineffective)
    .filter(([name]) => environment[name])
    .map(([name, reason]) => `${name} has no effect: ${reason}.`)
  const data = resolve(settings.data ?? settingsPlace(environment).data)
  return { config: complete(settings, data, environment), warnings }
}

/** The settings as they are written. Throws SettingError. */
export function readSettings(environment: Environment): Settings {
  const { file, isNamed } = settingsPlace(environment)
  return merge(readFile(file, isNamed), file, environment)
}

function readFile(path: string, required: boolean): Record<string, unknown> {
  if (!required && !existsSync(path)) return {}
  let content: unknown
  try {
    content = parse(readFileSync(path, 'utf8')) ?? {}
  } catch (error) {
    throw new SettingError(path, error instanceof Error ? error.message : String(error))
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new SettingError(path, 'must hold settings by name')
  }
  return content as Record<string, unknown>
}

/** The file with the environment laid over it, checked; an error names the place the value came from. */
function merge(content: Record<string, unknown>, file: string, environment: Environment): Settings {
  const settings = structuredClone(content)
  const source = new Map<string, string>()
  for (const [name, key] of Object.entries(variables)) {
    const text = environment[name]
    if (text === undefined || text === '') continue
    const path = key.split('.')
    source.set(`/${path.join('/')}`, name)
    put(settings, path, fromText(text, schemaAt(path)))
  }
  const [error] = Value.Errors(Settings, settings)
  if (error !== undefined) {
    const from = [...source].find(([pointer]) => `${error.instancePath}/`.startsWith(`${pointer}/`))
    const key = error.instancePath.slice(1).replaceAll('/', '.')
    throw new SettingError(
      from?.[1] ?? (key === '' ? file : `${key} (${file})`),
      error.message === 'schema is false' ? 'is no setting' : error.message,
    )
  }
  return settings
}

function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [head = '', ...rest] = path
  if (rest.length === 0) {
    target[head] = value
    return
  }
  const inner = target[head]
  const next = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : {}
  target[head] = next
  put(next, rest, value)
}

function schemaAt(path: readonly string[]): TSchema {
  let schema: TSchema & { properties?: Record<string, TSchema> } = Settings
  for (const name of path) schema = schema.properties?.[name] ?? {}
  return schema
}

/** What a variable's text means for a setting of this type; text that means nothing is left for the check to refuse. */
function fromText(text: string, schema: TSchema & { type?: string }): unknown {
  if (schema.type === 'integer' && /^-?\d{1,15}$/.test(text)) return Number(text)
  if (schema.type === 'boolean' && /^(1|true|yes|on)$/i.test(text)) return true
  if (schema.type === 'boolean' && /^(0|false|no|off)$/i.test(text)) return false
  if (schema.type === 'array') {
    return text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')
  }
  return text
}

function complete(settings: Settings, data: string, environment: Environment): Config {
  const isOwners = settings.userMode === true
  const wrong = isOwners ? misplaced(settings) : undefined
  if (wrong !== undefined) throw new SettingError(...wrong)
  const env = isOwners ? 'production' : (settings.env ?? 'development')
  const allowedOrigins = settings.allowedOrigins ?? []
  if (!isOwners && env === 'production' && (allowedOrigins.length === 0 || allowedOrigins.includes('*'))) {
    throw new SettingError('ALLOWED_ORIGINS', 'must name the origins that may call the agent in production')
  }
  const trustedProxies = settings.trustedProxies ?? []
  proxyList(trustedProxies)
  const user = settings.admin?.user ?? 'admin'
  if (!USERNAME.test(user)) throw new SettingError('HEADWAY_ADMIN_USER', 'must be letters, digits and ._@-')
  mkdirSync(data, { recursive: true, mode: 0o700 })
  const { jwt, scheduler, siteMode, limits, desktops, metrics } = settings
  const runAs = settings.runAs ?? 'self'
  if (runAs === 'sudo' && settings.registration === true) {
    throw new SettingError(
      'HEADWAY_REGISTRATION',
      'must be off in site mode: whoever registered the name of an account on the cluster would act as that account',
    )
  }
  return {
    host: settings.host ?? '127.0.0.1',
    port: settings.port ?? 5010,
    ...(isOwners
      ? { owner: ownersName(), socket: socketFor(settings, environment) }
      : settings.socket === undefined
        ? {}
        : { socket: resolve(settings.socket) }),
    ...(settings.wsPort === undefined ? {} : { wsPort: settings.wsPort }),
    env,
    data,
    uploads: resolve(settings.uploads ?? join(data, 'uploads')),
    templates: resolve(settings.templates ?? join(data, 'templates', 'shared')),
    assets: settings.assets === undefined ? shippedAssets() : resolve(settings.assets),
    logLevel: settings.logLevel ?? 'info',
    scheduler: {
      kind: scheduler?.kind ?? 'auto',
      cores: scheduler?.cores ?? availableParallelism(),
      endJobsOnExit: scheduler?.endJobsOnExit ?? false,
      allowMultiUser: scheduler?.allowMultiUser ?? false,
      logBytes: (scheduler?.logLimitMb ?? 20_480) * 1_048_576,
      ...(scheduler?.slurmBin === undefined ? {} : { slurmBin: resolve(scheduler.slurmBin) }),
    },
    runAs,
    siteMode: {
      helper: siteMode?.helper ?? '/usr/lib/headway/headway-helper',
      sudo: siteMode?.sudo ?? '/usr/bin/sudo',
      maxHelpers: siteMode?.maxHelpers ?? 64,
      idleSeconds: siteMode?.idleSeconds ?? 300,
    },
    jwt: {
      secret: jwt?.secret ?? ownSecret(data),
      accessTtlSeconds: jwt?.accessTtlSeconds ?? 900,
      refreshTtlSeconds: jwt?.refreshTtlSeconds ?? 604_800,
      rotate: jwt?.rotate ?? true,
      ...(jwt?.jwksUrl === undefined ? {} : { jwksUrl: jwt.jwksUrl }),
    },
    allowedOrigins,
    registration: settings.registration ?? (env === 'development' && runAs === 'self'),
    rateLimit: { enabled: settings.rateLimit?.enabled ?? true, routes: settings.rateLimit?.routes ?? {} },
    trustedProxies,
    admin: { user, ...(settings.admin?.password === undefined ? {} : { password: settings.admin.password }) },
    limits: {
      fileSize: limits?.fileSize ?? 50 * 1024 ** 3,
      filesPerJob: limits?.filesPerJob ?? 20,
      chunkBytes: limits?.chunkBytes ?? 64 * 1024 ** 2,
      partialUploadHours: limits?.partialUploadHours ?? 168,
      wsConnections: limits?.wsConnections ?? 1000,
      signInFailures: limits?.signInFailures ?? 10,
    },
    desktops: {
      perUser: desktops?.perUser ?? 4,
      way: desktops?.way ?? 'auto',
      idleEndMinutes: desktops?.idleEndMinutes ?? 0,
      clipboard: desktops?.clipboard ?? true,
    },
    ...(metrics === undefined ? {} : { metrics }),
  }
}

/** Letters and digits of any script first: a name is also a folder's. */
export const USERNAME = /^[\p{L}\p{N}][\p{L}\p{N}._@-]{0,63}$/u

/** Beside the bundle, or in the repository. */
function shippedAssets(): string {
  const beside = join(import.meta.dirname, 'assets')
  return existsSync(beside) ? beside : resolve(import.meta.dirname, '../../assets')
}

/** The secret made at the first start, for its owner's eyes alone. */
function ownSecret(data: string): string {
  const path = join(data, 'jwt.key')
  try {
    const fresh = randomBytes(48).toString('base64url')
    writeFileSync(path, `${fresh}\n`, { flag: 'wx', mode: 0o600, flush: true })
    return fresh
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  const secret = readFileSync(path, 'utf8').trim()
  if (secret.length < 16)
    throw new SettingError('JWT_SECRET_KEY', `the one kept in ${path} is damaged; remove that file`)
  return secret
}

/** Whether an address belongs to a trusted proxy. Throws SettingError for an entry that is no address or network. */
export function proxyList(entries: readonly string[]): (address: string | undefined) => boolean {
  const list = new BlockList()
  for (const entry of entries) {
    if (entry === 'unix') continue
    const [address = '', bits] = entry.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    const most = family === 'ipv6' ? 128 : 32
    const prefix = bits === undefined ? most : Number(bits)
    if (isIP(address) === 0 || !Number.isInteger(prefix) || bits === '' || prefix < 0 || prefix > most) {
      throw new SettingError('TRUSTED_PROXIES', `"${entry}" is no address and no network`)
    }
    list.addSubnet(address, prefix, family)
  }
  return (address) => {
    if (address === undefined || address === '') return entries.includes('unix')
    return isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
  }
}
