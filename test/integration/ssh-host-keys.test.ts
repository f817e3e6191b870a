import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { execFileSync } from 'node:child_process'
import { agreeable, knowServer, startSshCore, writeSsh, type SshCore } from '../helpers/ssh-core.ts'
import { until } from '../helpers/core.ts'
import { canRunSshd, startSshd, type TestSshd } from '../helpers/sshd.ts'

const fingerprint = (publicKey: string): string =>
  execFileSync('ssh-keygen', ['-l', '-E', 'sha256', '-f', publicKey], { encoding: 'utf8' }).split(' ')[1] ?? ''

describe.skipIf(!canRunSshd)('the key of a host', () => {
  let sshd: TestSshd
  let user: SshCore
  let mine: string
  beforeEach(async () => {
    sshd = await startSshd()
    user = await startSshCore()
    // The key of the account is there, no host is known.
    await knowServer(user, sshd)
    writeSsh(user, 'known_hosts', '')
    mine = join(user.home, '.ssh/known_hosts')
  })
  afterEach(async () => {
    await user.close()
    await sshd.close()
  })
  const kinds = (): string[] => user.asked.map(({ ask }) => ask.kind)
  const own = (): string => join(user.data, 'known_hosts')

  it('is shown at first contact as ssh-keygen prints it, and kept in a file of Headway’s', async () => {
    user.answer = agreeable()
    const site = await user.add(sshd)
    expect(await user.connect(site)).toBeUndefined()
    expect(user.asked).toHaveLength(1)
    const [question] = user.asked
    const key = question?.ask.kind === 'host-key' ? question.ask.key : undefined
    const type = key?.type.includes('ed25519') === true ? 'ed25519' : 'ecdsa'
    expect(key?.fingerprint).toBe(fingerprint(`${sshd.hostKeys[type]}.pub`))
    expect(readFileSync(mine, 'utf8')).toBe('')
    expect(statSync(own()).mode & 0o777).toBe(0o600)
    await user.rpc.call('sites', 'disconnect', { site })
    expect(await user.connect(site)).toBeUndefined()
    expect(user.asked).toHaveLength(1)
  })

  it('goes into the user’s own known_hosts where that is chosen, and ssh takes it', async () => {
    user.answer = agreeable()
    const site = await user.add(sshd, { knownHosts: 'user' })
    expect(await user.connect(site)).toBeUndefined()
    const found = execFileSync('ssh-keygen', ['-F', `[127.0.0.1]:${sshd.port}`, '-f', mine], { encoding: 'utf8' })
    expect(found).toContain('AAAA')
    expect(existsSync(own())).toBe(false)
  })

  it('lets nothing through that the user refuses', async () => {
    user.answer = () => ({ kind: 'refuse' })
    const site = await user.add(sshd)
    expect(await user.connect(site)).toMatchObject({ code: 'SSH_FAILED', data: { reason: 'key-declined' } })
    expect(user.site(site)?.connection.state).toBe('needs-you')
    expect(sshd.log()).not.toContain('Accepted')
    expect(kinds()).toEqual(['host-key'])
  })

  it('is known from a hashed known_hosts', async () => {
    writeSsh(user, 'known_hosts', await sshd.knownHostsLines({ hashed: true }))
    const site = await user.add(sshd)
    expect(await user.connect(site)).toBeUndefined()
    expect(user.asked).toEqual([])
  })

  it('is known where only one of its types is', async () => {
    for (const type of ['ecdsa', 'ed25519']) {
      writeSsh(user, 'known_hosts', await sshd.knownHostsLines({ type }))
      const site = await user.add(sshd)
      expect(await user.connect(site)).toBeUndefined()
      expect(user.asked).toEqual([])
      await user.rpc.call('sites', 'remove', { site })
    }
  })

  it('is refused without a question where it is revoked', async () => {
    const revoked = await sshd.knownHostsLines({ marker: '@revoked' })
    writeSsh(user, 'known_hosts', `${await sshd.knownHostsLines()}${revoked}`)
    const site = await user.add(sshd)
    user.answer = () => ({ kind: 'accept' })
    expect(await user.connect(site)).toMatchObject({ code: 'SSH_FAILED', data: { reason: 'key-revoked' } })
    expect(user.asked).toEqual([])
    expect(sshd.log()).not.toContain('Accepted')
  })

  it.each(['user', 'headway'] as const)(
    'blocks where it has changed, until the user replaces it (%s)',
    async (knownHosts) => {
      user.answer = agreeable()
      const other = `# a comment\n${(await sshd.knownHostsLines()).replaceAll(String(sshd.port), '1')}`
      writeSsh(user, 'known_hosts', other)
      const site = await user.add(sshd, { knownHosts })
      expect(await user.connect(site)).toBeUndefined()
      await sshd.changeHostKey()
      const blocked = user.connect(site)
      const question = await until('a question', () => [...user.open.values()][0])
      const ask = question.ask.kind === 'host-key-changed' ? question.ask : undefined
      expect(ask?.known[0]).toMatchObject({ file: knownHosts === 'user' ? mine : own() })
      expect(ask?.known[0]?.key.fingerprint).not.toBe(ask?.key.fingerprint)
      expect(sshd.log().match(/Accepted publickey/g)).toHaveLength(1)

      await user.rpc.call('sites', 'answer', { question: question.id, answer: { kind: 'refuse' } })
      expect(await blocked).toMatchObject({ code: 'SSH_FAILED', data: { reason: 'key-changed' } })
      user.answer = ({ ask: { kind } }) => (kind === 'host-key-changed' ? { kind: 'refuse' } : undefined)
      expect(await user.connect(site)).toMatchObject({ code: 'SSH_FAILED', data: { reason: 'key-changed' } })
      user.answer = ({ ask: { kind } }) => (kind === 'host-key-changed' ? { kind: 'accept' } : undefined)
      expect(await user.connect(site)).toBeUndefined()
      const asked = user.asked.length
      await user.rpc.call('sites', 'disconnect', { site })
      expect(await user.connect(site)).toBeUndefined()
      expect(user.asked).toHaveLength(asked)
      // What else is in the file stays as it is.
      expect(readFileSync(mine, 'utf8')).toContain(other.trim())
    },
  )
})
