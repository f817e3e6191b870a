import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { SshOptions } from '../../contract/sites.ts'
import { admin, secret, spawnAgent, temporaryFolder, type SpawnedAgent } from '../helpers/agent.ts'
import { failureOf, until } from '../helpers/core.ts'
import { agreeable, hasAgentPackage, knowServer, makeHome, startSshCore, type SshCore } from '../helpers/ssh-core.ts'
import { canRunSshd, startSshd, type SshdOptions, type TestSshd } from '../helpers/sshd.ts'
import { systemSsh } from '../helpers/system-ssh.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})
const noForwarding = { AllowTcpForwarding: 'no', AllowStreamLocalForwarding: 'no' }

interface SiteMode {
  sshd: TestSshd
  user: SshCore
  agent: SpawnedAgent
  startAgent(port: string): Promise<SpawnedAgent>
  /** A site on which nobody is signed in yet. */
  add(ssh?: SshOptions): Promise<string>
}
/** A head node whose administrator has announced an agent; `command`: and a command by which it is reached without forwarding. */
async function start({
  command,
  settings,
}: {
  command: boolean
  settings?: SshdOptions['settings']
}): Promise<SiteMode> {
  const data = temporaryFolder()
  closing.push(() => rmSync(data, { recursive: true, force: true }))
  const startAgent = async (port = '0'): Promise<SpawnedAgent> => {
    const started = await spawnAgent({
      HEADWAY_DATA: data,
      HEADWAY_ADMIN_PASSWORD: admin.password,
      HEADWAY_LOG_LEVEL: 'warn',
      HEADWAY_END_JOBS: '1',
      HEADWAY_PORT: port,
      JWT_SECRET_KEY: secret,
    })
    closing.push(() => started.end())
    return started
  }
  const agent = await startAgent()
  const etc = mkdtempSync(join(tmpdir(), 'headway-etc-'))
  closing.push(() => rmSync(etc, { recursive: true, force: true }))
  chmodSync(etc, 0o755)
  const pointer = { url: agent.url, ...(command ? { command: installCommand(etc) } : {}) }
  writeFileSync(join(etc, 'agent.json'), JSON.stringify(pointer), { mode: 0o644 })
  const sshd = await startSshd({ etc, ...(settings === undefined ? {} : { settings }) })
  closing.push(() => sshd.close())
  const home = makeHome()
  closing.push(() => rmSync(home, { recursive: true, force: true }))
  const user = await startSshCore({ agent: true, home, ...systemSsh(home) })
  closing.push(() => user.close())
  await knowServer(user, sshd)
  user.answer = agreeable()
  return {
    sshd,
    user,
    agent,
    startAgent,
    async add(ssh) {
      const site = await user.add(sshd, ssh)
      expect(await user.connect(site)).toBeUndefined()
      return site
    },
  }
}
/** The packaged agent where every account can run it. */
function installCommand(folder: string): string {
  const packaged = resolve(import.meta.dirname, '../../dist/agent-package')
  const find = (end: string): string => join(packaged, readdirSync(packaged).find((name) => name.endsWith(end)) ?? end)
  const inside = join(folder, 'agent')
  mkdirSync(inside)
  execFileSync('tar', ['-xzf', find('.tgz'), '-C', inside, '--no-same-permissions'])
  execFileSync('sh', [
    '-c',
    'gzip -dc "$1" > "$2" && chmod -R a+rX "$3" && chmod 755 "$2"',
    'sh',
    find('-linux-x64.gz'),
    join(inside, 'node'),
    inside,
  ])
  const command = join(folder, 'headway agent')
  writeFileSync(command, `#!/bin/sh\nexec '${inside}/node' '${inside}/agent.js' "$@"\n`, { mode: 0o755 })
  return command
}
const stateOf = ({ user }: SiteMode, site: string) => user.site(site)?.connection.state
const signIn = async (at: SiteMode, site: string): Promise<void> => {
  await at.user.rpc.call('sites', 'signIn', { site, ...admin })
  await until('the agent', () => stateOf(at, site) === 'connected')
}

describe.skipIf(!canRunSshd || !hasAgentPackage)(
  'a site whose administrator runs the agent',
  { timeout: 120_000 },
  () => {
    it('wants a sign-in of its own, once, and nothing is put into the home', async () => {
      const at = await start({ command: false })
      const { sshd, user } = at
      const site = await at.add()
      expect(user.site(site)?.agent).toEqual({ state: 'running', mode: 'site' })
      expect(stateOf(at, site)).toBe('signed-out')
      expect(await failureOf(user.rpc.call('jobs', 'detail', { site, id: '7' }))).toMatchObject({ code: 'SIGNED_OUT' })
      const wrong = user.rpc.call('sites', 'signIn', { site, username: admin.username, password: 'not this one' })
      expect(await failureOf(wrong)).toMatchObject({ code: 'WRONG_CREDENTIALS' })
      await signIn(at, site)
      expect(user.site(site)?.user?.username).toBe(admin.username)
      expect(await user.rpc.call('preflight', 'choices', { site })).toBeDefined()

      for (let cuts = 1; cuts <= 2; cuts += 1) {
        sshd.cut()
        await until('the loss', () => stateOf(at, site) !== 'connected')
        await until('the agent', () => stateOf(at, site) === 'connected', 20_000)
        expect(await user.rpc.call('preflight', 'choices', { site })).toBeDefined()
      }
      expect(user.asked).toEqual([])
      expect(readdirSync(sshd.home)).toEqual(['.ssh'])

      // The sign-in outlives a restart of Headway, too.
      const next = await startSshCore({ home: user.home, data: user.data, secrets: user.secrets, agent: true })
      closing.push(() => next.close())
      await until('the agent', () => next.site(site)?.connection.state === 'connected', 20_000)
      expect(next.asked).toEqual([])

      await user.rpc.call('sites', 'signOut', { site })
      await until('the sign-out', () => stateOf(at, site) === 'signed-out')
      expect(user.site(site)?.agent).toMatchObject({ state: 'running', mode: 'site' })
      await signIn(at, site)
    })

    it('is reached by the bridge where forwarding is forbidden', async () => {
      const at = await start({ command: true, settings: noForwarding })
      const site = await at.add()
      expect(at.user.site(site)?.agent).toMatchObject({ state: 'running', mode: 'site' })
      expect(stateOf(at, site)).toBe('signed-out')
      await signIn(at, site)
      expect(await at.user.rpc.call('preflight', 'choices', { site })).toBeDefined()
      at.sshd.cut()
      await until('the loss', () => stateOf(at, site) !== 'connected')
      await until('the agent', () => stateOf(at, site) === 'connected', 20_000)
      expect(readdirSync(at.sshd.home)).toEqual(['.ssh'])
    })

    it('says so where forwarding is forbidden and there is no bridge', async () => {
      const { sshd, user } = await start({ command: false, settings: noForwarding })
      for (const options of [undefined, { client: 'system' }] as const) {
        const site = await user.add(sshd, options)
        const failure = await user.connect(site)
        expect(failure).toMatchObject(
          options === undefined
            ? { code: 'SSH_FAILED', data: { reason: 'forwarding-forbidden' } }
            : { code: 'INSTALL_FAILED', data: { reason: 'start' } },
        )
        expect(user.site(site)?.connection.state).toBe('needs-you')
        await user.rpc.call('sites', 'remove', { site })
      }
    })

    it('is reached by the system’s ssh', async () => {
      const at = await start({ command: true })
      const site = await at.add({ client: 'system' })
      await signIn(at, site)
      expect(await at.user.rpc.call('preflight', 'choices', { site })).toBeDefined()
      at.sshd.cut()
      await until('the loss', () => stateOf(at, site) !== 'connected')
      await until('the agent', () => stateOf(at, site) === 'connected', 20_000)
      expect(at.sshd.log().match(/Accepted publickey/g)).toHaveLength(2)
    })

    it('says that the agent does not run, and goes on when it does', async () => {
      const at = await start({ command: false })
      const { user, agent } = at
      const site = await at.add()
      await signIn(at, site)
      await agent.end()
      await until('the loss', () => stateOf(at, site) !== 'connected')
      expect(await failureOf(user.rpc.call('jobs', 'detail', { site, id: '7' }))).toMatchObject({
        code: expect.stringMatching(/OFFLINE|SSH_FAILED/) as unknown,
      })
      expect(readdirSync(at.sshd.home)).toEqual(['.ssh'])
      expect(user.asked).toEqual([])
      await at.startAgent(new URL(agent.url).port)
      await until('the agent', () => stateOf(at, site) === 'connected', 30_000)
      expect(await user.rpc.call('preflight', 'choices', { site })).toBeDefined()
    })
  },
)
