import { connect as dial } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { until } from '../helpers/core.ts'
import { agreeable, knowServer, startSshCore, writeSsh, type SshCore } from '../helpers/ssh-core.ts'
import { canAskTotp, canRunSshd, startSshd, type SshdOptions, type TestSshd } from '../helpers/sshd.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})
async function start(options?: SshdOptions): Promise<[TestSshd, SshCore]> {
  const sshd = await startSshd(options)
  closing.push(() => sshd.close())
  const user = await startSshCore()
  closing.push(() => user.close())
  return [sshd, user]
}
const second = () => new Promise((resolve) => setTimeout(resolve, 1000))
const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0

describe.skipIf(!canRunSshd)('a session that is lost', () => {
  it('comes back by itself with a key, after a cut and after the server was away', async () => {
    const [sshd, user] = await start()
    await knowServer(user, sshd)
    const site = await user.add(sshd)
    expect(await user.connect(site)).toBeUndefined()
    const terminal = await user.rpc.call('terminals', 'open', { site, size: { columns: 80, rows: 24 } })
    const forward = await user.rpc.call('forwards', 'open', { site, host: '127.0.0.1', port: sshd.port })
    const all = user.watch('terminals', 'all', {})

    sshd.cut()
    await until('the loss', () => !user.stands(site))
    await until('the session', () => user.stands(site))
    await until('the end of the shell', () =>
      all.events.some(({ put }) => put.some(({ id, state, lost }) => id === terminal.id && state === 'closed' && lost)),
    )

    const states = new Set<string>()
    const watch = setInterval(() => states.add(user.site(site)?.connection.state ?? ''), 5)
    await sshd.kill()
    await until('the loss', () => user.site(site)?.connection.error?.code === 'SSH_FAILED')
    await second()
    await sshd.restart()
    await until('the session', () => user.stands(site))
    clearInterval(watch)
    expect(states).toContain('reconnecting')
    expect(user.asked).toEqual([])
    expect(await user.inTerminal(site, 'id -un')).toContain(sshd.user)
    // The forward listened all the while.
    const socket = dial(forward.localPort, '127.0.0.1')
    const greeting = await new Promise<Buffer>((resolve) => socket.once('data', resolve))
    expect(greeting.toString()).toMatch(/^SSH-2.0-/)
    socket.destroy()
  })

  it('is noticed within 15 s where the link is dead without a word', async () => {
    const [sshd, user] = await start()
    await knowServer(user, sshd)
    const site = await user.add(sshd)
    expect(await user.connect(site)).toBeUndefined()
    const frozen = sshd.freeze()
    const began = performance.now()
    await until('the loss', () => !user.stands(site), 20_000)
    const seconds = (performance.now() - began) / 1000
    expect(seconds).toBeGreaterThan(5)
    expect(seconds).toBeLessThan(15)
    // The listener lives: what took its place is another connection.
    await until('the session', () => user.stands(site))
    frozen.end()
    expect(user.asked).toEqual([])
  })

  it('comes back where a connection of the forward waits for it', async () => {
    const [sshd, user] = await start()
    await knowServer(user, sshd)
    const site = await user.add(sshd)
    expect(await user.connect(site)).toBeUndefined()
    const forward = await user.rpc.call('forwards', 'open', { site, host: '127.0.0.1', port: sshd.port })
    await sshd.kill()
    await until('the loss', () => !user.stands(site))
    const socket = dial(forward.localPort, '127.0.0.1')
    socket.on('error', () => undefined)
    const greeting = new Promise<Buffer>((resolve) => socket.once('data', resolve))
    await second()
    await sshd.restart()
    expect((await greeting).toString()).toMatch(/^SSH-2.0-/)
    socket.destroy()
  })

  it.skipIf(!canAskTotp)(
    'waits for the user where a second factor is asked, and asks once for each of their wishes',
    async () => {
      const [sshd, user] = await start({ totp: true, settings: { LogLevel: 'DEBUG' } })
      writeSsh(user, 'known_hosts', await sshd.knownHostsLines())
      user.answer = agreeable({ prompts: (text) => (/OATH/.test(text) ? sshd.code() : sshd.password) })
      const attempts = (): number => count(sshd.log(), /method keyboard-interactive/g)
      const connections = (): number => count(sshd.log(), /Connection from 127\.0\.0\.1/g)
      const site = await user.add(sshd)
      expect(await user.connect(site)).toBeUndefined()
      expect(attempts()).toBe(1)
      expect(user.asked).toHaveLength(2)
      const forward = await user.rpc.call('forwards', 'open', { site, host: '127.0.0.1', port: sshd.port })

      await sshd.kill()
      await until('the loss', () => !user.stands(site))
      await sshd.restart()
      await until('that the user is needed', () => user.site(site)?.connection.state === 'needs-you')
      const before = connections()
      // All that wants the session meanwhile must not send anything to the user's phone.
      const socket = dial(forward.localPort, '127.0.0.1').on('error', () => undefined)
      const open = user.rpc.call('terminals', 'open', { site, size: { columns: 80, rows: 24 } })
      await expect(open).rejects.toMatchObject({ value: { code: 'SSH_FAILED', data: { reason: 'question' } } })
      await second()
      await second()
      expect(attempts()).toBe(1)
      expect(user.asked).toHaveLength(2)
      expect(connections() - before).toBeLessThanOrEqual(1)
      socket.destroy()

      // Two windows wish it at once: one exchange.
      expect(await Promise.all([user.connect(site), user.connect(site)])).toEqual([undefined, undefined])
      expect(attempts()).toBe(2)
      // The password is known; the code alone is asked.
      expect(user.asked).toHaveLength(3)
      expect(await user.inTerminal(site, 'id -un')).toContain(sshd.user)
      expect(attempts()).toBe(2)
    },
  )

  it.skipIf(!canAskTotp)('asks for nothing at the start of Headway', async () => {
    const [sshd, user] = await start({ totp: true, settings: { LogLevel: 'DEBUG' } })
    writeSsh(user, 'known_hosts', await sshd.knownHostsLines())
    user.answer = agreeable({ prompts: (text) => (/OATH/.test(text) ? sshd.code() : sshd.password) })
    const site = await user.add(sshd)
    expect(await user.connect(site)).toBeUndefined()
    const next = await startSshCore({ home: user.home, data: user.data })
    closing.push(() => next.close())
    await until('that the user is needed', () => next.site(site)?.connection.state === 'needs-you')
    await second()
    expect(next.asked).toEqual([])
    expect(count(sshd.log(), /method keyboard-interactive/g)).toBe(1)
  })

  it('stays away once the user has ended it', async () => {
    const [sshd, user] = await start()
    await knowServer(user, sshd)
    const site = await user.add(sshd)
    expect(await user.connect(site)).toBeUndefined()
    const connections = count(sshd.log(), /Connection from/g)
    await user.rpc.call('sites', 'disconnect', { site })
    await second()
    expect(user.site(site)?.connection.state).toBe('signed-out')
    expect(count(sshd.log(), /Connection from/g)).toBe(connections)
    const open = user.rpc.call('terminals', 'open', { site, size: { columns: 80, rows: 24 } })
    await expect(open).rejects.toMatchObject({ value: { code: 'CANCELLED' } })
  })
})
