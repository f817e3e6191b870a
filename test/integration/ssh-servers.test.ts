import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { SshOptions } from '../../contract/sites.ts'
import { until } from '../helpers/core.ts'
import { hasPart } from '../helpers/parts.ts'
import { agreeable, hasAgentPackage, knowServer, startSshCore, type SshCore } from '../helpers/ssh-core.ts'
import { canRunSshd, startSshd, type SshdOptions, type TestSshd } from '../helpers/sshd.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})
async function start(options?: SshdOptions): Promise<[TestSshd, SshCore]> {
  const sshd = await startSshd(options)
  closing.push(() => sshd.close())
  const user = await startSshCore({ agent: true })
  closing.push(() => user.close())
  await knowServer(user, sshd)
  user.answer = agreeable()
  return [sshd, user]
}
/** Adds the site, and waits until its agent answers. */
async function connected(sshd: TestSshd, user: SshCore, how: SshOptions = {}): Promise<string> {
  const site = await user.add(sshd, how)
  expect(await user.connect(site)).toBeUndefined()
  await until('the agent', () => user.site(site)?.connection.state === 'connected')
  expect(user.site(site)?.agent).toMatchObject({ state: 'running', mode: 'user' })
  expect(user.asked.map(({ ask }) => ask.kind)).toEqual(['install'])
  return site
}
const noise = 'echo "*** Welcome to the cluster ***"; echo "you have mail" >&2; printf "\\033[31mred\\033[0m\\n"\n'

/** Puts the agent there each time: some seconds a test. */
describe.skipIf(!canRunSshd || !hasAgentPackage)('head nodes as they are', { timeout: 120_000 }, () => {
  it('one that allows everything', async () => {
    const [sshd, user] = await start()
    const site = await connected(sshd, user)
    expect(user.site(site)?.user?.username).toBe(sshd.user)
    expect(await user.rpc.call('preflight', 'choices', { site })).toBeDefined()
    // A lost session needs no second search and no second answer.
    sshd.cut()
    await until('the loss', () => user.site(site)?.connection.state !== 'connected')
    await until('the agent', () => user.site(site)?.connection.state === 'connected')
    expect(user.asked).toHaveLength(1)
  })

  it('one that forbids all forwarding: streams go through the bridge', async () => {
    const settings = { AllowTcpForwarding: 'no', AllowStreamLocalForwarding: 'no' }
    const [sshd, user] = await start({ settings })
    const site = await connected(sshd, user)
    expect(await user.rpc.call('preflight', 'choices', { site })).toBeDefined()
    const forward = await user.rpc.call('forwards', 'open', { site, host: '127.0.0.1', port: sshd.port })
    const { connect } = await import('node:net')
    const socket = connect(forward.localPort, '127.0.0.1')
    expect(String(await new Promise((resolve) => socket.once('data', resolve)))).toMatch(/^SSH-2.0-/)
    socket.destroy()
    expect(await user.inTerminal(site, 'id -un')).toContain(sshd.user)
  })

  it('one whose streams are to go through the bridge, although it allows everything', async () => {
    const [sshd, user] = await start({ settings: { LogLevel: 'DEBUG' } })
    const site = await connected(sshd, user, { streams: 'bridge' })
    expect(await user.rpc.call('preflight', 'choices', { site })).toBeDefined()
    expect(sshd.log()).not.toContain('direct-streamlocal')
    await user.rpc.call('sites', 'update', { site, ssh: {} })
    await until('the agent', () => user.site(site)?.connection.state === 'connected')
    expect(await user.rpc.call('preflight', 'choices', { site })).toBeDefined()
    expect(sshd.log()).toContain('direct-streamlocal')
  })

  it('one that allows one session a connection, and forwarding', async () => {
    const [sshd, user] = await start({ settings: { MaxSessions: '1' } })
    const site = await connected(sshd, user)
    expect(await user.rpc.call('preflight', 'choices', { site })).toBeDefined()
    expect(await user.inTerminal(site, 'id -un')).toContain(sshd.user)
    const open = () => user.rpc.call('terminals', 'open', { site, size: { columns: 80, rows: 24 } })
    const first = await open()
    const next = await open().catch((error: unknown) => error)
    // Either by a connection of its own, or with a reason: never for ever.
    if (next instanceof Error) expect(next).toMatchObject({ value: { code: 'SSH_FAILED' } })
    await user.rpc.call('terminals', 'close', { id: first.id })
    expect(await user.rpc.call('preflight', 'choices', { site })).toBeDefined()
  })

  it('one that allows one session and no forwarding: the bridge is all there is', async () => {
    const settings = { MaxSessions: '1', AllowTcpForwarding: 'no', AllowStreamLocalForwarding: 'no' }
    const [sshd, user] = await start({ settings })
    const site = await connected(sshd, user)
    expect(await user.rpc.call('preflight', 'choices', { site })).toBeDefined()
    const open = await user.rpc
      .call('terminals', 'open', { site, size: { columns: 80, rows: 24 } })
      .catch((error: unknown) => error)
    if (open instanceof Error)
      expect(open).toMatchObject({ value: { code: 'SSH_FAILED', data: { reason: 'one-session' } } })
    expect(await user.rpc.call('preflight', 'choices', { site })).toBeDefined()
  })

  it('one whose shell is noisy', async () => {
    const [sshd, user] = await start({ rc: noise })
    const site = await connected(sshd, user)
    expect(await user.inTerminal(site, 'id -un')).toContain('Welcome to the cluster')
  })

  it('one whose shell is noisy, and that forbids forwarding', async () => {
    const settings = { AllowTcpForwarding: 'no', AllowStreamLocalForwarding: 'no' }
    await connected(...(await start({ rc: noise, settings })))
  })

  it.each([
    ['tcsh', 'echo "*** Welcome ***"\n'],
    ['fish', 'echo "*** Welcome ***"\n'],
  ])('one whose login shell is %s', async (shell, rc) => {
    if (!hasPart(shell)) return
    const [sshd, user] = await start({ shell: `/usr/bin/${shell}`, rc })
    const site = await connected(sshd, user)
    expect(await user.inTerminal(site, 'id -un')).toContain(sshd.user)
  })

  it('one whose Slurm is where only a login finds it', async () => {
    const [sshd, user] = await start()
    const slurm = join(sshd.home, 'opt slurm', 'bin')
    const profile = `echo "Loading modules"\nexport PATH="${slurm}:$PATH"\nexport SLURM_CONF=/etc/slurm/elsewhere.conf\n`
    writeFileSync(join(sshd.home, '.bash_profile'), profile)
    const site = await connected(sshd, user)
    const printed = await user.inTerminal(
      site,
      'tr "\\0" "\\n" < /proc/$(pgrep -u $(id -u) -f "agent.js serve|agent.js$" | head -n 1)/environ',
    )
    expect(printed).toContain(`PATH=${slurm}:`)
    expect(printed).toContain('SLURM_CONF=/etc/slurm/elsewhere.conf')
  })

  it('one that takes its time before it says anything, with a banner', async () => {
    const [sshd, user] = await start({ silentMs: 3000, settings: { Banner: '/etc/os-release' } })
    await connected(sshd, user)
  })
})
