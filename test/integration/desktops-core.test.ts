import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createWebSocketStream, WebSocketServer } from 'ws'
import { RFB_PROTOCOL, type DesktopEndpoint } from '../../contract/agent/desktops.ts'
import { failureOf, startCore, type TestCore } from '../helpers/core.ts'
import { canRunDesktops, startDesktopSession, type DesktopSession } from '../helpers/desktop-session.ts'
import { endpointOf, startDesktopSite, type DesktopSite } from '../helpers/desktop-site.ts'
import { hasAgentPackage, knowServer } from '../helpers/ssh-core.ts'
import { canRunSshd } from '../helpers/sshd.ts'
import { connectVnc } from '../helpers/vnc-client.ts'
import type { SmallAgent } from '../unit/core/helpers/small-agent.ts'

const noStreams = { AllowStreamLocalForwarding: 'no' }
const streams = { AllowStreamLocalForwarding: 'yes' }
const colours = { socket: '#336699', network: '#993366' }

/** Carries what a desktop's viewers say to its real server, as an agent does. */
function relayTo(agent: SmallAgent, session: DesktopSession): { paths: string[] } {
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => RFB_PROTOCOL })
  const paths: string[] = []
  const carry = async (viewer: Duplex): Promise<void> => {
    const server = await session.stream()
    for (const stream of [viewer, server]) stream.on('error', () => undefined)
    viewer.once('close', () => server.destroy())
    viewer.pipe(server).pipe(viewer)
  }
  agent.onUpgrade = (request, socket, head) => {
    paths.push(request.url ?? '')
    sockets.handleUpgrade(request, socket, head, (opened) => void carry(createWebSocketStream(opened)))
  }
  return { paths }
}

const waysOf = ({ lines }: TestCore): string[] =>
  lines.flatMap((line) => /a way to a desktop is open.*"way":"(\w+)"/.exec(line)?.[1] ?? [])

describe.skipIf(!canRunSshd || !canRunDesktops || !hasAgentPackage)(
  'the bytes of a desktop',
  { timeout: 60_000 },
  () => {
    const atEnd: (() => unknown)[] = []
    const closing: (() => unknown)[] = []
    let site: DesktopSite
    let local: DesktopSession
    let network: DesktopSession
    let onNetwork: DesktopEndpoint
    beforeAll(async () => {
      site = await startDesktopSite(atEnd)
      const start = async (way: keyof typeof colours): Promise<DesktopSession> => {
        const script = `xsetroot -solid "${colours[way]}"; exec sleep 600`
        const session = await startDesktopSession({ account: site.head, way, script })
        atEnd.push(() => session.close())
        await session.session()
        return session
      }
      ;[local, network] = await Promise.all([start('socket'), start('network')])
      onNetwork = await endpointOf(network, '127.0.0.1', false)
    })
    afterAll(async () => {
      for (const close of atEnd.splice(0).toReversed()) await close()
    })
    afterEach(async () => {
      site.agent.onUpgrade = (_request, socket) => socket.destroy()
      for (const close of closing.splice(0).toReversed()) await close()
    })
    async function placeAt(session: DesktopSession, endpoint?: DesktopEndpoint): Promise<void> {
      site.desktop.endpoint = endpoint ?? (await endpointOf(session, 'login1', true))
      site.desktop.password = session.password()
    }
    async function newUser() {
      const user = await site.newUser(closing)
      await knowServer(user, site.head)
      return user
    }

    it('come through the head node from a socket there, beside each other', async () => {
      await placeAt(local)
      const user = await newUser()
      const id = await user.join()
      const viewers = await Promise.all([user.view(id), user.view(id)])
      for (const viewer of viewers) await viewer.until('the colour', () => viewer.pixel(5, 5) === colours.socket)
      expect(waysOf(user)).toEqual(['head', 'head'])
      for (const viewer of viewers) viewer.close()
      const { ticket } = await user.rpc.call('desktops', 'open', { site: id, id: '7' })
      const wrong = connectVnc({ stream: await user.core.takeViewer(ticket), password: 'wrong1' })
      await expect(wrong).rejects.toThrow(/Authentication fail/i)
    })

    it('come by the agent where the head node opens no sockets', async () => {
      await placeAt(local)
      await site.head.restart(noStreams)
      closing.push(() => site.head.restart(streams))
      const { paths } = relayTo(site.agent, local)
      const user = await newUser()
      const id = await user.join()
      const viewer = await user.view(id)
      await viewer.until('the colour', () => viewer.pixel(5, 5) === colours.socket)
      expect(waysOf(user)).toEqual(['relay'])
      expect(paths).toEqual(['/api/v2/desktops/7/rfb'])
      viewer.close()
      // Without it, what is said is why the best way is closed.
      site.agent.onUpgrade = (_request, socket) => void socket.end('HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n')
      expect(await failureOf(user.rpc.call('desktops', 'open', { site: id, id: '7' }))).toMatchObject({
        code: 'DESKTOP_UNREACHABLE',
        data: { host: 'login1', reason: 'unreachable', detail: expect.stringContaining('open failed') as unknown },
      })
    })

    it('are secured in the cluster’s network, and end at another session', async () => {
      await placeAt(network, onNetwork)
      const user = await newUser()
      const id = await user.join()
      // The viewer speaks of no TLS.
      const viewer = await user.view(id)
      await viewer.until('the colour', () => viewer.pixel(5, 5) === colours.network)
      expect(await viewer.setDesktopSize(640, 480)).toBe(0)
      await viewer.until('the size', () => viewer.width === 640 && viewer.height === 480)
      expect(waysOf(user)).toEqual(['head'])
      viewer.close()
      site.desktop.endpoint = { ...onNetwork, certificate: 'a'.repeat(64) }
      expect(await failureOf(user.rpc.call('desktops', 'open', { site: id, id: '7' }))).toMatchObject({
        code: 'DESKTOP_UNREACHABLE',
        data: { host: '127.0.0.1', reason: 'not-the-session' },
      })
    })

    it.each(['socket', 'network'] as const)('come by the agent of an HTTPS site: %s', async (way) => {
      const session = way === 'socket' ? local : network
      await placeAt(session, way === 'socket' ? undefined : onNetwork)
      relayTo(site.agent, session)
      const core = await startCore()
      closing.push(() => core.close())
      const { id } = await core.signIn(site.agent.url)
      const { ticket, password } = await core.rpc.call('desktops', 'open', { site: id, id: '7' })
      const stream = await core.core.takeViewer(ticket)
      const viewer = await connectVnc({ stream, password })
      await viewer.until('the colour', () => viewer.pixel(5, 5) === colours[way])
      await core.rpc.call('sites', 'signOut', { site: id })
      await viewer.closed
      if (!stream.destroyed) await once(stream, 'close')
    })

    it('are given up when the session has ended', async () => {
      await placeAt(local)
      const user = await newUser()
      const id = await user.join()
      const ended = await startDesktopSession({ account: site.head })
      await placeAt(ended)
      const viewer = await user.view(id)
      await ended.close()
      await viewer.closed
      site.agent.onUpgrade = (_request, socket) => void socket.end('HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n')
      expect(await failureOf(user.rpc.call('desktops', 'open', { site: id, id: '7' }))).toMatchObject({
        code: 'DESKTOP_UNREACHABLE',
        data: { reason: 'unreachable' },
      })
    })
  },
)
