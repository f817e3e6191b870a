import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import {
  agreeable,
  knowServer,
  responses,
  startKeyAgent,
  startSshCore,
  writeSsh,
  type SshCore,
} from '../helpers/ssh-core.ts'
import { until } from '../helpers/core.ts'
import { canAskTotp, canRunSshd, keygen, startSshd, type SshdOptions, type TestSshd } from '../helpers/sshd.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

async function server(options?: SshdOptions): Promise<TestSshd> {
  const sshd = await startSshd(options)
  closing.push(() => sshd.close())
  return sshd
}
async function core(options?: Parameters<typeof startSshCore>[0]): Promise<SshCore> {
  const started = await startSshCore(options)
  closing.push(() => started.close())
  return started
}
const kinds = ({ asked }: SshCore): string[] => asked.map(({ ask }) => ask.kind)
const failedPasswords = (sshd: TestSshd): number => sshd.log().match(/Failed password/g)?.length ?? 0
/** Times the account was asked for password and code. */
const promptings = (sshd: TestSshd): number => sshd.log().match(/method keyboard-interactive/g)?.length ?? 0

describe.skipIf(!canRunSshd)('signing in to a head node', () => {
  it('takes the key in ~/.ssh without a question once the host is known', async () => {
    const [sshd, user] = [await server(), await core()]
    await knowServer(user, sshd)
    const site = await user.add(sshd)
    expect(await user.connect(site)).toBeUndefined()
    expect(user.asked).toEqual([])
    expect(await user.inTerminal(site, 'id -un')).toContain(`${sshd.user}\r\n`)
    expect(sshd.log()).toContain(`Accepted publickey for ${sshd.user}`)
  })

  it('asks for the password, says that it was wrong, and knows it at the next connection', async () => {
    const [sshd, user] = [await server(), await core()]
    const given = ['wrong', sshd.password]
    user.answer = (question) =>
      question.ask.kind === 'password' ? responses(given.shift() ?? '') : agreeable()(question)
    const site = await user.add(sshd)
    expect(await user.connect(site)).toBeUndefined()
    expect(kinds(user)).toEqual(['host-key', 'password', 'password'])
    expect(user.asked.map(({ host }) => host)).toEqual(Array(3).fill(`${sshd.user}@127.0.0.1:${sshd.port}`))
    expect(user.asked.slice(1).map(({ ask }) => 'again' in ask && ask.again)).toEqual([false, true])
    expect(failedPasswords(sshd)).toBe(1)

    await user.rpc.call('sites', 'disconnect', { site })
    expect(await user.connect(site)).toBeUndefined()
    expect(kinds(user)).toHaveLength(3)
    expect(user.lines.join('\n')).not.toContain(sshd.password)
  })

  it('keeps a password over a restart only where the user wishes it', async () => {
    const sshd = await server()
    const first = await core()
    for (const keep of [false, true]) {
      const secrets = new Map<string, string>()
      const options = { home: first.home, data: first.data, secrets }
      const one = await startSshCore(options)
      one.answer = (question) =>
        question.ask.kind === 'password'
          ? { kind: 'responses', responses: [sshd.password], keep }
          : agreeable()(question)
      const site = await one.add(sshd)
      expect(await one.connect(site)).toBeUndefined()
      expect([...secrets.values()].join('').includes(sshd.password)).toBe(keep)
      await one.close()
      const next = await core(options)
      await until('what it does by itself', () =>
        keep ? next.stands(site) : next.site(site)?.connection.state === 'needs-you',
      )
      expect(next.asked).toEqual([])
      await next.rpc.call('sites', 'remove', { site })
      expect([...secrets.values()].join('')).not.toContain(sshd.password)
    }
  })

  it('says that it was refused, and stops, where the user gives up', async () => {
    const [sshd, user] = [await server(), await core()]
    user.answer = (question) => (question.ask.kind === 'password' ? { kind: 'refuse' } : agreeable()(question))
    const site = await user.add(sshd)
    expect(await user.connect(site)).toMatchObject({ code: expect.stringMatching(/CANCELLED|SSH_FAILED/) as unknown })
    expect(user.site(site)?.connection.state).toBe('needs-you')
    expect(kinds(user)).toEqual(['host-key', 'password'])
    expect(failedPasswords(sshd)).toBe(0)
  })

  it.skipIf(!canAskTotp)('shows the prompts of a second factor in the words of the server', async () => {
    const [sshd, user] = [await server({ totp: true, settings: { LogLevel: 'DEBUG' } }), await core()]
    user.answer = agreeable({ prompts: (text) => (/password: ?$/i.test(text) ? sshd.password : sshd.code()) })
    const site = await user.add(sshd)
    expect(await user.connect(site)).toBeUndefined()
    expect(kinds(user)).toEqual(['host-key', 'prompts', 'prompts'])
    const prompts = user.asked.flatMap(({ ask }) => (ask.kind === 'prompts' ? ask.prompts : []))
    expect(prompts).toEqual([
      { text: expect.stringContaining('Password: ') as unknown, echo: false },
      { text: `One-time password (OATH) for \`${sshd.user}': `, echo: expect.any(Boolean) as unknown },
    ])
    expect(promptings(sshd)).toBe(1)
    expect(await user.inTerminal(site, 'id -un')).toContain(sshd.user)
    // All of it goes through the one session.
    expect(promptings(sshd)).toBe(1)
    expect(user.asked).toHaveLength(3)
    expect([...user.secrets.values()].join('')).not.toContain(sshd.password)
  })

  it.skipIf(!canAskTotp)('asks again after a wrong code, and no more once the user gives up', async () => {
    const [sshd, user] = [await server({ totp: true, settings: { LogLevel: 'DEBUG' } }), await core()]
    let codes = 0
    user.answer = (question) => {
      if (question.ask.kind !== 'prompts') return agreeable()(question)
      if (/OATH/.test(question.ask.prompts[0]?.text ?? '')) return responses(`00000${(codes += 1)}`)
      return codes === 0 ? responses(sshd.password) : { kind: 'refuse' }
    }
    const site = await user.add(sshd)
    expect(await user.connect(site)).toMatchObject({ code: expect.stringMatching(/CANCELLED|SSH_FAILED/) as unknown })
    expect(codes).toBe(1)
    expect(promptings(sshd)).toBe(2)
    await new Promise((resolve) => setTimeout(resolve, 1000))
    expect(promptings(sshd)).toBe(2)
    expect(user.site(site)?.connection.state).toBe('needs-you')
  })

  it('takes a key out of the ssh-agent', async () => {
    const sshd = await server()
    const agent = await startKeyAgent(sshd.folder, sshd.userKey)
    closing.push(() => agent.close())
    const user = await core({ environment: { SSH_AUTH_SOCK: agent.socket } })
    writeSsh(user, 'known_hosts', await sshd.knownHostsLines())
    const site = await user.add(sshd)
    expect(await user.connect(site)).toBeUndefined()
    expect(user.asked).toEqual([])
    expect(sshd.log()).toContain('Accepted publickey')
  })

  it.each(['ed25519', 'rsa', 'ecdsa'])('asks for the passphrase of a key (%s), and only once', async (type) => {
    const [sshd, user] = [await server(), await core()]
    const file = join(user.home, '.ssh', `id_${type}`)
    await keygen(type, file, 'open sesame')
    await sshd.authorize(`${file}.pub`)
    const given = ['wrong', 'open sesame']
    user.answer = (question) =>
      question.ask.kind === 'passphrase' ? responses(given.shift() ?? '') : agreeable()(question)
    const site = await user.add(sshd)
    expect(await user.connect(site)).toBeUndefined()
    expect(kinds(user)).toEqual(['host-key', 'passphrase', 'passphrase'])
    expect(user.asked.slice(1).map(({ ask }) => ask)).toEqual([
      { kind: 'passphrase', file, again: false, canKeep: true },
      { kind: 'passphrase', file, again: true, canKeep: true },
    ])
    // The session is lost, and comes back without asking again.
    sshd.cut()
    await until('the loss', () => !user.stands(site))
    await until('the session', () => user.stands(site))
    expect(user.asked).toHaveLength(3)
  })

  it('does not ask for the passphrase of a key that the server would not take', async () => {
    const [sshd, user] = [await server(), await core()]
    const file = join(user.home, '.ssh/id_ed25519')
    await keygen('ed25519', file, 'open sesame')
    user.answer = agreeable({ password: sshd.password })
    const site = await user.add(sshd)
    expect(await user.connect(site)).toBeUndefined()
    expect(kinds(user)).toEqual(['host-key', 'password'])
  })

  it('goes by ~/.ssh/config: an alias, its user, port and key', async () => {
    const [sshd, user] = [await server(), await core()]
    writeSsh(user, 'known_hosts', await sshd.knownHostsLines())
    copyFileSync(sshd.userKey, join(user.home, '.ssh/cluster_key'))
    writeSsh(
      user,
      'config',
      `Host cluster\n  HostName 127.0.0.1\n  Port ${sshd.port}\n  User ${sshd.user}\n  IdentityFile ~/.ssh/cluster_key\n`,
    )
    const { hosts } = await user.rpc.call('sites', 'configuredHosts', {})
    expect(hosts).toEqual([{ alias: 'cluster', hostname: '127.0.0.1', user: sshd.user, port: sshd.port }])
    const { id, url } = await user.rpc.call('sites', 'add', { url: 'ssh://cluster' })
    expect(url).toBe('ssh://cluster')
    expect(await user.connect(id)).toBeUndefined()
    expect(user.asked).toEqual([])
  })

  it('says what is wrong where nothing the user has is taken', async () => {
    const [sshd, user] = [await server({ settings: { PasswordAuthentication: 'no' } }), await core()]
    writeSsh(user, 'known_hosts', await sshd.knownHostsLines())
    const site = await user.add(sshd)
    expect(await user.connect(site)).toMatchObject({ code: 'SSH_FAILED', data: { reason: 'authentication' } })
    expect(user.asked).toEqual([])
    rmSync(join(user.home, '.ssh/known_hosts'))
    await sshd.kill()
    expect(await user.connect(site)).toMatchObject({ code: 'SSH_FAILED', data: { reason: 'refused' } })
  })
})
