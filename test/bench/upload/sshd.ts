import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'

const PRIVILEGE_FOLDER = '/run/sshd'
const SFTP_SERVER = '/usr/lib/openssh/sftp-server'

export interface Sshd {
  /** Copies a file there as a user would, with AES-GCM; returns the seconds it took. */
  scp(file: string, target: string): number
  close(): Promise<void>
}

/** A server of its own on 127.0.0.1 with keys of its own; nothing of the system's is used or changed. */
export async function startSshd(folder: string): Promise<Sshd> {
  for (const name of ['host', 'user']) {
    run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)])
  }
  // Where nobody has started sshd since the machine came up, this folder is not there, and sshd insists on it.
  const isOurs = !existsSync(PRIVILEGE_FOLDER)
  if (isOurs) mkdirSync(PRIVILEGE_FOLDER, { mode: 0o755 })
  const port = await freePort()
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(folder, 'host')}`,
    `AuthorizedKeysFile ${join(folder, 'user.pub')}`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    `Subsystem sftp ${existsSync(SFTP_SERVER) ? SFTP_SERVER : 'internal-sftp'}`,
  ]
  writeFileSync(join(folder, 'sshd_config'), `${config.join('\n')}\n`)
  const server = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', join(folder, 'sshd_config')], { stdio: 'ignore' })
  await untilListening(port, server)
  const own = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'IdentitiesOnly=yes']
  const options = ['-q', '-F', 'none', '-P', String(port), '-i', join(folder, 'user'), '-c', 'aes128-gcm@openssh.com']
  options.push(...own.flatMap((option) => ['-o', option]))
  return {
    scp(file, target) {
      const started = performance.now()
      run('scp', [...options, file, `${userInfo().username}@127.0.0.1:${target}`])
      return (performance.now() - started) / 1000
    },
    async close() {
      const ended = new Promise((resolve) => server.once('close', resolve))
      server.kill()
      await ended
      if (isOurs) rmdirSync(PRIVILEGE_FOLDER)
    },
  }
}

function run(command: string, args: string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`)
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function untilListening(port: number, server: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 100 && server.exitCode === null; tries++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.on('connect', () => {
        socket.destroy()
        resolve(true)
      })
      socket.on('error', () => resolve(false))
    })
    if (isOpen) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('sshd does not listen')
}
