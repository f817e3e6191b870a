import { rmSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { DesktopEndpoint } from '../../contract/agent/desktops.ts'
import type { SshOptions } from '../../contract/sites.ts'
import { failureOf, until } from '../helpers/core.ts'
import { canRunDesktops, startDesktopSession } from '../helpers/desktop-session.ts'
import { endpointOf, startDesktopSite, type DesktopSite, type DesktopUser } from '../helpers/desktop-site.ts'
import { agreeable, hasAgentPackage, knowServer, makeHome, writeSsh, type SshCore } from '../helpers/ssh-core.ts'
import { canRunSshd, startSshd, type SshdOptions, type TestSshd } from '../helpers/sshd.ts'
import { systemSsh } from '../helpers/system-ssh.ts'

const usual = {
  AllowUsers: '*',
  AllowStreamLocalForwarding: 'yes',
  AllowTcpForwarding: 'yes',
  PubkeyAuthentication: 'yes',
  KbdInteractiveAuthentication: 'yes',
}
const colour = '#336699'
const refused = { code: 'DESKTOP_UNREACHABLE', data: { host: 'viz1', reason: 'unreachable' } }

const open = ({ rpc }: SshCore, site: string) => rpc.call('desktops', 'open', { site, id: '7' })
const label = (of: TestSshd): string => `${of.user}@127.0.0.1:${of.port}`

describe.skipIf(!canRunSshd || !canRunDesktops || !hasAgentPackage)(
  'a desktop on a node that only SSH leads to',
  { timeout: 60_000 },
  () => {
    const atEnd: (() => unknown)[] = []
    let site: DesktopSite
    let head: TestSshd
    let node: TestSshd
    let endpoint: DesktopEndpoint
    beforeAll(async () => {
      site = await startDesktopSite(atEnd)
      head = site.head
      node = await startSshd({ hostname: 'viz1', account: head })
      atEnd.push(() => node.close())
      const session = await startDesktopSession({
        account: head,
        script: `xsetroot -solid "${colour}"; exec sleep 600`,
      })
      atEnd.push(() => session.close())
      endpoint = await endpointOf(session, 'viz1', false)
      site.desktop.password = session.password()
    })
    afterAll(async () => {
      for (const close of atEnd.splice(0).toReversed()) await close()
    })

    const closing: (() => unknown)[] = []
    afterEach(async () => {
      for (const close of closing.splice(0).toReversed()) await close()
    })
    /** What the node has logged of this test. */
    let log: () => string
    const signIns = (): number => log().match(/Accepted (publickey|password)/g)?.length ?? 0

    /** A user whose ssh_config knows the node's port, at a head node and a node with these settings. */
    async function start(
      settings: { head?: SshdOptions['settings']; node?: SshdOptions['settings'] } = {},
      core?: Parameters<DesktopSite['newUser']>[1],
    ): Promise<DesktopUser> {
      if (settings.head !== undefined) {
        await head.restart({ ...usual, ...settings.head })
        closing.push(() => head.restart(usual))
      }
      if (settings.node !== undefined) {
        await node.restart({ ...usual, ...settings.node })
        closing.push(() => node.restart(usual))
      }
      const before = node.log().length
      log = () => node.log().slice(before)
      site.desktop.endpoint = endpoint
      const user = await site.newUser(closing, core)
      writeSsh(user, 'config', `Host viz*\n  HostName 127.0.0.1\n  Port ${node.port}\n  ProxyCommand false\n`)
      return user
    }
    it('is shown through the head node, one sign-in for all who look, until the session ends', async () => {
      const user = await start()
      await knowServer(user, head, node)
      const id = await user.join()
      const viewers = await Promise.all([user.view(id), user.view(id), user.view(id)])
      for (const viewer of viewers) await viewer.until('the colour', () => viewer.pixel(10, 10) === colour)
      expect(user.asked).toEqual([])
      expect(signIns()).toBe(1)
      for (const viewer of viewers) viewer.close()
      const again = await user.view(id)
      expect(signIns()).toBe(1)
      await user.rpc.call('sites', 'disconnect', { site: id })
      await again.closed
      await until('the end of the connection', () => /Disconnected from|Connection closed by/.test(log()))
      expect((await failureOf(open(user, id))).code).toMatch(/OFFLINE|SIGNED_OUT/)
    })

    it('asks for the node’s host key as for any, and for no password that is known', async () => {
      const passwords = {
        PubkeyAuthentication: 'no',
        KbdInteractiveAuthentication: 'no',
        PasswordAuthentication: 'yes',
      }
      const user = await start({ head: passwords, node: passwords })
      user.answer = agreeable({ password: head.password })
      const id = await user.join()
      const viewers = await Promise.all([user.view(id), user.view(id)])
      for (const viewer of viewers) viewer.close()
      expect(user.asked.map(({ host, ask }) => [host, ask.kind])).toEqual([
        [label(head), 'host-key'],
        [label(head), 'password'],
        [label(node), 'host-key'],
      ])
      expect(signIns()).toBe(1)
      expect(log()).not.toMatch(/Failed password/)
    })

    it('says so where the node lets nobody in, and asks once, not again and again', async () => {
      const nobody = { AllowUsers: 'nobody', PasswordAuthentication: 'yes', KbdInteractiveAuthentication: 'no' }
      const user = await start({ node: nobody })
      await knowServer(user, head, node)
      user.answer = ({ ask }) => (ask.kind === 'password' ? { kind: 'refuse' } : undefined)
      const id = await user.join()
      expect(await failureOf(open(user, id))).toMatchObject(refused)
      expect(user.asked.map(({ ask }) => ask.kind)).toEqual(['password'])
      const again = await Promise.all([1, 2, 3].map(() => failureOf(open(user, id))))
      for (const failure of again) expect(failure).toMatchObject(refused)
      expect(user.asked).toHaveLength(1)
    })

    it.each<[string, SshOptions, SshdOptions['settings']]>([
      ['the bridge', {}, { AllowTcpForwarding: 'no', AllowStreamLocalForwarding: 'no' }],
      ['the system’s ssh', { client: 'system' }, {}],
    ])('is shown where %s carries the session', async (_name, ssh, settings) => {
      const home = makeHome()
      closing.push(() => rmSync(home, { recursive: true, force: true }))
      const user = await start({ head: settings ?? {} }, { home, ...systemSsh(home) })
      await knowServer(user, head, node)
      const id = await user.join(ssh)
      const viewer = await user.view(id)
      await viewer.until('the colour', () => viewer.pixel(10, 10) === colour)
      expect(user.asked).toEqual([])
      expect(signIns()).toBe(1)
      viewer.close()
    })

    it('withdraws its question when nobody waits for the answer any more', async () => {
      const user = await start()
      await knowServer(user, head)
      user.answer = () => undefined
      const id = await user.join()
      const wanted = new AbortController()
      const opening = user.rpc.call('desktops', 'open', { site: id, id: '7' }, { signal: wanted.signal })
      const question = await until('the question', () => [...user.open.values()][0])
      expect(question.ask.kind).toBe('host-key')
      wanted.abort()
      await expect(opening).rejects.toThrow()
      await until('no question', () => user.open.size === 0)
      user.answer = agreeable()
      const viewer = await user.view(id)
      viewer.close()
    })

    it('says so where the node forbids the stream, is not there, or is no name', async () => {
      const user = await start({ node: { AllowStreamLocalForwarding: 'no' } })
      await knowServer(user, head, node)
      const id = await user.join()
      const failure = await failureOf(open(user, id))
      expect(failure).toMatchObject(refused)
      expect(failure.message).toContain('open failed')
      for (const host of ['nowhere.invalid', 'a@b:22']) {
        site.desktop.endpoint = { ...endpoint, host }
        expect(await failureOf(open(user, id))).toMatchObject({ ...refused, data: { host, reason: 'unreachable' } })
      }
    })

    it('is shown again within 5 s after each cut of the head node or the node', async () => {
      const user = await start()
      await knowServer(user, head, node)
      const id = await user.join()
      let viewer = await user.view(id)
      for (const server of [head, node, head, head]) {
        server.cut()
        const began = performance.now()
        await viewer.closed
        viewer = await user.view(id)
        await viewer.until('the colour', () => viewer.pixel(10, 10) === colour)
        expect(performance.now() - began).toBeLessThan(5000)
      }
      await head.kill()
      await viewer.closed
      const opening = user.view(id)
      // Long enough for the session's own next attempt to be far away.
      await new Promise((resolve) => setTimeout(resolve, 3000))
      await head.restart()
      const began = performance.now()
      await (await opening).update()
      expect(performance.now() - began).toBeLessThan(5000)
      expect(user.asked).toEqual([])
    })
  },
)
