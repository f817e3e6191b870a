import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { end, endProcessesOf, isSshd } from './processes.ts'

const execute = promisify(execFile)

/** A unix account of one test's own. */
export interface Account {
  user: string
  password: string
  uid: number
  gid: number
  /** Root's folder around the home, 0711: keys and settings of the server lie beside the home. */
  root: string
  home: string
  /** Ends its processes and removes all of it. */
  remove(): Promise<void>
}

/** Names of ours, and the comment that says which process made the account. */
const ours = /^(hw[0-9a-f]{8}):[^:]*:(\d+):\d+:Headway test (\d+):([^:]+):/

export async function createAccount(shell: string): Promise<Account> {
  await removeOrphans()
  const root = await mkdtemp(join(tmpdir(), 'headway-sshd-'))
  await chmod(root, 0o711)
  const user = `hw${randomBytes(4).toString('hex')}`
  const password = randomBytes(9).toString('base64url')
  const home = join(root, 'home')
  // useradd takes the lock of /etc/passwd, for which another test file may hold; it gives up after some seconds.
  await patiently(() =>
    execute('useradd', ['-M', '-U', '-d', home, '-s', shell, '-c', `Headway test ${process.pid}`, user]),
  )
  await patiently(() => withInput('chpasswd', [], `${user}:${password}\n`))
  const { stdout } = await execute('getent', ['passwd', user])
  const [, , uid, gid] = stdout.split(':').map(Number)
  if (uid === undefined || gid === undefined) throw new Error(`${user} was not made`)
  await mkdir(home, { mode: 0o700 })
  await chown(home, uid, gid)
  return { user, password, uid, gid, root, home, remove: () => removeAccount(user, uid, root) }
}

/** The same account with a folder of root's own: what is removed is that folder. */
export async function besideAccount(other: Omit<Account, 'root' | 'remove'>): Promise<Account> {
  const { user, password, uid, gid, home } = other
  const root = await mkdtemp(join(tmpdir(), 'headway-sshd-'))
  await chmod(root, 0o711)
  return { user, password, uid, gid, home, root, remove: () => rm(root, { recursive: true, force: true }) }
}

async function removeAccount(user: string, uid: number, root: string): Promise<void> {
  await endProcessesOf(uid)
  rmSync(pamFile(user), { force: true })
  removeTemporary(uid)
  await patiently(() => execute('userdel', [user]))
  // Whatever the last process was writing when it ended may still appear.
  await rm(root, { recursive: true, force: true, maxRetries: 5 })
}

/** What it left in the folders for all: the next account gets the same number. */
function removeTemporary(uid: number): void {
  for (const folder of ['/tmp', '/var/tmp', '/dev/shm', '/run/user']) {
    if (!existsSync(folder)) continue
    for (const entry of readdirSync(folder)) {
      const path = join(folder, entry)
      if (lstatSync(path, { throwIfNoEntry: false })?.uid === uid) rmSync(path, { recursive: true, force: true })
    }
  }
}

/** The PAM service of a server is named as its account, so both are found together. */
export const pamFile = (user: string): string => `/etc/pam.d/${user}`

/** Accounts whose test process was killed before it could remove them. */
async function removeOrphans(): Promise<void> {
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [, user, uid, owner, home] = ours.exec(line) ?? []
    if (user === undefined || uid === undefined || owner === undefined || home === undefined) continue
    if (isAlive(Number(owner))) continue
    const root = dirname(home)
    const listener = listenerOf(root)
    if (listener !== undefined && isSshd(listener)) end(listener)
    // Another test file may be at the same orphan.
    await removeAccount(user, Number(uid), root).catch(() => undefined)
  }
}

/** Where the process id of the listener is kept, for whoever has to clear up. */
export const listenerFile = (root: string): string => join(root, 'listener.pid')

function listenerOf(root: string): number | undefined {
  try {
    return Number(readFileSync(listenerFile(root), 'utf8'))
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Writes a file as the account's own. */
export async function writeOwn(
  { home, uid, gid }: Pick<Account, 'home' | 'uid' | 'gid'>,
  path: string,
  text: string,
  mode = 0o600,
): Promise<void> {
  let folder = home
  for (const part of path.split('/').slice(0, -1)) {
    folder = join(folder, part)
    await mkdir(folder, { mode: 0o700, recursive: true })
    await chown(folder, uid, gid)
  }
  const file = join(home, path)
  await writeFile(file, text, { mode })
  await chown(file, uid, gid)
}

async function patiently(action: () => Promise<unknown>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await action()
      return
    } catch (error) {
      if (tries === 5) throw error
      await new Promise((resolve) => setTimeout(resolve, 200 * tries))
    }
  }
}

/** A command that is given something on its standard input: no secret among its arguments. Resolves with its output. */
export async function withInput(command: string, args: readonly string[], input: string): Promise<string> {
  const running = execute(command, args)
  running.child.stdin?.end(input)
  return (await running).stdout
}
