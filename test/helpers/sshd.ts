import type { ChildProcess } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { appendFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { hasPart } from './parts.ts'
import { besideAccount, createAccount, listenerFile, pamFile, writeOwn, type Account } from './sshd/account.ts'
import { configText, pamText, usualSettings, type SshdSettings } from './sshd/config.ts'
import { startSlowFront, type SlowFront } from './sshd/front.ts'
import { hashedNames, keygen } from './sshd/keys.ts'
import { endListener, freePort, startListener } from './sshd/listener.ts'
import { connectionsOf, end } from './sshd/processes.ts'
import { createTotp } from './sshd/totp.ts'

export { keygen } from './sshd/keys.ts'

/** False where this machine has no sshd or we are not root; a missing part is a failure elsewhere under `CI=true`. */
export const canRunSshd =
  process.getuid?.() === 0 && ['sshd', 'ssh-keygen', 'useradd', 'chpasswd', 'userdel'].every(hasPart)
/** Also second factors. */
export const canAskTotp = canRunSshd && hasPart('oathtool')

export interface SshdOptions {
  /** Lines of sshd_config; they come before what is usual. */
  settings?: SshdSettings
  /** Login shell; `/bin/bash`. */
  shell?: string
  /** The server believes to run on a machine of this name (a UTS namespace of its own). */
  hostname?: string
  /** A folder of root's that is `/etc/headway` for the server alone (a mount namespace of its own). */
  etc?: string
  /** Password and code by keyboard-interactive, in two rounds; `code()` gives the code. */
  totp?: boolean
  /** What the account's shell runs when it starts, login or not: noise, mostly. In the shell's own language. */
  rc?: string
  /** Milliseconds that the server says nothing after a connection is made. */
  silentMs?: number
  /** Another server whose account this one serves, too: two login nodes with one home. It is closed after this one. */
  account?: TestSshd
  /** Of the host's keys; ed25519 and ecdsa. */
  hostKeyTypes?: readonly string[]
}

export interface TestSshd {
  host: '127.0.0.1'
  port: number
  user: string
  password: string
  /** Of the account, 0700 and its own. */
  home: string
  uid: number
  gid: number
  /** A folder of root's, 0700, for what a test needs to keep; it goes when the server does. */
  folder: string
  /** Private host keys by type (`ed25519`). */
  hostKeys: Record<string, string>
  /** A private ed25519 key without passphrase that the account accepts (not where `totp` is set). */
  userKey: string
  /** As in known_hosts, of every host key or one type's. */
  knownHostsLines(options?: { type?: string; marker?: '@revoked'; hashed?: boolean }): Promise<string>
  /** A `Host` for ssh_config(5) that reaches this server by the key and trusts its host keys, which it writes to a file. */
  clientConfig(alias: string): Promise<string>
  /** A code that is good now; each call gives another one. */
  code(): string
  /** Accepts a further public key. */
  authorize(publicKeyFile: string): Promise<void>
  /** What the server logged, since the account was made. */
  log(): string
  /** The listener and all its connections end at once, as a machine that loses its power. */
  kill(): Promise<void>
  /** Listens again on the same port, after `kill` or anew, with further settings where given. */
  restart(settings?: SshdSettings): Promise<void>
  /** All connections end; the listener stays. */
  cut(): void
  /** Those who are connected get no answer any more, and no end, as where a machine vanishes; `end` cuts them. */
  freeze(): { end(): void }
  /** New host keys, and a restart: all connections end. */
  changeHostKey(): Promise<void>
  /** Ends it and removes the account with everything. */
  close(): Promise<void>
}

/** A real OpenSSH server on 127.0.0.1 with keys and a throw-away account of its own; nothing of the system's is used. */
export async function startSshd(options: SshdOptions = {}): Promise<TestSshd> {
  const shell = options.shell ?? '/bin/bash'
  const account = options.account === undefined ? await createAccount(shell) : await besideAccount(options.account)
  try {
    return await assemble(account, shell, options)
  } catch (error) {
    await account.remove()
    throw error
  }
}

async function assemble(account: Account, shell: string, options: SshdOptions): Promise<TestSshd> {
  const { root, user, home, uid, gid, password } = account
  const folder = join(root, 'keys')
  await mkdir(folder, { mode: 0o700 })
  const program = join(root, user)
  // Until OpenSSH 9.8 the name a server is called by is also its PAM service's.
  await symlink('/usr/sbin/sshd', program)
  const totp = options.totp === true ? createTotp(join(folder, 'oath'), user) : undefined
  await writeFile(pamFile(user), pamText(totp?.file))
  const types = options.hostKeyTypes ?? ['ed25519', 'ecdsa']
  const hostKeys = Object.fromEntries(types.map((type) => [type, join(folder, `host_${type}`)]))
  const userKey = options.account?.userKey ?? join(folder, 'user')
  await Promise.all(Object.entries(hostKeys).map(([type, file]) => keygen(type, file)))
  if (options.account === undefined) {
    await keygen('ed25519', userKey)
    await writeOwn(account, '.ssh/authorized_keys', await readFile(`${userKey}.pub`, 'utf8'))
  }
  if (options.rc !== undefined) for (const file of startupFiles(shell)) await writeOwn(account, file, options.rc)

  let settings = options.settings ?? {}
  let port = 0
  let listener: ChildProcess | undefined
  let front: SlowFront | undefined
  const logFile = join(folder, 'log')

  async function listen(): Promise<void> {
    const config = join(folder, 'sshd_config')
    // Another test file, or a connection that just goes out, may take the port between its choice and its use.
    const mayMove = port === 0
    for (let tries = 1; ; tries++) {
      const at = mayMove ? await freePort() : port
      const usual = usualSettings({ port: at, user, hostKeys: Object.values(hostKeys), totp: totp !== undefined })
      await writeFile(config, configText(settings, usual))
      try {
        listener = await startListener(program, ['-D', '-f', config, '-E', logFile], at, options)
        port = at
        break
      } catch (error) {
        if (tries === 10) throw new Error(`sshd does not start: ${logged()}`, { cause: error })
        await new Promise((resolve) => setTimeout(resolve, 100 * tries))
      }
    }
    await writeFile(listenerFile(root), String(listener.pid))
    if (options.silentMs !== undefined) front ??= await startSlowFront(port, options.silentMs)
  }

  function logged(): string {
    return existsSync(logFile) ? readFileSync(logFile, 'utf8') : ''
  }

  function cut(): void {
    front?.cut()
    if (listener?.pid !== undefined) for (const pid of connectionsOf(listener.pid)) end(pid)
  }

  function freeze(): { end(): void } {
    const frozen = listener?.pid === undefined ? [] : connectionsOf(listener.pid)
    for (const pid of frozen) end(pid, 'SIGSTOP')
    return { end: () => frozen.forEach((pid) => end(pid)) }
  }

  async function kill(): Promise<void> {
    const { pid } = listener ?? {}
    if (listener === undefined || pid === undefined) return
    // Stopped first, so that no connection comes to be while they are counted.
    end(pid, 'SIGSTOP')
    cut()
    await endListener(listener, 'SIGKILL')
    listener = undefined
  }

  await listen()
  const knownHostsLines: TestSshd['knownHostsLines'] = async ({ type, marker, hashed = false } = {}) => {
    const name = `[127.0.0.1]:${front?.port ?? port}`
    const files = type === undefined ? Object.values(hostKeys) : [hostKeys[type] ?? '']
    const keys = await Promise.all(files.map((file) => readFile(`${file}.pub`, 'utf8')))
    const lines = keys.map((key) => `${name} ${key.split(' ').slice(0, 2).join(' ').trim()}\n`)
    const text = hashed ? await hashedNames(folder, lines.join('')) : lines.join('')
    return marker === undefined ? text : text.replace(/^(?=.)/gm, `${marker} `)
  }

  return {
    host: '127.0.0.1',
    // The front's, where there is one; a restart keeps both.
    port: front?.port ?? port,
    user,
    password,
    home,
    uid,
    gid,
    folder,
    hostKeys,
    userKey,
    knownHostsLines,
    async clientConfig(alias) {
      const known = join(folder, 'known_hosts')
      await writeFile(known, await knownHostsLines())
      const lines = [
        `HostName 127.0.0.1`,
        `Port ${front?.port ?? port}`,
        `User ${user}`,
        `IdentityFile ${userKey}`,
        'IdentitiesOnly yes',
        `UserKnownHostsFile ${known}`,
        'GlobalKnownHostsFile /dev/null',
      ]
      return `Host ${alias}\n${lines.map((line) => `  ${line}\n`).join('')}`
    },
    code() {
      if (totp === undefined) throw new Error('this server asks for no code')
      return totp.code()
    },
    authorize: async (file) => appendFile(join(home, '.ssh/authorized_keys'), await readFile(file, 'utf8')),
    log: logged,
    kill,
    async restart(further) {
      await kill()
      settings = { ...settings, ...further }
      await listen()
    },
    cut,
    freeze,
    async changeHostKey() {
      await kill()
      for (const [type, file] of Object.entries(hostKeys)) {
        rmSync(file)
        await keygen(type, file)
      }
      await listen()
    },
    async close() {
      await kill()
      await front?.close()
      await account.remove()
    },
  }
}

/** What a shell reads when it starts: for commands, for logins. */
function startupFiles(shell: string): string[] {
  const name = basename(shell)
  if (name === 'tcsh' || name === 'csh') return ['.cshrc']
  if (name === 'fish') return ['.config/fish/config.fish']
  if (name === 'zsh') return ['.zshenv']
  return ['.bashrc', '.bash_profile']
}
