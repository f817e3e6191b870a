import { createServer, connect, type AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until, type Watched } from '../helpers/core.ts'
import { knowServer, startSshCore, type SshCore } from '../helpers/ssh-core.ts'
import { canRunSshd, startSshd, type TestSshd } from '../helpers/sshd.ts'

const textOf = ({ snapshots, events }: Watched<'terminals', 'output'>): string =>
  (snapshots.at(-1)?.data ?? '') + events.map(({ data }) => data).join('')

describe.skipIf(!canRunSshd)('over a real SSH session', () => {
  let sshd: TestSshd
  let user: SshCore
  let site: string
  beforeAll(async () => {
    sshd = await startSshd()
    user = await startSshCore()
    await knowServer(user, sshd)
    site = await user.add(sshd)
    expect(await user.connect(site)).toBeUndefined()
  })
  afterAll(async () => {
    await user.close()
    await sshd.close()
  })
  const size = { columns: 90, rows: 33 }
  const open = async (): Promise<string> => (await user.rpc.call('terminals', 'open', { site, size })).id
  const type = (id: string, data: string) => user.rpc.call('terminals', 'write', { id, data })

  it('a terminal is a login shell of the size it is given, and follows it', async () => {
    const id = await open()
    const output = user.watch('terminals', 'output', { id })
    await type(id, 'shopt -q login_shell && echo lo""gin; stty size; echo "한글 $TERM"\r')
    await until('the answers', () => /한글 xterm-256color\r\n/.test(textOf(output)))
    expect(textOf(output)).toContain('login\r\n33 90\r\n')
    await user.rpc.call('terminals', 'resize', { id, size: { columns: 120, rows: 40 } })
    await type(id, 'stty size\r')
    await until('the new size', () => textOf(output).includes('40 120\r\n'))
    await type(id, 'exit 7\r')
    const all = user.watch('terminals', 'all', {})
    await until('its end', () =>
      [...all.snapshots.flatMap(({ items }) => items), ...all.events.flatMap(({ put }) => put)].some(
        (each) => each.id === id && each.state === 'closed' && each.exitCode === 7 && each.lost === undefined,
      ),
    )
    await user.rpc.call('terminals', 'close', { id })
  })

  it('Hangul typed slowly arrives whole where the server names no locale', async () => {
    const id = await open()
    const output = user.watch('terminals', 'output', { id })
    await type(id, 'echo rea""dy\r')
    await until('the prompt', () => textOf(output).includes('ready\r\n'))
    await type(id, 'echo ')
    await until('the echo', () => textOf(output).endsWith('echo '))
    await type(id, '한글')
    await until('what was typed', () => textOf(output).endsWith('echo 한글'))
    await user.rpc.call('terminals', 'close', { id })
  })

  it('a terminal that floods is stopped by Ctrl-C', async () => {
    const id = await open()
    const output = user.watch('terminals', 'output', { id })
    await type(id, 'yes 한글한글한글\r')
    await until('the flood', () => textOf(output).length > 2_000_000, 30_000)
    await type(id, '\u0003')
    await type(id, 'echo sto""pped\r')
    await until('the end of it', () => textOf(output).includes('stopped\r\n'), 30_000)
    // Ctrl-C throws away what the terminal's line has not sent yet, be it half a character.
    expect(textOf(output).replace(/\uFFFD+\^C/, '')).not.toContain('\uFFFD')
    await user.rpc.call('terminals', 'close', { id })
  })

  it('a terminal that is closed ends what runs in it', async () => {
    const id = await open()
    const output = user.watch('terminals', 'output', { id })
    await type(id, 'echo pi""d $$; sleep 1000\r')
    const pid = await until('its number', () => /pid (\d+)\r\n/.exec(textOf(output))?.[1])
    await user.rpc.call('terminals', 'close', { id })
    await until('the end of the shell', () => {
      try {
        process.kill(Number(pid), 0)
        return false
      } catch {
        return true
      }
    })
  })

  it('a forward carries bytes both ways to their end', async () => {
    const server = createServer({ allowHalfOpen: true }, (socket) => void socket.pipe(socket))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const forward = await user.rpc.call('forwards', 'open', { site, host: '127.0.0.1', port })
    const sent = randomBytes(20_000_000)
    const socket = connect({ port: forward.localPort, host: '127.0.0.1', allowHalfOpen: true })
    socket.end(sent)
    expect((await buffer(socket)).equals(sent)).toBe(true)
    const all = user.watch('forwards', 'all', {})
    await until('the figures', () =>
      [...all.snapshots.flatMap(({ items }) => items), ...all.events.flatMap(({ put }) => put)].some(
        (each) => each.connections === 0 && each.bytes === 40_000_000,
      ),
    )
    server.close()
    const refused = connect(forward.localPort, '127.0.0.1')
    refused.on('error', () => undefined)
    await until('why not', () => all.events.at(-1)?.put.at(-1)?.error)
    expect(all.events.at(-1)?.put.at(-1)?.error).toMatchObject({ code: 'SSH_FAILED', data: { reason: 'refused' } })
    await user.rpc.call('forwards', 'close', { id: forward.id })
  })
})
