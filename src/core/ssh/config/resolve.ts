import { createHash } from 'node:crypto'
import { posix, win32 } from 'node:path'
import { AppError } from '../../kit/app-error.ts'
import { faultOfHost, faultOfUser, parseProxyJump, portOf, type Destination } from './destination.ts'
import { evaluate } from './evaluate.ts'
import { expandTokens, type Environment } from './expand.ts'
import { configFailure } from './failure.ts'
import type { ConfigNode } from './read.ts'
import { secondsOf, signInMethods, unsupportedOf } from './values.ts'

/** What ssh_config(5) says of one host. Paths are absolute, their tokens and variables expanded. */
export interface ResolvedHost {
  /** As it was asked for. */
  alias: string
  /** The name or address to connect to. */
  host: string
  port: number
  user: string
  /** Whether the user was given or configured, rather than being the local one. */
  userConfigured: boolean
  identityFiles: string[]
  /** Whether any was configured: `none` leaves an empty list, else an empty list means ssh's own default files. */
  identitiesConfigured: boolean
  identitiesOnly: boolean
  /** `none`, or the agent's socket; absent where SSH_AUTH_SOCK says. */
  identityAgent?: string
  /** From the first hop to the last; empty for none. Each host is an alias again: see `route`. */
  proxyJump: Destination[]
  proxyCommand?: string
  /** The name under which its host key is known, whatever the port. */
  hostKeyAlias?: string
  /** In their order; the first is where ssh writes. */
  userKnownHostsFiles: string[]
  globalKnownHostsFiles: string[]
  hashKnownHosts: boolean
  /** Methods that are wanted, in their order (RFC 4252 names); absent where nothing is configured. */
  preferredAuthentications?: string[]
  /** Seconds. */
  connectTimeout?: number
  certificateFiles: string[]
  /** Keywords set for this host that the built-in client cannot honour, as ssh_config(5) writes them. */
  unsupported: string[]
}

export interface ResolveContext {
  home: string
  /** The local user's name. */
  user: string
  uid: number
  hostname: string
  platform: NodeJS.Platform
  environment: Environment
}

/** What the user gave beside the alias; it goes before the configuration. */
export interface Given {
  user?: string | undefined
  port?: number | undefined
}

export function resolveHost(
  files: readonly ConfigNode[][],
  alias: string,
  given: Given,
  context: ResolveContext,
): ResolvedHost {
  const { home, platform, environment } = context
  const settings = evaluate(files, { alias, user: given.user, localUser: context.user })
  const { values, host } = settings
  const value = (keyword: string) => values.get(keyword)?.args[0]
  const fail = (detail: string) => configFailure(alias, detail)
  const flag = (keyword: string) => /^(yes|true)$/i.test(value(keyword) ?? '')

  const user = given.user ?? value('user') ?? context.user
  const portText = value('port')
  const port = given.port ?? (portText === undefined ? 22 : portOf(portText))
  if (port === undefined) throw fail(`the port "${portText}" is no number from 1 to 65535`)
  const fault = faultOfHost(alias) ?? faultOfHost(host) ?? faultOfUser(user)
  if (fault !== undefined) throw fail(fault)

  const paths = platform === 'win32' ? win32 : posix
  const short = context.hostname.replace(/\..*$/s, '')
  const jumpTokens = { h: host, n: alias, p: String(port), r: user }
  const jumpText = settings.proxyJump?.toLowerCase() === 'none' ? undefined : settings.proxyJump
  const hash = createHash('sha1')
    .update(`${context.hostname}${host}${port}${user}${jumpText ?? ''}`)
    .digest('hex')
  const hostKeyAlias = value('hostkeyalias')?.toLowerCase()
  const tokens = {
    ...jumpTokens,
    C: hash,
    d: home,
    i: String(context.uid),
    j: jumpText ?? '',
    k: hostKeyAlias ?? alias,
    L: short,
    l: context.hostname,
    u: context.user,
  }
  const expand = (text: string) => expandTokens(text, tokens, alias, environment)
  const pathOf = (text: string): string => {
    const tilde = /^~([^\\/]*)(.*)$/s.exec(text)
    if (tilde !== null && tilde[1] !== '' && tilde[1] !== context.user)
      throw fail(`the home of ${tilde[1]} is not known here`)
    const expanded = tilde === null ? expand(text) : paths.join(home, expand(tilde[2] ?? ''))
    // To ssh this is relative to where it was started, most often the home folder; Headway is started from anywhere.
    return paths.isAbsolute(expanded) ? expanded : paths.join(home, expanded)
  }
  const pathsOf = (texts: readonly string[]) => texts.filter((text) => text.toLowerCase() !== 'none').map(pathOf)
  const agent = identityAgentOf(value('identityagent'), pathOf, environment)
  const userFiles = values.get('userknownhostsfile')?.args ?? ['~/.ssh/known_hosts', '~/.ssh/known_hosts2']
  const system = platform === 'win32' ? paths.join(environment['ProgramData'] ?? 'C:\\ProgramData', 'ssh') : '/etc/ssh'
  const globalFiles =
    values.get('globalknownhostsfile')?.args ??
    ['ssh_known_hosts', 'ssh_known_hosts2'].map((name) => paths.join(system, name))
  const command = settings.proxyCommand
  const methods = signInMethods(values)
  const timeout = secondsOf(value('connecttimeout'))
  return {
    alias,
    host,
    port,
    user,
    userConfigured: given.user !== undefined || values.has('user'),
    identityFiles: pathsOf(settings.identityFiles),
    identitiesConfigured: settings.identityFiles.length > 0,
    identitiesOnly: flag('identitiesonly'),
    ...(agent === undefined ? {} : { identityAgent: agent }),
    proxyJump: jumpText === undefined ? [] : hopsOf(jumpText, jumpTokens, alias),
    ...(command === undefined || command.toLowerCase() === 'none' ? {} : { proxyCommand: command }),
    ...(hostKeyAlias === undefined ? {} : { hostKeyAlias }),
    userKnownHostsFiles: pathsOf(userFiles),
    globalKnownHostsFiles: pathsOf(globalFiles),
    hashKnownHosts: flag('hashknownhosts'),
    ...(methods === undefined ? {} : { preferredAuthentications: methods }),
    ...(timeout === undefined ? {} : { connectTimeout: timeout }),
    certificateFiles: pathsOf(settings.certificateFiles),
    unsupported: unsupportedOf(settings),
  }
}

function hopsOf(text: string, tokens: Readonly<Record<string, string>>, alias: string): Destination[] {
  try {
    const hops = text.split(',').map((hop) => expandTokens(hop.trim(), tokens, alias))
    return parseProxyJump(hops.join(','))
  } catch (error) {
    if (!(error instanceof AppError) || error.value.code !== 'BAD_INPUT') throw error
    throw configFailure(alias, `ProxyJump "${text}": ${error.value.data.reason}`)
  }
}

/** `$NAME` and `SSH_AUTH_SOCK` name variables; an empty one means no agent, as to ssh. */
function identityAgentOf(
  text: string | undefined,
  path: (text: string) => string,
  environment: Environment,
): string | undefined {
  if (text === undefined || text === 'SSH_AUTH_SOCK') return undefined
  if (text.toLowerCase() === 'none') return 'none'
  const variable = /^\$([A-Za-z_][A-Za-z0-9_]*)$/.exec(text)?.[1]
  return variable === undefined ? path(text) : environment[variable] || 'none'
}
