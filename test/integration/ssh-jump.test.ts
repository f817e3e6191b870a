import { afterEach, describe, expect, it } from 'vitest'
import { until } from '../helpers/core.ts'
import { agreeable, knowServer, responses, startSshCore, writeSsh, type SshCore } from '../helpers/ssh-core.ts'
import { canAskTotp, canRunSshd, startSshd, type SshdOptions, type TestSshd } from '../helpers/sshd.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})
async function start(jump: SshdOptions = {}, node: SshdOptions = {}): Promise<[TestSshd, TestSshd, SshCore]> {
  const servers = await Promise.all([startSshd(jump), startSshd({ hostname: 'login1', ...node })])
  for (const server of servers) closing.push(() => server.close())
  const user = await startSshCore()
  closing.push(() => user.close())
  return [...servers, user]
}
const host = (alias: string, server: TestSshd, more = '') =>
  `Host ${alias}\n  HostName 127.0.0.1\n  Port ${server.port}\n  User ${server.user}\n${more}`
const label = ({ user, port }: TestSshd): string => `${user}@127.0.0.1:${port}`

describe.skipIf(!canRunSshd)('a head node behind a jump host', () => {
  it('is reached by one key at both, and lost with either', async () => {
    const [jump, node, user] = await start()
    await knowServer(user, jump, node)
    const site = await user.add(node, { proxyJump: label(jump) })
    expect(await user.connect(site)).toBeUndefined()
    expect(user.asked).toEqual([])
    expect(await user.inTerminal(site, 'hostname; id -un')).toMatch(new RegExp(`login1\r\n${node.user}\r\n`))
    for (const server of [jump, node]) {
      server.cut()
      await until(`the loss at ${server === jump ? 'the jump host' : 'the head node'}`, () => !user.stands(site))
      await until('the session', () => user.stands(site))
    }
    await jump.kill()
    await until('why', () => user.site(site)?.connection.error?.code === 'SSH_FAILED')
    expect(user.stands(site)).toBe(false)
    await jump.restart()
    await until('the session', () => user.stands(site))
  })

  it('is reached as ~/.ssh/config says', async () => {
    const [jump, node, user] = await start()
    await knowServer(user, jump, node)
    writeSsh(user, 'config', host('gate', jump) + host('node', node, '  ProxyJump gate\n'))
    const { id } = await user.rpc.call('sites', 'add', { url: 'ssh://node' })
    expect(await user.connect(id)).toBeUndefined()
    expect(jump.log()).toContain('Accepted publickey')
    expect(await user.inTerminal(id, 'hostname')).toContain('login1\r\n')
  })

  it.skipIf(!canAskTotp)('asks for each hop in its name: host keys, second factor, password', async () => {
    const [jump, node, user] = await start({ totp: true })
    user.answer = (question) => {
      if (question.ask.kind === 'password') return responses(node.password)
      return agreeable({ prompts: (text) => (/OATH/.test(text) ? jump.code() : jump.password) })(question)
    }
    const site = await user.add(node, { proxyJump: label(jump) })
    expect(await user.connect(site)).toBeUndefined()
    expect(user.asked.map(({ host, ask }) => [host, ask.kind])).toEqual([
      [label(jump), 'host-key'],
      [label(jump), 'prompts'],
      [label(jump), 'prompts'],
      [label(node), 'host-key'],
      [label(node), 'password'],
    ])
    // Uploads get no connections of their own here, each of which would ask again.
    expect(await user.inTerminal(site, 'id -un')).toContain(node.user)
    expect(user.asked).toHaveLength(5)
  })

  it('says which hop is at fault', async () => {
    const [jump, node, user] = await start({ settings: { AllowTcpForwarding: 'no' } })
    await knowServer(user, jump, node)
    const site = await user.add(node, { proxyJump: label(jump) })
    const failure = await user.connect(site)
    expect(failure).toMatchObject({ code: 'SSH_FAILED', data: { reason: 'forwarding-forbidden' } })
    expect(JSON.stringify(failure)).toContain(label(jump))
    writeSsh(
      user,
      'known_hosts',
      `${await jump.knownHostsLines()}${await node.knownHostsLines({ marker: '@revoked' })}`,
    )
    await jump.restart({ AllowTcpForwarding: 'yes' })
    const revoked = await user.connect(site)
    expect(revoked).toMatchObject({ code: 'SSH_FAILED', data: { host: label(node), reason: 'key-revoked' } })
  })
})
