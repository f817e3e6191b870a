import { isIPv6 } from 'node:net'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { ConfiguredHost, SshOptions } from '../../../contract/sites.ts'
import type { BackOffLimits } from '../kit/back-off.ts'
import type { Logger, Platform } from '../platform.ts'
import { faultOfHost, parseDestination, readSshConfig } from './config/index.ts'
import { connectRoute, type SshConnection } from './connection.ts'
import { sshFailure } from './failure.ts'
import { sshTimes } from './hop.ts'
import { goOnTo } from './go-on.ts'
import type { Hop, SshTimes, Stage } from './types.ts'
import { createNodes, type SshNodes } from './nodes.ts'
import { createQuestions, type Ask, type Questions } from './questions.ts'
import { planRoute, type RouteParts } from './route.ts'
import { openSshSecrets, type SshSecrets } from './secrets.ts'
import { createSshSession, type SshSession } from './session.ts'
import { connectSystem } from './system.ts'

export { parseDestination } from './config/index.ts'
export type { SshConnection } from './connection.ts'
export { socketFailure } from './failure.ts'
export type { SshNodes } from './nodes.ts'
export type { Ask } from './questions.ts'
export type { SshSession, SshState } from './session.ts'
export type { RemoteShell, SshAccess, SshTimes, StreamTarget } from './types.ts'

/** The SSH side of the core: what all sites share. */
export interface Ssh {
  questions: Questions
  configuredHosts(): Promise<ConfiguredHost[]>
  /** `url` and `options` are asked anew at each connection. */
  open(site: SshSiteKept): Promise<OpenedSsh>
}

export interface SshSiteKept {
  id: string
  /** `ssh://[user@]host[:port]` */
  url: string
  options: SshOptions
}

export interface OpenedSsh {
  /** As errors name its head node. */
  label: string
  /** The hops as they are configured now; of the built-in client. */
  route(): Promise<readonly Hop[]>
  session: SshSession
  /** The nodes behind the head node. By the built-in client, whatever carries the session. */
  nodes: SshNodes
  ask: Ask
  secrets: SshSecrets
  /** Leads the session on to another login node of the same account; `bridge` is a command line for where it forbids forwarding. */
  goOn: (host: string, bridge: string) => Promise<void>
  /** A connection beside the session, for a test of the way; the caller closes it. */
  connect(ask: Ask | undefined, signal: AbortSignal, stage?: (stage: Stage) => void): Promise<SshConnection>
}

export interface SshParts {
  platform: Pick<Platform, 'secrets' | 'environment' | 'home'>
  /** Where Headway's own known_hosts is kept. */
  folder: string
  log: Logger
  times?: Partial<SshTimes>
  backOff: BackOffLimits
}

const defaultConnections = 4

export function createSsh(parts: SshParts): Ssh {
  const { platform, folder, log } = parts
  const home = platform.home ?? homedir()
  const environment = platform.environment ?? {}
  const times = { ...sshTimes, ...parts.times }
  const questions = createQuestions()
  const config = () => readSshConfig({ home, user: userInfo().username, environment })
  const route = async (more: Pick<RouteParts, 'url' | 'options' | 'through'>) =>
    planRoute({ ...more, config: await config(), home, environment, ownKnownHosts: join(folder, 'known_hosts'), log })

  return {
    questions,
    configuredHosts: async () => (await config()).hosts(),
    async open({ id, url, options }) {
      const secrets = await openSshSecrets(platform.secrets, secretKey(id), log)
      const ask = questions.of(id)
      const label = url.replace(/^ssh:\/\//, '')
      const system = () => {
        const { user } = parseDestination(url)
        const { identityFile } = options
        return definedOf({ user, identityFile })
      }
      const connect: OpenedSsh['connect'] = async (asker, signal, stage) => {
        if (options.client === 'system') {
          const { proxyJump } = options
          const destination = { label, ...parseDestination(url), ...system(), ...definedOf({ proxyJump }) }
          return connectSystem({ destination, environment, ask: asker, signal })
        }
        const hops = await route({ url, options })
        return connectRoute({ route: hops, secrets, ask: asker, signal, times, log, ...definedOf({ stage }) })
      }
      const session = createSshSession({
        label,
        open: (asker, signal) => connect(asker, signal),
        ask,
        connections: options.client === 'system' ? 1 : (options.connections ?? defaultConnections),
        backOff: parts.backOff,
        log,
      })
      /** The account is the same on all nodes. */
      const userOfHead = async (): Promise<string> => {
        const { host, user, port } = parseDestination(url)
        return user ?? (await config()).resolve(host, { port }).user
      }
      const nodes = createNodes({
        head: (signal) => session.connection(signal),
        ask,
        secrets,
        log,
        async open(host, { through, ask: asker, signal, secrets: secretsOf }) {
          const hops = await route({ url: nodeUrl(await userOfHead(), host), options, through: true })
          const node = hops.at(-1)?.label ?? host
          const head = options.client === 'system' ? undefined : (await route({ url, options })).at(-1)?.label
          return connectRoute({ route: hops, through, secrets: secretsOf(node, head), ask: asker, signal, times, log })
        },
      })
      return {
        label,
        route: () => route({ url, options }),
        session,
        nodes,
        ask,
        secrets,
        connect,
        goOn: (host, bridge) =>
          session.goOn(async (first, asker, signal) => {
            if (options.client === 'system') {
              const next = { ...system(), host }
              const destination = { ...next, label: next.user === undefined ? host : `${next.user}@${host}` }
              const open = (through: SshConnection) =>
                connectSystem({ destination, environment, ask: asker, signal, through })
              return goOnTo({ label, next: destination.label, through: first, bridge, open })
            }
            // The account is the same, and the way leads through the connection at hand, whatever is configured for that host.
            const user = (await route({ url, options })).at(-1)?.user ?? ''
            const hops = await route({ url: `ssh://${user}@${host}`, options: { ...options, proxyJump: 'none' } })
            const open = (through: SshConnection) =>
              connectRoute({ route: hops, through, secrets, ask: asker, signal, times, log })
            return goOnTo({ label, next: hops.at(-1)?.label ?? host, through: first, bridge, open })
          }),
      }
    },
  }
}

/** Names that come from elsewhere are not to be read as more than a name. */
function nodeUrl(user: string, host: string): string {
  const fault = faultOfHost(host)
  if (fault !== undefined) throw sshFailure(host, 'unknown-host', fault)
  return `ssh://${encodeURIComponent(user)}@${isIPv6(host) ? `[${host}]` : host}`
}

const secretKey = (id: string): string => `site.${id}.ssh`

/** Without what is undefined, as exact optional properties want it. */
function definedOf<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
}
