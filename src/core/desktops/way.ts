import type { Duplex } from 'node:stream'
import { RFB_PROTOCOL, SHARE_PROTOCOL_PREFIX, type DesktopEndpoint } from '../../../contract/agent/desktops.ts'
import type { AgentClient } from '../agent-client/index.ts'
import type { SiteSsh } from '../sites/index.ts'
import type { StreamTarget } from '../ssh/index.ts'
import { desktopPath } from './routes.ts'

/** A way for the bytes of a desktop: through the head node, by a further sign-in on its node, or carried by the agent. */
export type Way =
  { kind: 'head'; target: StreamTarget } | { kind: 'node'; host: string; target: StreamTarget } | { kind: 'relay' }

/**
 * The ways that may lead to an X server, the best one first; none where only SSH would. A unix socket is its owner's alone, and
 * whoever watches another's desktop is to be cut when that is revoked: so `shared` ones are the agent's to carry.
 */
export function waysTo(endpoint: DesktopEndpoint, site: { ssh: boolean; shared: boolean }): Way[] {
  const { host, here, socket, port, certificate } = endpoint
  const inNetwork = certificate !== undefined && port !== undefined
  const relay: Way[] = here || inNetwork ? [{ kind: 'relay' }] : []
  const straight = site.ssh ? overSsh() : []
  return site.shared ? [...relay, ...straight] : [...straight, ...relay]

  function overSsh(): Way[] {
    if (inNetwork) return [{ kind: 'head', target: { host, port } }]
    const local = targetOn(socket, port)
    if (local === undefined || (site.shared && 'socketPath' in local)) return []
    return here ? [{ kind: 'head', target: local }] : [{ kind: 'node', host, target: local }]
  }
}

const targetOn = (socket: string | undefined, port: number | undefined): StreamTarget | undefined => {
  if (socket !== undefined) return { socketPath: socket }
  return port === undefined ? undefined : { host: '127.0.0.1', port }
}

export interface WayParts {
  id: string
  client: AgentClient
  /** Absent where SSH does not lead to the site. */
  ssh: SiteSsh | undefined
  /** Of a colleague who watches. */
  sharePassword: string | undefined
}

/** Opens one; `within` bounds the waiting for the site. Rejects with AppErrors of the site's, or either signal's reason. */
export function openWay(
  way: Way,
  { id, client, ssh, sharePassword }: WayParts,
  { signal, within }: { signal: AbortSignal; within: AbortSignal },
): Promise<Duplex> {
  const either = AbortSignal.any([signal, within])
  if (way.kind === 'relay') {
    const share = sharePassword === undefined ? [] : [`${SHARE_PROTOCOL_PREFIX}${sharePassword}`]
    return client.upgrade(`${desktopPath(id)}/rfb`, { protocols: [RFB_PROTOCOL, ...share], signal: either })
  }
  if (ssh === undefined) throw new Error('a way by SSH needs a site that is reached by it')
  return way.kind === 'head'
    ? ssh.access.stream(way.target, either)
    : ssh.nodes.stream(way.host, way.target, { signal, within })
}
