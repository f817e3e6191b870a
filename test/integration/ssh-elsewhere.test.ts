import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { SshOptions } from '../../contract/sites.ts'
import { until } from '../helpers/core.ts'
import {
  agreeable,
  hasAgentPackage,
  knowServer,
  makeHome,
  startSshCore,
  writeSsh,
  type SshCore,
} from '../helpers/ssh-core.ts'
import { canRunSshd, startSshd, type SshdOptions, type TestSshd } from '../helpers/sshd.ts'
import { commandsWith, systemSsh } from '../helpers/system-ssh.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

interface Cluster {
  login1: TestSshd
  login2: TestSshd
  user: SshCore
  /** A site by the login node, once its agent answers. */
  connected(node: TestSshd, options?: SshOptions): Promise<string>
}
/** Two login nodes with one home, and a user whose configuration knows both by the names that they call themselves. */
async function cluster(settings: SshdOptions['settings'] = {}): Promise<Cluster> {
  const login1 = await startSshd({ hostname: 'login1', settings })
  closing.push(() => login1.close())
  const login2 = await startSshd({ hostname: 'login2', account: login1, settings })
  closing.push(() => login2.close())
  const home = makeHome()
  closing.push(() => rmSync(home, { recursive: true, force: true }))
  const config = [hostOf('login1', login1), hostOf('login2', login2)]
  const user = await startSshCore({ agent: true, home, ...systemSsh(home, config) })
  closing.push(() => user.close())
  await knowServer(user, login1)
  writeSsh(user, 'known_hosts', (await login1.knownHostsLines()) + (await login2.knownHostsLines()))
  writeSsh(user, 'config', config.join(''))
  user.answer = agreeable()
  return {
    login1,
    login2,
    user,
    async connected(node, options) {
      const site = await user.add(node, options)
      expect(await user.connect(site)).toBeUndefined()
      await answering(user, site)
      return site
    },
  }
}
const hostOf = (name: string, { port }: TestSshd): string => `Host ${name}\n  HostName 127.0.0.1\n  Port ${port}\n`
const signIns = (node: TestSshd): number => node.log().match(/Accepted publickey/g)?.length ?? 0
const answering = (user: SshCore, site: string): Promise<unknown> =>
  until('the agent', () => user.site(site)?.connection.state === 'connected', 40_000)
const lease = ({ home }: TestSshd): { host: string; pid: number } =>
  JSON.parse(readFileSync(join(home, '.local/share/headway/agent/agent.lease'), 'utf8')) as {
    host: string
    pid: number
  }
const agentOf = ({ user }: Cluster, site: string) => user.site(site)?.agent

describe.skipIf(!canRunSshd || !hasAgentPackage)('login nodes that share a home', { timeout: 120_000 }, () => {
  it('lead to the one on which the agent runs, and back to it after a cut of either', async () => {
    const nodes = await cluster()
    const { login1, login2, user } = nodes
    const first = await nodes.connected(login1)
    expect(lease(login1).host).toBe('login1')
    expect(agentOf(nodes, first)?.host).toBeUndefined()

    const second = await nodes.connected(login2)
    expect(agentOf(nodes, second)).toMatchObject({ state: 'running', mode: 'user', host: 'login1' })
    expect(await user.rpc.call('preflight', 'choices', { site: second })).toBeDefined()
    expect(await user.inTerminal(second, 'hostname')).toContain('login1\r\n')
    expect(lease(login1).host).toBe('login1')
    // The agent was put there once, and login2 asked nothing.
    expect(user.asked.map(({ ask }) => ask.kind)).toEqual(['install'])

    for (const node of [login2, login1]) {
      node.cut()
      await until('the loss', () => user.site(second)?.connection.state !== 'connected')
      await answering(user, second)
      expect(agentOf(nodes, second)).toMatchObject({ state: 'running', host: 'login1' })
      expect(await user.rpc.call('preflight', 'choices', { site: second })).toBeDefined()
    }
    expect(user.asked).toHaveLength(1)
  })

  it('the agent that was killed is started again', async () => {
    const nodes = await cluster()
    const { login1, login2, user } = nodes
    await nodes.connected(login1)
    const site = await nodes.connected(login2)
    const { pid } = lease(login1)
    process.kill(pid, 'SIGKILL')
    await until('the loss', () => user.site(site)?.connection.state !== 'connected')
    await answering(user, site)
    expect(lease(login1).pid).not.toBe(pid)
    expect(await user.rpc.call('preflight', 'choices', { site })).toBeDefined()
  })

  it('the other takes over where one is gone with its agent', async () => {
    const nodes = await cluster()
    const { login1, login2, user } = nodes
    await nodes.connected(login1)
    const site = await nodes.connected(login2)
    await login1.kill()
    process.kill(lease(login1).pid, 'SIGKILL')
    await until(
      'the agent of the other',
      () => agentOf(nodes, site)?.host === undefined && lease(login1).host === 'login2',
      40_000,
    )
    await answering(user, site)
    expect(agentOf(nodes, site)).toMatchObject({ state: 'running', mode: 'user' })
    expect(agentOf(nodes, site)?.host).toBeUndefined()
    expect(await user.rpc.call('preflight', 'choices', { site })).toBeDefined()
    expect(user.asked).toHaveLength(1)
  })

  it('says so where the one with the agent cannot be reached', async () => {
    const nodes = await cluster()
    const { login1, login2, user } = nodes
    await nodes.connected(login1)
    await login1.kill()
    for (const options of [{}, { client: 'system' }] as const) {
      const site = await user.add(login2, options)
      expect(await user.connect(site)).toMatchObject({
        code: 'INSTALL_FAILED',
        data: { reason: 'elsewhere', detail: expect.stringMatching(/127\.0\.0\.1|login1/) as unknown },
      })
      expect(user.site(site)?.connection.state).toBe('needs-you')
      await login1.restart()
      expect(await user.connect(site)).toBeUndefined()
      await answering(user, site)
      expect(agentOf(nodes, site)?.host).toBe('login1')
      await user.rpc.call('sites', 'remove', { site })
      await login1.kill()
    }
  })

  it('lead on where forwarding is forbidden, by the bridge', async () => {
    const nodes = await cluster({ AllowTcpForwarding: 'no', AllowStreamLocalForwarding: 'no' })
    const { login1, login2, user } = nodes
    await nodes.connected(login1)
    const site = await nodes.connected(login2)
    expect(agentOf(nodes, site)?.host).toBe('login1')
    expect(await user.rpc.call('preflight', 'choices', { site })).toBeDefined()
    login2.cut()
    await until('the loss', () => user.site(site)?.connection.state !== 'connected')
    await answering(user, site)
    expect(await user.rpc.call('preflight', 'choices', { site })).toBeDefined()
  })

  it('lead on by the system’s ssh, each signed in to once', async () => {
    const nodes = await cluster()
    const { login1, login2, user } = nodes
    const first = await nodes.connected(login1)
    await user.rpc.call('sites', 'disconnect', { site: first })
    const before = [signIns(login1), signIns(login2)] as const
    const site = await nodes.connected(login2, { client: 'system' })
    expect(agentOf(nodes, site)).toMatchObject({ state: 'running', host: 'login1' })
    expect(await user.rpc.call('preflight', 'choices', { site })).toBeDefined()
    expect(await user.inTerminal(site, 'hostname')).toContain('login1\r\n')
    expect([signIns(login1) - before[0], signIns(login2) - before[1]]).toEqual([1, 1])
    login2.cut()
    await until('the loss', () => user.site(site)?.connection.state !== 'connected')
    await answering(user, site)
    expect(agentOf(nodes, site)?.host).toBe('login1')
    await user.rpc.call('sites', 'disconnect', { site })
    await until('that nothing is left', () => commandsWith(join(user.home, '.ssh')).length === 0)
  })

  it('say so where the system’s ssh cannot lead on', async () => {
    const nodes = await cluster({ AllowTcpForwarding: 'no', AllowStreamLocalForwarding: 'no' })
    await nodes.connected(nodes.login1)
    const site = await nodes.user.add(nodes.login2, { client: 'system' })
    expect(await nodes.user.connect(site)).toMatchObject({ code: 'INSTALL_FAILED', data: { reason: 'elsewhere' } })
  })
})
