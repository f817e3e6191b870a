import type { SiteConnection } from '../../../contract/sites.ts'
import {
  directTransport,
  openSiteAgent,
  tunnelTransport,
  type AgentTimes,
  type SiteAgent,
} from '../agent-client/index.ts'
import { openAgentPackage } from '../agent-install/index.ts'
import type { Logger, Platform } from '../platform.ts'
import type { OpenedSsh, Ssh, SshAccess, SshNodes } from '../ssh/index.ts'
import { isSsh } from './address.ts'
import type { KeptSite } from './kept.ts'
import { createSshSite, type SshSite } from './ssh-site.ts'

/** A site with its client, session and connection, as long as its address and options stay. */
export interface OpenSite {
  agent: SiteAgent
  /** Of an SSH site. */
  ssh?: SshSite & Pick<OpenedSsh, 'secrets' | 'nodes'>
  readonly connection: SiteConnection
  close(): void
}

/** How far SSH leads at a site: its head node, and the nodes behind it. */
export interface SiteSsh {
  access: SshAccess
  nodes: SshNodes
}

export interface OpenSiteParts {
  ssh: Ssh
  platform: Pick<Platform, 'secrets' | 'proxy' | 'paths'>
  log: Logger
  times: AgentTimes
  /** Of sites that are not reached by SSH; those are connected by their session. */
  connectAtStart: boolean
  /** The site's user, before the first request goes out in that name. */
  accepted: (id: string) => Parameters<SiteAgent['signInAsOwner']>[0]
  /** Its connection, its agent changed. */
  onChange: (id: string) => void
}

export const secretKey = (id: string): string => `site.${id}.session`

export async function openSite(kept: KeptSite, parts: OpenSiteParts): Promise<OpenSite> {
  return isSsh(kept.url) ? openSshSite(kept, parts) : openDirectSite(kept, parts)
}

async function openDirectSite({ id, name, url, https }: KeptSite, parts: OpenSiteParts): Promise<OpenSite> {
  const { platform, log, times, connectAtStart } = parts
  const { secrets, proxy: hostProxy } = platform
  const transport = directTransport(url, { ...https, hostProxy })
  const agent = await openSiteAgent({ name, transport, secrets, secretKey: secretKey(id), log, times, connectAtStart })
  agent.onConnection(() => parts.onChange(id))
  return {
    agent,
    get connection() {
      return agent.connection
    },
    close: () => agent.close(),
  }
}

async function openSshSite({ id, name, url, ssh: options = {} }: KeptSite, parts: OpenSiteParts): Promise<OpenSite> {
  const { platform, log, times } = parts
  const opened = await parts.ssh.open({ id, url, options })
  /** Made below, on top of the tunnel that the session makes. */
  const made: { agent?: SiteAgent } = {}
  const client = (): SiteAgent => {
    if (made.agent === undefined) throw new Error('the client of a site comes before its session')
    return made.agent
  }
  const site = createSshSite({
    label: () => name,
    session: opened.session,
    onlyBridge: options.streams === 'bridge',
    goOn: opened.goOn,
    ask: opened.ask,
    agentPackage: () => openAgentPackage(platform.paths.agentPackage, name),
    client,
    accepted: parts.accepted(id),
    log,
    onChange: () => parts.onChange(id),
  })
  const transport = tunnelTransport((signal) => site.toAgent(signal), times.connectMs)
  const { secrets } = platform
  const agent = await openSiteAgent({ name, transport, secrets, secretKey: secretKey(id), log, times })
  made.agent = agent
  agent.onConnection(() => parts.onChange(id))
  return {
    agent,
    ssh: Object.assign(site, { secrets: opened.secrets, nodes: opened.nodes }),
    get connection() {
      return site.connection
    },
    close() {
      client().close()
      opened.nodes.close()
      site.close()
    },
  }
}
