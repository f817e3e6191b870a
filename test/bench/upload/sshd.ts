import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { hasPart } from '../../helpers/parts.ts'
import type { Ends } from './ends.ts'
import { output, start } from './run.ts'

const PRIVILEGE_FOLDER = '/run/sshd'
const SFTP_SERVER = '/usr/lib/openssh/sftp-server'
const TRIES = 100

/** A server on the far end with keys of its own; nothing of the system's is used or changed. */
export interface Sshd extends AsyncDisposable {
  port: number
  user: string
  key: string
  /** Options by which ssh and scp reach it, with AES-GCM. */
  options: string[]
}

/** What this machine lacks for the peers over ssh; undefined where it lacks nothing. */
export const lackedForSsh = (): string | undefined =>
  hasPart('sshd') && hasPart('scp') ? undefined : 'sshd and scp (packages openssh-server, openssh-client)'

/** @param folder Of its own, for this user alone. */
export async function startSshd({ near, far, host }: Ends, folder: string): Promise<Sshd> {
  mkdirSync(folder, { mode: 0o700 })
  for (const name of ['host', 'user']) {
    await output(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)])
  }
  // Where nobody has started sshd since the machine came up, this folder is not there, and sshd insists on it.
  const isOurs = !existsSync(PRIVILEGE_FOLDER)
  if (isOurs) mkdirSync(PRIVILEGE_FOLDER, { mode: 0o755 })
  const port = await freePort()
  const config = [
    `Port ${port}`,
    `ListenAddress ${host}`,
    `HostKey ${join(folder, 'host')}`,
    `AuthorizedKeysFile ${join(folder, 'user.pub')}`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    `Subsystem sftp ${existsSync(SFTP_SERVER) ? SFTP_SERVER : 'internal-sftp'}`,
  ]
  writeFileSync(join(folder, 'sshd_config'), `${config.join('\n')}\n`)
  const server = start([...far, '/usr/sbin/sshd', '-D', '-q', '-f', join(folder, 'sshd_config')])
  server.stdout.resume()
  const ended = once(server, 'close')
  const key = join(folder, 'user')
  const user = userInfo().username
  const own = [
    `Port=${port}`,
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    'IdentitiesOnly=yes',
    'BatchMode=yes',
  ]
  const options = ['-q', '-F', 'none', '-i', key, '-c', 'aes128-gcm@openssh.com']
  options.push(...own.flatMap((option) => ['-o', option]))
  await untilAnswers([...near, 'ssh', ...options, `${user}@${host}`, 'true'], server)
  return {
    port,
    user,
    key,
    options,
    async [Symbol.asyncDispose]() {
      server.kill()
      await ended
      if (isOurs) rmdirSync(PRIVILEGE_FOLDER)
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function untilAnswers(words: string[], server: ChildProcess): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await output(words)
      return
    } catch (error) {
      if (tries === TRIES || server.exitCode !== null) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}
