import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { hasPart } from './parts.ts'

const run = promisify(execFile)
const root = resolve(import.meta.dirname, '../..')

/** Site mode needs root to make accounts, and sudo. Under `CI=true` both are there, or provision has failed. */
export const canBeSite = process.getuid?.() === 0 && ['sudo', 'useradd', 'setpriv'].every(hasPart)

/** A site as an administrator would set it up: accounts, a group, a sudoers file, the helper in a folder of root's. */
export interface Site {
  /** What is installed for all to read: `agent.js`, `helper.js`, `headway-helper`, `node`. */
  folder: string
  /** The account that the agent has. */
  agent: string
  /** Two people of the group, and one outside of it. */
  users: [string, string]
  stranger: string
  sudoers: string
  /** Rewrites the helper's start script. */
  setHelper(change: (script: string) => string): Promise<void>
  /** The command as one of the accounts; standard output, or a rejection with the exit code. */
  as(account: string, command: string, args: readonly string[]): Promise<string>
  homeOf(user: string): string
  /** Processes of an account, by pid. */
  processesOf(user: string): Promise<number[]>
  close(): Promise<void>
}

const homeOf = (user: string) => `/home/${user}`
const processesOf = async (user: string) => {
  const { stdout } = await run('ps', ['-o', 'pid=', '-u', user]).catch(() => ({ stdout: '' }))
  return stdout.split('\n').map(Number).filter(Boolean)
}
const shipped = (name: string) => join(root, 'assets/site-mode', name)

/** Where an account's identity is needed: no group but its own, nothing of root's left. */
export const becoming = (account: string): string[] => [
  'setpriv',
  `--reuid=${account}`,
  `--regid=${account}`,
  '--clear-groups',
  '--',
]

/** Sets a site up. `users`: accounts that are there already (alice and bob of the cluster), else throw-away ones are made. */
export async function setUpSite(options: { users?: [string, string]; slurmConf?: string } = {}): Promise<Site> {
  const id = randomBytes(3).toString('hex')
  const agent = `hwd${id}`
  const group = `hwg${id}`
  const stranger = `hws${id}`
  const users = options.users ?? ([`hwa${id}`, `hwb${id}`] satisfies [string, string])
  const made = [stranger, ...(options.users === undefined ? users : [])]
  const folder = await mkdtemp(join(tmpdir(), 'headway-site-'))
  const sudoers = `/etc/sudoers.d/headway-test-${id}`

  const setHelper = async (change: (script: string) => string) => {
    const script = (await readFile(shipped('headway-helper'), 'utf8'))
      .replaceAll('/usr/lib/headway', folder)
      .replace(/^SLURM_CONF=$/m, `SLURM_CONF=${options.slurmConf ?? ''}`)
    await rm(join(folder, 'headway-helper'), { force: true })
    await writeFile(join(folder, 'headway-helper'), change(script), { mode: 0o755 })
  }
  const setUp = async () => {
    await run(process.execPath, [join(root, 'scripts/build.mjs'), '--agent-into', folder], { cwd: root })
    await cp(process.execPath, join(folder, 'node'))
    await setHelper((script) => script)
    await run('chmod', ['-R', 'go=rX', folder])
    await chmod(join(folder, 'headway-helper'), 0o755)
    await run('groupadd', [group])
    await run('useradd', ['--system', '--user-group', '--no-create-home', '--home-dir', folder, agent])
    for (const user of made) await run('useradd', ['--create-home', '--user-group', user])
    for (const user of users) await run('usermod', ['-aG', group, user])
    const rules = (await readFile(shipped('headway.sudoers'), 'utf8'))
      .replaceAll('/usr/lib/headway', folder)
      .replaceAll('HEADWAY_HELPER', `HEADWAY_${id.toUpperCase()}`)
      .replace(/^headway /m, `${agent} `)
      .replaceAll('%headway-users', `%${group}`)
    await writeFile(sudoers, rules, { mode: 0o440 })
    await run('visudo', ['-c', '-q'])
  }
  const close = async () => {
    await rm(sudoers, { force: true })
    for (const user of users) await rm(join(homeOf(user), '.headway'), { recursive: true, force: true })
    for (const name of [...made, agent]) {
      for (const pid of await processesOf(name)) process.kill(pid, 'SIGKILL')
      await run('userdel', name === agent ? [name] : ['--remove', name]).catch(() => {})
    }
    await run('groupdel', [group]).catch(() => {})
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await setUp()
  } catch (error) {
    await close()
    throw error
  }

  return {
    folder,
    agent,
    users,
    stranger,
    sudoers,
    setHelper,
    homeOf,
    processesOf,
    async as(account, command, args) {
      const [file = '', ...rest] = [...becoming(account), command, ...args]
      return (await run(file, rest, { cwd: '/', encoding: 'utf8' })).stdout
    },
    close,
  }
}
