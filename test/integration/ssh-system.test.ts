import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { SshOptions } from '../../contract/sites.ts'
import { until } from '../helpers/core.ts'
import {
  agreeable,
  hasAgentPackage,
  knowServer,
  makeHome,
  responses,
  startSshCore,
  writeSsh,
  type SshCore,
} from '../helpers/ssh-core.ts'
import { canAskTotp, canRunSshd, keygen, startSshd, type SshdOptions, type TestSshd } from '../helpers/sshd.ts'
import { commandsWith, systemSsh } from '../helpers/system-ssh.ts'

const system: SshOptions = { client: 'system' }
const closing: (() => unknown)[] = []
const before = process.env['TMPDIR']
let temporary = ''
beforeAll(() => {
  // What a connection leaves behind must be told from what other tests have there just now.
  temporary = mkdtempSync(join(tmpdir(), 'hw-system-'))
  chmodSync(temporary, 0o711)
  process.env['TMPDIR'] = temporary
})
afterAll(() => {
  if (before === undefined) delete process.env['TMPDIR']
  else process.env['TMPDIR'] = before
  rmSync(temporary, { recursive: true, force: true })
})
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

async function server(options?: SshdOptions): Promise<TestSshd> {
  const sshd = await startSshd(options)
  closing.push(() => sshd.close())
  return sshd
}
async function core(options: { agent?: boolean; config?: readonly string[]; bare?: boolean } = {}): Promise<SshCore> {
  const home = makeHome()
  const { environment } = systemSsh(home, options.config)
  const started = await startSshCore({
    home,
    agent: options.agent ?? false,
    environment: options.bare === true ? { PATH: join(home, 'nothing'), HOME: home } : environment,
  })
  closing.push(async () => {
    await started.close()
    rmSync(home, { recursive: true, force: true })
  })
  return started
}
const count = (text: string, what: RegExp): number => text.match(what)?.length ?? 0
const signIns = (sshd: TestSshd): number => count(sshd.log(), /Accepted \S+ for/g)
const kinds = ({ asked }: SshCore): string[] => asked.map(({ ask }) => ask.kind)
/** Folders and processes that a connection of this test's own has. */
const traces = (user: SshCore): string[] => [
  ...readdirSync(temporary).filter((name) => name.startsWith('headway-ssh-')),
  ...commandsWith(join(user.home, '.ssh')),
  ...commandsWith(`${temporary}/headway-ssh-`),
]
const noTrace = (user: SshCore): Promise<unknown> =>
  until('that nothing is left', () => traces(user).length === 0 || undefined).catch(() =>
    expect(traces(user)).toEqual([]),
  )
const secondFactor = (sshd: TestSshd) =>
  agreeable({ prompts: (text) => (/OATH/.test(text) ? sshd.code() : sshd.password) })

async function connected(sshd: TestSshd, user: SshCore): Promise<string> {
  const site = await user.add(sshd, system)
  expect(await user.connect(site)).toBeUndefined()
  await until('the agent', () => user.site(site)?.connection.state === 'connected')
  return site
}

describe.skipIf(!canRunSshd || !hasAgentPackage)('a site by the system’s ssh', { timeout: 120_000 }, () => {
  it('signs in by its key once, and everything goes through that one connection', async () => {
    const [sshd, user] = [await server(), await core({ agent: true })]
    await knowServer(user, sshd)
    user.answer = agreeable()
    const site = await connected(sshd, user)
    expect(user.site(site)?.agent).toMatchObject({ state: 'running', mode: 'user' })
    expect(kinds(user)).toEqual(['install'])
    expect(await user.rpc.call('preflight', 'choices', { site })).toBeDefined()
    const forward = await user.rpc.call('forwards', 'open', { site, host: '127.0.0.1', port: sshd.port })
    const socket = connect(forward.localPort, '127.0.0.1')
    expect(String(await new Promise((resolve) => socket.once('data', resolve)))).toMatch(/^SSH-2.0-/)
    socket.destroy()
    expect(await user.inTerminal(site, 'id -un')).toContain(`${sshd.user}\r\n`)
    expect(signIns(sshd)).toBe(1)
    await user.rpc.call('sites', 'disconnect', { site })
    await noTrace(user)
  })

  it('stands without an agent where the user wants none, and can have one later', async () => {
    const [sshd, user] = [await server(), await core({ agent: true })]
    await knowServer(user, sshd)
    user.answer = ({ ask }) => (ask.kind === 'install' ? { kind: 'refuse' } : undefined)
    const site = await user.add(sshd, system)
    expect(await user.connect(site)).toMatchObject({ code: 'INSTALL_FAILED', data: { reason: 'declined' } })
    await new Promise((resolve) => setTimeout(resolve, 1000))
    expect(user.site(site)?.agent?.state).toBe('missing')
    expect(kinds(user)).toEqual(['install'])
    expect(await user.inTerminal(site, 'id -un')).toContain(`${sshd.user}\r\n`)
    user.answer = agreeable()
    expect(await user.connect(site)).toBeUndefined()
    await until('the agent', () => user.site(site)?.connection.state === 'connected')
    expect(await user.rpc.call('preflight', 'choices', { site })).toBeDefined()
    expect(signIns(sshd)).toBe(1)
  })

  it('comes back by itself after a cut, without a question', async () => {
    const [sshd, user] = [await server(), await core({ agent: true })]
    await knowServer(user, sshd)
    user.answer = agreeable()
    const site = await connected(sshd, user)
    for (let cuts = 1; cuts <= 2; cuts += 1) {
      sshd.cut()
      await until('the loss', () => user.site(site)?.connection.state !== 'connected')
      await until('the agent', () => user.site(site)?.connection.state === 'connected', 20_000)
      expect(await user.rpc.call('preflight', 'choices', { site })).toBeDefined()
    }
    expect(kinds(user)).toEqual(['install'])
    expect(signIns(sshd)).toBe(3)
  })

  it.each(['bash', 'tcsh', 'fish'])(
    'has a terminal that takes a new size, where the login shell is %s',
    async (shell) => {
      const [sshd, user] = [await server({ shell: `/usr/bin/${shell}` }), await core()]
      await knowServer(user, sshd)
      const site = await user.add(sshd, system)
      expect(await user.connect(site)).toBeUndefined()
      const { id } = await user.rpc.call('terminals', 'open', { site, size: { columns: 91, rows: 31 } })
      const output = user.watch('terminals', 'output', { id })
      const text = (): string =>
        (output.snapshots.at(-1)?.data ?? '') + output.events.map(({ data: more }) => more).join('')
      const size = async (rows: number, columns: number): Promise<void> => {
        for (let tries = 1; tries <= 50 && !text().includes(`${rows} ${columns}`); tries += 1) {
          await user.rpc.call('terminals', 'write', { id, data: 'stty size\n' })
          await new Promise((resolve) => setTimeout(resolve, 100))
        }
        expect(text()).toContain(`${rows} ${columns}`)
      }
      await size(31, 91)
      await user.rpc.call('terminals', 'resize', { id, size: { columns: 120, rows: 40 } })
      await size(40, 120)
      for (let columns = 60; columns <= 75; columns += 1)
        await user.rpc.call('terminals', 'resize', { id, size: { columns, rows: 20 } })
      await size(20, 75)
      await user.rpc.call('terminals', 'write', { id, data: 'exit 7\n' })
      const all = user.watch('terminals', 'all', {})
      await until('its end', () =>
        [...all.snapshots.flatMap(({ items }) => items), ...all.events.flatMap(({ put }) => put)].some(
          (each) => each.id === id && each.state === 'closed' && each.exitCode === 7,
        ),
      )
      expect(signIns(sshd)).toBe(1)
    },
  )

  it('prints all of a long output, and takes all of a long input', async () => {
    const [sshd, user] = [await server(), await core()]
    await knowServer(user, sshd)
    const site = await user.add(sshd, system)
    expect(await user.connect(site)).toBeUndefined()
    const text = await user.inTerminal(site, 'seq 1 60000; echo the-end-is-here')
    expect(text.split('\r\n').filter((line) => /^\d+$/.test(line))).toHaveLength(60_000)
    expect(text).toContain('the-end-is-here\r\n')
  })

  it('signs in by a certificate to a host with a certificate, which the built-in client cannot', async () => {
    const sshd = await server({ settings: { PasswordAuthentication: 'no' } })
    const user = await core()
    const authority = join(sshd.folder, 'authority')
    const key = join(user.home, '.ssh/id_ed25519')
    await keygen('ed25519', authority)
    await keygen('ed25519', key)
    execFileSync('ssh-keygen', ['-q', '-s', authority, '-I', 'alice', '-n', sshd.user, `${key}.pub`])
    const hostKey = sshd.hostKeys['ed25519'] ?? ''
    execFileSync('ssh-keygen', ['-q', '-s', authority, '-I', 'head', '-h', '-n', '127.0.0.1', `${hostKey}.pub`])
    await sshd.restart({ TrustedUserCAKeys: `${authority}.pub`, HostCertificate: `${hostKey}-cert.pub` })
    const line = `@cert-authority [127.0.0.1]:${sshd.port} ${readFileSync(`${authority}.pub`, 'utf8')}`
    writeSsh(user, 'known_hosts', line)
    const site = await user.add(sshd, system)
    expect(await user.connect(site)).toBeUndefined()
    expect(sshd.log()).toMatch(/Accepted publickey .* ED25519-CERT/)
    expect(user.asked).toEqual([])

    const other = await core()
    writeSsh(other, 'known_hosts', await sshd.knownHostsLines())
    for (const end of ['', '.pub', '-cert.pub']) {
      writeFileSync(join(other.home, `.ssh/id_ed25519${end}`), readFileSync(`${key}${end}`), { mode: 0o600 })
    }
    const plain = await other.add(sshd)
    expect(await other.connect(plain)).toMatchObject({ code: 'SSH_FAILED', data: { reason: 'authentication' } })
  })

  it('asks for an unknown host key and the password in our own words', async () => {
    const [sshd, user] = [await server(), await core({ config: [] })]
    const given = ['wrong', sshd.password]
    user.answer = (question) =>
      question.ask.kind === 'password' ? responses(given.shift() ?? '') : agreeable()(question)
    const site = await user.add(sshd, system)
    expect(await user.connect(site)).toBeUndefined()
    expect(user.asked.map(({ ask }) => ask)).toEqual([
      { kind: 'host-key', key: { type: 'ssh-ed25519', fingerprint: fingerprintOf(sshd) } },
      { kind: 'password', again: false, canKeep: false },
      { kind: 'password', again: true, canKeep: false },
    ])
    expect(new Set(user.asked.map(({ host }) => host))).toEqual(new Set([`${sshd.user}@127.0.0.1:${sshd.port}`]))
    expect(readFileSync(join(user.home, '.ssh/known_hosts'), 'utf8')).toContain('ssh-ed25519')
    expect(user.lines.join('\n')).not.toContain(sshd.password)
    expect(await user.inTerminal(site, 'id -un')).toContain(sshd.user)
    expect(user.asked).toHaveLength(3)
    // Without a question there is no coming back.
    sshd.cut()
    await until('that the user is needed', () => user.site(site)?.connection.state === 'needs-you')
    expect(user.asked).toHaveLength(3)
    await noTrace(user)
  })

  it('asks for the passphrase of a key', async () => {
    const [sshd, user] = [await server(), await core()]
    const file = join(user.home, '.ssh/id_ed25519')
    await keygen('ed25519', file, 'open "sesame" \\n $x')
    await sshd.authorize(`${file}.pub`)
    writeSsh(user, 'known_hosts', await sshd.knownHostsLines())
    const given = ['wrong', 'open "sesame" \\n $x']
    user.answer = ({ ask }) => (ask.kind === 'passphrase' ? responses(given.shift() ?? '') : undefined)
    const site = await user.add(sshd, system)
    expect(await user.connect(site)).toBeUndefined()
    expect(user.asked.map(({ ask }) => ask)).toEqual([
      { kind: 'passphrase', file, again: false, canKeep: false },
      { kind: 'passphrase', file, again: true, canKeep: false },
    ])
  })

  it.each([
    ['the host key', 'host-key', 'host-key'],
    ['the password', 'password', 'password'],
  ])('ends at once where the user refuses %s', async (_what, refused) => {
    const [sshd, user] = [await server(), await core()]
    user.answer = (question) => (question.ask.kind === refused ? { kind: 'refuse' } : agreeable()(question))
    const site = await user.add(sshd, system)
    expect(await user.connect(site)).toMatchObject({ code: 'SSH_FAILED', data: { reason: 'authentication' } })
    expect(kinds(user).filter((kind) => kind === refused)).toHaveLength(1)
    expect(user.site(site)?.connection.state).toBe('needs-you')
    // An empty answer would have been tried, and counted as a failed sign-in.
    expect(sshd.log()).not.toContain('Failed password')
    await noTrace(user)
  })

  it('withdraws its question where the server or the user ends the attempt', async () => {
    const [sshd, user] = [await server({ settings: { LoginGraceTime: '2' } }), await core()]
    writeSsh(user, 'known_hosts', await sshd.knownHostsLines())
    const site = await user.add(sshd, system)
    const first = user.connect(site)
    await until('the question', () => user.open.size === 1)
    // ssh itself hears of the end only after its question; the user goes away first.
    await user.rpc.call('sites', 'disconnect', { site })
    expect(await first).toMatchObject({ code: 'CANCELLED' })
    await until('that nothing is asked', () => user.open.size === 0)
    await noTrace(user)
  })

  it.skipIf(!canAskTotp)('asks for a second factor once, for all that follows', async () => {
    const [sshd, user] = [await server({ totp: true, settings: { LogLevel: 'DEBUG' } }), await core({ agent: true })]
    writeSsh(user, 'known_hosts', await sshd.knownHostsLines())
    user.answer = secondFactor(sshd)
    const attempts = (): number => count(sshd.log(), /method keyboard-interactive/g)
    const site = await connected(sshd, user)
    expect(kinds(user)).toEqual(['prompts', 'prompts', 'install'])
    const prompts = user.asked.flatMap(({ ask }) => (ask.kind === 'prompts' ? ask.prompts : []))
    expect(prompts.map(({ text }) => text)).toEqual(['Password: ', `One-time password (OATH) for \`${sshd.user}': `])
    expect(await user.rpc.call('preflight', 'choices', { site })).toBeDefined()
    expect(await user.inTerminal(site, 'id -un')).toContain(sshd.user)
    expect(attempts()).toBe(1)
    sshd.cut()
    await until('that the user is needed', () => user.site(site)?.connection.state === 'needs-you', 20_000)
    await new Promise((resolve) => setTimeout(resolve, 1000))
    expect(user.asked).toHaveLength(3)
    expect(attempts()).toBe(1)
    expect(await user.connect(site)).toBeUndefined()
    await until('the agent', () => user.site(site)?.connection.state === 'connected')
    expect(attempts()).toBe(2)
    await user.rpc.call('sites', 'uninstall', { site, data: true })
    expect(attempts()).toBe(2)
    expect(readdirSync(sshd.home)).not.toContain('.local')
  })

  it('goes over a jump host', async () => {
    const [sshd, jump] = [await server(), await server()]
    const user = await core()
    await knowServer(user, sshd, jump)
    const site = await user.add(sshd, { ...system, proxyJump: `${jump.user}@127.0.0.1:${jump.port}` })
    expect(await user.connect(site)).toBeUndefined()
    expect(await user.inTerminal(site, 'id -un')).toContain(sshd.user)
    expect([signIns(jump), signIns(sshd)]).toEqual([1, 1])
    jump.cut()
    await until('the loss', () => !user.stands(site))
    await until('the session', () => user.stands(site))
    await user.rpc.call('sites', 'disconnect', { site })
    await noTrace(user)
  })

  it('says what is wrong', async () => {
    const sshd = await server()
    const none = await core({ bare: true })
    expect(await none.connect(await none.add(sshd, system))).toMatchObject({
      code: 'SSH_FAILED',
      data: { reason: 'no-program' },
    })
    await noTrace(none)
    const broken = await core({ config: ['Host *', '  Bogus yes'] })
    expect(await broken.connect(await broken.add(sshd, system))).toMatchObject({
      code: 'SSH_FAILED',
      data: { reason: 'config', detail: expect.stringMatching(/bogus/) as unknown },
    })
    const user = await core()
    await knowServer(user, sshd)
    await sshd.changeHostKey()
    const site = await user.add(sshd, system)
    expect(await user.connect(site)).toMatchObject({
      code: 'SSH_FAILED',
      data: { reason: 'key-changed', detail: expect.stringMatching(/Offending .* key in /) as unknown },
    })
    expect(user.site(site)?.connection.state).toBe('needs-you')
    writeSsh(user, 'known_hosts', await sshd.knownHostsLines())
    expect(await user.connect(await user.add(sshd, { ...system, identityFile: '/no/such/key' }))).toBeUndefined()
    await sshd.kill()
    expect(await user.connect(await user.add({ user: 'x', port: sshd.port }, system))).toMatchObject({
      code: 'SSH_FAILED',
      data: { reason: 'refused' },
    })
    const { id } = await user.rpc.call('sites', 'add', { url: 'ssh://no-such-host.invalid', ssh: system })
    expect(await user.connect(id)).toMatchObject({ code: 'SSH_FAILED', data: { reason: 'unknown-host' } })
    await noTrace(user).catch(() => undefined)
  })
})

function fingerprintOf(sshd: TestSshd): string {
  const line = execFileSync('ssh-keygen', ['-l', '-f', `${sshd.hostKeys['ed25519'] ?? ''}.pub`], { encoding: 'utf8' })
  return line.split(' ')[1] ?? ''
}
