import { hostname as localHostname } from 'node:os'
import { posix, win32 } from 'node:path'
import type { ConfiguredHost } from '../../../../contract/sites.ts'
import type { Destination } from './destination.ts'
import type { Environment } from './expand.ts'
import { configFailure } from './failure.ts'
import { configuredHosts } from './hosts.ts'
import { readConfigFile, type ConfigNode } from './read.ts'
import { resolveHost, type Given, type ResolvedHost } from './resolve.ts'
import type { ConfigProblem } from './text.ts'

export { destinationText, faultOfHost, parseDestination, parseProxyJump, type Destination } from './destination.ts'
export type { Given, ResolvedHost } from './resolve.ts'
export type { ConfigProblem } from './text.ts'

export interface SshConfigOptions {
  /** The local user's home folder and name. */
  home: string
  user: string
  /** For `${NAME}` in paths and `IdentityAgent $NAME`. */
  environment?: Environment
  /** The user's configurations; absent: `~/.ssh/config`, and then the system's own. */
  files?: readonly string[]
  /** Name of this machine, for `%l` and `%L`. */
  hostname?: string
  platform?: NodeJS.Platform
  uid?: number
}

/** The files as they were when they were read; reading is cheap, so read them anew for each connection. */
export interface SshConfig {
  /** Throws SSH_FAILED `config` where what is set for this host cannot be used, as ssh would stop. */
  resolve(alias: string, given?: Given): ResolvedHost
  /**
   * The host with every hop before it, first hop first. Hops that the first one needs itself are included, as ssh does.
   * `jump`: instead of what is configured for the host. Throws SSH_FAILED `config` where hops lead in a circle.
   */
  route(alias: string, given?: Given, jump?: readonly Destination[]): ResolvedHost[]
  /** Hosts of the user's files that name one machine, in their order. */
  hosts(): ConfiguredHost[]
  /** Lines that ssh would refuse and that are skipped here. */
  problems: ConfigProblem[]
}

/**
 * Reads the configuration of ssh, ssh_config(5) as of OpenSSH 10: first value wins, Include, Match (without running `exec`),
 * tokens. A missing file is empty. Rejects with SSH_FAILED `config` for one that cannot be read or that others could write.
 */
export async function readSshConfig(options: SshConfigOptions): Promise<SshConfig> {
  const platform = options.platform ?? process.platform
  const environment = options.environment ?? {}
  const context = {
    home: options.home,
    user: options.user,
    uid: options.uid ?? process.getuid?.() ?? -1,
    hostname: options.hostname ?? localHostname(),
    platform,
    environment,
  }
  const paths = platform === 'win32' ? win32 : posix
  const own = options.files ?? [paths.join(options.home, '.ssh', 'config')]
  const system = platform === 'win32' ? paths.join(environment['ProgramData'] ?? 'C:\\ProgramData', 'ssh') : '/etc/ssh'
  const problems: ConfigProblem[] = []
  const files: ConfigNode[][] = []
  for (const file of own) files.push(await readConfigFile(file, true, context, problems))
  if (options.files === undefined)
    files.push(await readConfigFile(paths.join(system, 'ssh_config'), false, context, problems))

  function routeTo(
    alias: string,
    given: Given,
    jump: readonly Destination[] | undefined,
    above: readonly string[],
  ): ResolvedHost[] {
    const target = resolveHost(files, alias, given, context)
    const name = `${target.user}@${target.host}:${target.port}`
    if (above.includes(name) || above.length > 16) throw configFailure(alias, `ProxyJump leads back to ${name}`)
    const [first, ...rest] = jump ?? target.proxyJump
    if (first === undefined) return [target]
    const before = routeTo(first.host, first, undefined, [...above, name])
    // What a later hop would jump over itself does not matter: the one before it is its way.
    const between = rest.map((hop) => resolveHost(files, hop.host, hop, context))
    return [...before, ...between, target]
  }

  return {
    problems,
    resolve: (alias, given = {}) => resolveHost(files, alias, given, context),
    route: (alias, given = {}, jump) => routeTo(alias, given, jump, []),
    hosts: () => configuredHosts(files, context),
  }
}
