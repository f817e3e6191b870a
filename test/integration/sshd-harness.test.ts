import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { hasPart } from '../helpers/parts.ts'
import { canAskTotp, canRunSshd, startSshd, type SshdOptions, type TestSshd } from '../helpers/sshd.ts'

const execute = promisify(execFile)
const servers: TestSshd[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

const passwd = () => readFileSync('/etc/passwd', 'utf8')

async function started(options?: SshdOptions): Promise<TestSshd> {
  const server = await startSshd(options)
  servers.push(server)
  return server
}

async function ssh(server: TestSshd, ...args: string[]): Promise<string> {
  const config = join(server.folder, 'ssh_config')
  writeFileSync(config, await server.clientConfig('node'))
  const { stdout } = await execute('ssh', ['-F', config, '-o', 'BatchMode=yes', 'node', ...args], { timeout: 20_000 })
  return stdout
}

/** With a password and codes as a person would type them. */
async function typed(server: TestSshd, answers: string[], methods: string): Promise<string> {
  const script = join(server.folder, 'askpass')
  const list = join(server.folder, 'answers')
  writeFileSync(list, `${answers.join('\n')}\n`)
  writeFileSync(script, `#!/bin/sh\nhead -n 1 '${list}'; sed -i 1d '${list}'\n`, { mode: 0o700 })
  const config = join(server.folder, 'ssh_config')
  writeFileSync(config, await server.clientConfig('node'))
  const args = [
    '-F',
    config,
    '-o',
    `PreferredAuthentications=${methods}`,
    '-o',
    'NumberOfPasswordPrompts=1',
    'node',
    'id -un',
  ]
  const env = { ...process.env, SSH_ASKPASS: script, SSH_ASKPASS_REQUIRE: 'force' }
  return (await execute('ssh', args, { env, timeout: 20_000 })).stdout.trim()
}

describe.skipIf(!canRunSshd)('a real sshd for tests', () => {
  it('lets its account in by key and by password, and removes it', async () => {
    const server = await startSshd()
    try {
      expect((await ssh(server, 'id -un; pwd')).split('\n')).toEqual([server.user, server.home, ''])
      expect(await typed(server, [server.password], 'password')).toBe(server.user)
      await expect(typed(server, ['wrong'], 'password')).rejects.toThrow('Permission denied')
      expect(passwd()).toContain(server.user)
    } finally {
      await server.close()
    }
    expect(passwd()).not.toContain(server.user)
    expect(existsSync(server.home)).toBe(false)
    expect(existsSync(`/etc/pam.d/${server.user}`)).toBe(false)
  })

  it.skipIf(!hasPart('sshpass'))('takes the password from sshpass', async () => {
    const server = await started()
    const config = join(server.folder, 'ssh_config')
    writeFileSync(config, await server.clientConfig('node'))
    const args = ['-e', 'ssh', '-F', config, '-o', 'PreferredAuthentications=password', 'node', 'id -un']
    const { stdout } = await execute('sshpass', args, { env: { ...process.env, SSHPASS: server.password } })
    expect(stdout.trim()).toBe(server.user)
  })

  it.skipIf(!canAskTotp)('asks for password and code, and takes a code once', async () => {
    const server = await started({ totp: true })
    const code = server.code()
    expect(await typed(server, [server.password, code], 'keyboard-interactive')).toBe(server.user)
    await expect(typed(server, [server.password, code], 'keyboard-interactive')).rejects.toThrow('Permission denied')
    expect(await typed(server, [server.password, server.code()], 'keyboard-interactive')).toBe(server.user)
    await expect(ssh(server, 'true')).rejects.toThrow('Permission denied')
    expect(server.log().match(/Accepted keyboard-interactive/g)).toHaveLength(2)
  })

  it('ends its connections, comes back on the same port, changes its key', async () => {
    const server = await started({ hostname: 'login2', rc: 'echo noise\n' })
    expect(await ssh(server, 'hostname')).toBe('noise\nlogin2\n')
    for (const action of ['cut', 'kill'] as const) {
      const config = join(server.folder, 'ssh_config')
      const session = spawn('ssh', ['-F', config, 'node', 'echo here; sleep 100'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      await new Promise((resolve) => session.stdout.once('data', resolve))
      const over = new Promise((resolve) => session.once('exit', resolve))
      await server[action]()
      expect(await over).toBe(255)
    }
    await expect(ssh(server, 'true')).rejects.toThrow('Connection refused')
    await server.restart()
    expect(await ssh(server, 'echo again')).toBe('noise\nagain\n')
    const before = await server.knownHostsLines({ hashed: true })
    expect(before).toMatch(/^\|1\|/)
    await server.changeHostKey()
    expect(await server.knownHostsLines({ type: 'ed25519' })).not.toContain(before.split(' ')[2])
    expect(await ssh(server, 'echo new')).toBe('noise\nnew\n')
  })

  it('says nothing for a while where that is wanted', async () => {
    const server = await started({ silentMs: 700, settings: { AllowTcpForwarding: 'no', MaxSessions: '1' } })
    const began = performance.now()
    expect(await ssh(server, 'echo late')).toBe('late\n')
    expect(performance.now() - began).toBeGreaterThan(700)
  })

  it('clears up after a test process that was killed', async () => {
    const helper = join(import.meta.dirname, '../helpers/sshd.ts')
    const script = `const { startSshd } = await import(${JSON.stringify(helper)})
      const { user, port } = await startSshd()
      console.log(user, port)
      process.kill(process.pid, 'SIGKILL')`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const [user = '', port = ''] = line.toString().trim().split(' ')
    await once(child, 'exit')
    expect(passwd()).toContain(user)
    const [next] = await Promise.all([started(), started()])
    expect(passwd()).not.toContain(user)
    await expect(execute('ssh-keyscan', ['-T', '2', '-p', port, '127.0.0.1'])).rejects.toThrow()
    expect(await ssh(next, 'id -un')).toBe(`${next.user}\n`)
  })

  it.skipIf(!hasPart('tcsh') || !hasPart('fish'))('runs other login shells', async () => {
    const tcsh = await started({ shell: '/usr/bin/tcsh' })
    expect(await ssh(tcsh, 'echo $shell')).toBe('/usr/bin/tcsh\n')
    const fish = await started({ shell: '/usr/bin/fish', rc: 'echo noise\n' })
    expect(await ssh(fish, 'set -l x fish; echo $x')).toBe('noise\nfish\n')
  })
})
