import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { SiteTestStep, SshOptions } from '../../contract/sites.ts'
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
import { canAskTotp, canRunSshd, startSshd, type SshdOptions, type TestSshd } from '../helpers/sshd.ts'
import { commandsWith, systemSsh } from '../helpers/system-ssh.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})
async function start(options?: SshdOptions, agent = false): Promise<[TestSshd, SshCore]> {
  const sshd = await startSshd(options)
  closing.push(() => sshd.close())
  const user = await startSshCore({ agent })
  closing.push(() => user.close())
  user.answer = agreeable({ password: sshd.password })
  return [sshd, user]
}
interface Run {
  /** As they stand now. */
  steps: () => SiteTestStep[]
  states: () => Record<string, string>
  end: () => void
}
function run(user: SshCore, { user: name, port }: Pick<TestSshd, 'user' | 'port'>, ssh?: SshOptions): Run {
  return runUrl(user, `ssh://${name}@127.0.0.1:${port}`, ssh)
}
function runUrl(user: SshCore, url: string, ssh?: SshOptions): Run {
  const watched = user.watch('sites', 'test', ssh === undefined ? { url } : { url, ssh })
  const steps = (): SiteTestStep[] => watched.events.at(-1)?.steps ?? watched.snapshots.at(-1)?.steps ?? []
  const states = (): Record<string, string> => Object.fromEntries(steps().map(({ step, state }) => [step, state]))
  return { steps, states, end: () => watched.end() }
}
const over = ({ steps }: Run): boolean =>
  steps().length > 0 && steps().every(({ state }) => state !== 'waiting' && state !== 'running')
async function whole(running: Run): Promise<Record<string, SiteTestStep>> {
  await until('the end of the test', () => over(running), 30_000)
  return Object.fromEntries(running.steps().map((each) => [each.step, each]))
}
const failedAt = (...done: string[]): Record<string, string> => {
  const all = ['dns', 'tcp', 'host-key', 'auth', 'agent', 'permissions']
  return Object.fromEntries(
    all.map((step, at) => [step, at < done.length ? 'ok' : at === done.length ? 'failed' : 'skipped']),
  )
}
/** Connections of this server that stand now. */
const connections = ({ user }: TestSshd): string[] =>
  commandsWith(`${user}: `).filter((line) => line.includes('@notty'))
/** Processes that serve a connection on which nobody has signed in yet. */
const signingIn = ({ user }: TestSshd): string[] =>
  commandsWith(`${user}: `).filter((line) => /\[(priv|net|preauth)\]/.test(line))
const known = ({ data, home }: SshCore): string =>
  [join(data, 'known_hosts'), join(home, '.ssh/known_hosts')]
    .map((file) => (existsSync(file) ? readFileSync(file, 'utf8') : ''))
    .join('')

describe.skipIf(!canRunSshd)('testing the way to a site', { timeout: 60_000 }, () => {
  it('tells each step with what was found, and leaves nothing', async () => {
    const [sshd, user] = await start()
    await knowServer(user, sshd)
    const running = run(user, sshd)
    const steps = await whole(running)
    expect(running.states()).toEqual(Object.fromEntries(Object.keys(running.states()).map((step) => [step, 'ok'])))
    const label = `${sshd.user}@127.0.0.1:${sshd.port}`
    expect(steps['dns']?.detail).toBe('127.0.0.1 → 127.0.0.1')
    expect(steps['tcp']?.detail).toBe(`127.0.0.1, ${sshd.port}`)
    expect(steps['host-key']?.detail).toMatch(new RegExp(`^${label} (ssh-ed25519|ecdsa-sha2-nistp256) SHA256:`))
    expect(steps['auth']?.detail).toMatch(new RegExp(`^${label} (agent|publickey)$`))
    expect(steps['agent']?.detail).toBe('none')
    expect(steps['permissions']?.detail).toContain(sshd.user)
    for (const step of running.steps()) expect(step.ms).toBeGreaterThanOrEqual(0)
    await until('the end of the connection', () => connections(sshd).length === 0)
    expect(user.asked).toEqual([])
    expect(readdirSync(sshd.home)).toEqual(['.ssh'])
    expect(existsSync(join(user.data, 'known_hosts'))).toBe(false)
    // Nothing became a site.
    expect(JSON.stringify(user.lines)).not.toContain('the agent was installed')
  })

  it.skipIf(!hasAgentPackage)('finds an agent that runs', async () => {
    const [sshd, user] = await start({}, true)
    await knowServer(user, sshd)
    const site = await user.add(sshd)
    expect(await user.connect(site)).toBeUndefined()
    const steps = await whole(run(user, sshd))
    expect(steps['agent']).toMatchObject({ state: 'ok', detail: expect.stringMatching(/running|version/) as unknown })
    expect(user.site(site)?.connection.state).toBe('connected')
  })

  it('stops at a port where nothing listens', async () => {
    const [sshd, user] = await start()
    await sshd.kill()
    const running = run(user, sshd)
    expect((await whole(running))['tcp']?.error).toMatchObject({ code: 'SSH_FAILED', data: { reason: 'refused' } })
    expect(running.states()).toEqual(failedAt('dns'))
  })

  it('stops at a name that nobody knows', async () => {
    const [, user] = await start()
    const running = runUrl(user, 'ssh://alice@no-such-host.invalid')
    const steps = await whole(running)
    expect(steps['dns']?.error).toMatchObject({ code: 'SSH_FAILED', data: { reason: 'unknown-host' } })
    expect(running.states()).toEqual(failedAt())
  })

  it('asks for a new host key and writes it down only where it is accepted', async () => {
    const [sshd, user] = await start()
    const accept = user.answer
    user.answer = ({ ask }) => (ask.kind === 'host-key' ? { kind: 'refuse' } : undefined)
    const running = run(user, sshd)
    const steps = await whole(running)
    expect(steps['host-key']?.error).toMatchObject({ code: 'SSH_FAILED', data: { reason: 'key-declined' } })
    expect(running.states()).toEqual(failedAt('dns', 'tcp'))
    expect(known(user)).toBe('')
    user.answer = accept
    expect((await whole(run(user, sshd)))['permissions']?.state).toBe('ok')
    // By its name or hashed, as ssh_config says.
    expect(known(user)).toMatch(/^(\[127\.0\.0\.1\]:\d+|\|1\|\S+) (ssh-ed25519|ecdsa-sha2-nistp256) /)
    expect(user.asked.map(({ ask }) => ask.kind)).toEqual(['host-key', 'host-key', 'password'])
  })

  it('stops at a host key that has changed', async () => {
    const [sshd, user] = await start()
    await knowServer(user, sshd)
    await sshd.changeHostKey()
    const before = known(user)
    user.answer = ({ ask }) => (ask.kind === 'host-key-changed' ? { kind: 'refuse' } : undefined)
    const running = run(user, sshd)
    expect((await whole(running))['host-key']?.error).toMatchObject({ data: { reason: 'key-changed' } })
    expect(running.states()).toEqual(failedAt('dns', 'tcp'))
    expect(known(user)).toBe(before)
  })

  it('stops where the user gives no password', async () => {
    const [sshd, user] = await start()
    writeSsh(user, 'known_hosts', await sshd.knownHostsLines())
    user.answer = ({ ask }) => (ask.kind === 'password' ? { kind: 'refuse' } : undefined)
    const running = run(user, sshd)
    const steps = await whole(running)
    expect(steps['auth']?.error).toMatchObject({ code: 'SSH_FAILED', data: { reason: 'authentication' } })
    expect(running.states()).toEqual(failedAt('dns', 'tcp', 'host-key'))
    expect([...user.secrets.keys()]).toEqual([])
  })

  it('ends with its reader, whatever it waits for', async () => {
    const [sshd, user] = await start()
    writeSsh(user, 'known_hosts', await sshd.knownHostsLines())
    user.answer = () => undefined
    const running = run(user, sshd)
    await until('the question', () => user.open.size === 1)
    expect(running.states()['auth']).toBe('running')
    expect(signingIn(sshd)).not.toEqual([])
    running.end()
    await until('that nothing is asked', () => user.open.size === 0)
    await until('the end of the connection', () => signingIn(sshd).length === 0)
  })

  it('goes by the system’s ssh where the site does', async () => {
    const sshd = await startSshd()
    closing.push(() => sshd.close())
    const home = makeHome()
    closing.push(() => rmSync(home, { recursive: true, force: true }))
    const user = await startSshCore({ home, ...systemSsh(home) })
    closing.push(() => user.close())
    await knowServer(user, sshd)
    const steps = await whole(run(user, sshd, { client: 'system' }))
    expect(Object.values(steps).map(({ step, state }) => `${step} ${state}`)).toEqual([
      'dns skipped',
      'tcp skipped',
      'host-key skipped',
      'auth ok',
      'agent ok',
      'permissions ok',
    ])
    await until('the end of the connection', () => connections(sshd).length === 0)
    await expect.poll(() => commandsWith(join(home, '.ssh')), { timeout: 10_000 }).toEqual([])
    await sshd.kill()
    const refused = await whole(run(user, sshd, { client: 'system' }))
    expect(Object.values(refused).find(({ state }) => state === 'failed')?.error).toMatchObject({
      data: { reason: 'refused' },
    })
  })

  it.skipIf(!canAskTotp)('asks for a second factor once', async () => {
    const [sshd, user] = await start({ totp: true, settings: { LogLevel: 'DEBUG' } })
    writeSsh(user, 'known_hosts', await sshd.knownHostsLines())
    user.answer = agreeable({ prompts: (text) => (/OATH/.test(text) ? sshd.code() : sshd.password) })
    const steps = await whole(run(user, sshd))
    expect(steps['auth']?.detail).toContain('keyboard-interactive')
    expect(steps['permissions']?.state).toBe('ok')
    expect(sshd.log().match(/method keyboard-interactive/g)).toHaveLength(1)
    await until('the end of the connection', () => connections(sshd).length === 0)
    expect([...user.secrets.keys()]).toEqual([])
  })
})
