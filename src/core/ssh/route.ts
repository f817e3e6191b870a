import { join } from 'node:path'
import type { SshOptions } from '../../../contract/sites.ts'
import type { Logger } from '../platform.ts'
import { parseDestination, parseProxyJump, type ResolvedHost, type SshConfig } from './config/index.ts'
import type { RouteHop } from './connection.ts'
import { sshFailure } from './failure.ts'
import { agentPath, findIdentities, onlyThese } from './identities/index.ts'
import { openKnownHosts } from './known-hosts/index.ts'

export interface RouteParts {
  /** `ssh://[user@]host[:port]`; host may be an alias. */
  url: string
  options: SshOptions
  /** A connection at hand leads to the host: whatever is configured for getting there (ProxyJump, ProxyCommand) does not count. */
  through?: boolean
  config: SshConfig
  home: string
  environment: Readonly<Record<string, string | undefined>>
  ownKnownHosts: string
  log: Logger
}

/** The hops to a site's head node, as `ssh` would go them by the user's configuration and the site's own options. */
export async function planRoute(parts: RouteParts): Promise<RouteHop[]> {
  const { config, options } = parts
  const destination = parseDestination(parts.url)
  const proxyJump = parts.through === true ? 'none' : options.proxyJump
  const jump = proxyJump === undefined ? undefined : parseProxyJump(proxyJump)
  const hosts = config.route(destination.host, destination, jump)
  const hops: RouteHop[] = []
  for (const [at, host] of hosts.entries()) {
    hops.push(await hopOf(parts, host, at === hosts.length - 1 ? options.identityFile : undefined))
  }
  return hops
}

async function hopOf(parts: RouteParts, host: ResolvedHost, identityFile: string | undefined): Promise<RouteHop> {
  const { home, environment, options, log } = parts
  const label = `${host.user}@${host.host}${host.port === 22 ? '' : `:${host.port}`}`
  if (host.proxyCommand !== undefined && parts.through !== true) {
    throw sshFailure(label, 'config', 'ProxyCommand is set for this host; choose the system’s ssh program for the site')
  }
  if (host.unsupported.length > 0)
    log.info('settings of ssh_config without effect', { host: label, settings: host.unsupported })
  const own = parts.ownKnownHosts
  const [first = join(home, '.ssh', 'known_hosts')] = host.userKnownHostsFiles
  const knownHosts = openKnownHosts({
    files: [own, ...host.userKnownHostsFiles, ...host.globalKnownHostsFiles],
    readOnly: host.globalKnownHostsFiles,
    write: options.knownHosts === 'user' ? first : own,
    hash: host.hashKnownHosts,
    log,
  })
  const wanted = identityFile === undefined ? host : { ...host, identityFiles: [identityFile], identitiesOnly: true }
  const identities = await findIdentities(wanted, { home })
  const agent = agentPath({ identityAgent: host.identityAgent, authSock: environment['SSH_AUTH_SOCK'] })
  const only = wanted.identitiesOnly ? onlyThese(identities) : undefined
  const { hostKeyAlias, connectTimeout } = host
  return {
    label,
    user: host.user,
    host: host.host,
    port: host.port,
    keyName: hostKeyAlias === undefined ? { host: host.host, port: host.port } : { host: hostKeyAlias, port: 22 },
    preferred: host.preferredAuthentications,
    connectMs: connectTimeout === undefined ? undefined : connectTimeout * 1000,
    knownHosts,
    keys: { agent, only, identities },
  }
}
