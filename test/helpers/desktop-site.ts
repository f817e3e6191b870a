import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConnectAnswer, DesktopEndpoint } from '../../contract/agent/desktops.ts'
import type { Desktop } from '../../contract/desktops.ts'
import type { SshOptions } from '../../contract/sites.ts'
import { sendJson, startSmallAgent, type SmallAgent } from '../unit/core/helpers/small-agent.ts'
import { installAgentCommand } from './agent-command.ts'
import { until } from './core.ts'
import type { DesktopSession } from './desktop-session.ts'
import { agreeable, startSshCore, type SshCore } from './ssh-core.ts'
import { startSshd, type SshdOptions, type TestSshd } from './sshd.ts'
import { connectVnc, type VncClient } from './vnc-client.ts'

/** A desktop as an agent shows it. */
export const shownDesktop = (id: string, more: Partial<Desktop> = {}): Desktop => ({
  id,
  name: `Desktop ${id}`,
  user: 'jin',
  templateId: 'xterm',
  templateName: { en: 'Terminal' },
  state: 'ready',
  geometry: { width: 800, height: 600 },
  resources: { nodes: 1, tasks: 1, timeMinutes: 60 },
  node: 'viz1',
  timeMinutes: 60,
  submittedAt: '2026-11-20T00:00:00.000Z',
  viewers: 0,
  clipboard: true,
  ...more,
})

/** A head node by SSH whose agent knows one desktop, `7`, which is wherever the test says. */
export interface DesktopSite {
  head: TestSshd
  agent: SmallAgent
  /** Where the agent says that the desktop is, and with which password. */
  desktop: { endpoint: DesktopEndpoint; password: string }
  /** A user who agrees to everything. */
  newUser(closing: (() => unknown)[], core?: Parameters<typeof startSshCore>[0]): Promise<DesktopUser>
}

export interface DesktopUser extends SshCore {
  /** Adds the site, connects and signs in. */
  join(ssh?: SshOptions): Promise<string>
  /** Opens the desktop as a window does, and enters it. */
  view(site: string): Promise<VncClient>
}

/** `closing` gets what ends it, in turn. The way of a desktop's bytes is real; the agent only says where it leads. */
export async function startDesktopSite(closing: (() => unknown)[], settings: SshdOptions = {}): Promise<DesktopSite> {
  const agent = await startSmallAgent()
  closing.push(() => agent.close())
  const desktop: DesktopSite['desktop'] = { endpoint: { host: 'viz1', here: true }, password: '' }
  agent.routes.set('GET /api/v2/desktops', (_request, response) =>
    sendJson(response, { desktops: [shownDesktop('7')] }),
  )
  agent.routes.set('POST /api/v2/desktops/7/connect', (_request, response) =>
    sendJson(response, { desktop: shownDesktop('7'), viewOnly: false, ...desktop } satisfies ConnectAnswer),
  )
  const etc = mkdtempSync(join(tmpdir(), 'headway-etc-'))
  closing.push(() => rmSync(etc, { recursive: true, force: true }))
  chmodSync(etc, 0o755)
  const pointer = { url: agent.url, command: installAgentCommand(etc) }
  writeFileSync(join(etc, 'agent.json'), JSON.stringify(pointer), { mode: 0o644 })
  const head = await startSshd({ hostname: 'login1', ...settings, etc })
  closing.push(() => head.close())
  return {
    head,
    agent,
    desktop,
    async newUser(ofUser, core) {
      const user = await startSshCore({ ...core, agent: true })
      ofUser.push(() => user.close())
      user.answer = agreeable()
      return Object.assign(user, {
        async join(ssh?: SshOptions) {
          const site = await user.add(head, ssh)
          const failure = await user.connect(site)
          if (failure !== undefined) throw new Error(failure.message)
          await user.rpc.call('sites', 'signIn', { site, username: 'jin', password: 'pw' })
          await until('the agent', () => user.site(site)?.connection.state === 'connected', 20_000)
          return site
        },
        async view(site: string) {
          const { ticket, password } = await user.rpc.call('desktops', 'open', { site, id: '7' })
          return connectVnc({ stream: await user.core.takeViewer(ticket), password })
        },
      })
    },
  }
}

/** A session's place as the agent of a machine called so tells it. */
export async function endpointOf(session: DesktopSession, host: string, here: boolean): Promise<DesktopEndpoint> {
  const { socket, port, certificate } = await session.session()
  return {
    host,
    here,
    ...(socket === undefined ? {} : { socket }),
    ...(port === undefined ? {} : { port }),
    ...(certificate === undefined ? {} : { certificate }),
  }
}
