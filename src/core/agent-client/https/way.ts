import type { Agent as HttpAgent, ClientRequestArgs } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { Duplex } from 'node:stream'
import type { SecureContext } from 'node:tls'
import type { HttpsOptions } from '../../../../contract/sites.ts'
import { AppError } from '../../kit/app-error.ts'
import { trustedAuthorities } from './authorities.ts'
import { checkIdentity } from './identity.ts'
import { waysTo, type HostProxy, type Way } from './proxies.ts'
import { openTunnel, type Target } from './tunnel.ts'

/** How a site is reached, and what the host supplies for it. */
export interface WayOptions extends HttpsOptions {
  /** `Platform.proxy`; without it `system` means straight. */
  hostProxy?: HostProxy | undefined
  /** Until a proxy has made its tunnel, in milliseconds: no request's own limits run before there is a socket. */
  tunnelMs?: number | undefined
}

const usualTunnelMs = 10_000

/**
 * Makes an agent's connections by these options: through the proxy where there is one, and, for https, checked against the
 * system's authorities, `caFile` and the pin. Returns what ends tunnels under way.
 */
export function leadBy(agent: HttpAgent, url: URL, options: WayOptions): () => void {
  const ended = new AbortController()
  const straight = agent.createConnection.bind(agent)
  let context: Promise<SecureContext> | undefined

  /** A file that could not be read is read again by the next connection. */
  async function authorities(): Promise<SecureContext> {
    context ??= trustedAuthorities(url.host, options.caFile)
    try {
      return await context
    } catch (error) {
      context = undefined
      throw error
    }
  }
  async function connect(request: Target): Promise<Duplex> {
    const secure = agent instanceof HttpsAgent
    const secureContext = secure ? await authorities() : undefined
    const checked = secure ? { secureContext, checkServerIdentity: checkIdentity(url.host, options.pin) } : {}
    const ways = await waysTo(url, options.proxy, options.hostProxy)
    const timeoutMs = options.tunnelMs ?? usualTunnelMs
    const tunnel = await firstOf(ways, request, { signal: ended.signal, timeoutMs, context: secureContext })
    if (!secure && tunnel !== undefined) return tunnel
    const socket = straight({ ...request, ...checked, ...(tunnel === undefined ? {} : { socket: tunnel }) })
    if (socket instanceof Duplex) return socket
    throw new Error('no connection was made')
  }
  async function connectFor(request: ClientRequestArgs, done: Done): Promise<void> {
    let socket: Duplex
    try {
      socket = await connect({ ...request, host: request.host ?? url.hostname, port: Number(request.port) })
    } catch (error) {
      return done(error instanceof Error ? error : new Error('no connection was made'))
    }
    done(null, socket)
  }
  // Node takes undefined for "later, by the callback".
  agent.createConnection = (request, callback) => void connectFor(request, (callback ?? ignore) as Done)
  return () => ended.abort()
}

type Done = (error: Error | null, socket?: Duplex) => void
const ignore: Done = () => undefined

/** Goes the first way whose proxy answers; undefined is the straight one. */
async function firstOf(
  ways: readonly Way[],
  target: Target,
  options: Parameters<typeof openTunnel>[2],
): Promise<Duplex | undefined> {
  let first: unknown
  for (const way of ways) {
    if (way === 'straight') return undefined
    try {
      return await openTunnel(way, target, options)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      first ??= error
    }
  }
  throw first
}
