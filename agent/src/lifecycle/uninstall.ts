import { existsSync, lstatSync, realpathSync, rmdirSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve, sep } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { readLease } from '../db/lease.ts'
import { baseFolder, type Environment } from '../kit/places.ts'
import { runtimeFolders } from '../kit/runtime-folder.ts'
import { dataFolder } from './data-folder.ts'
import { endAgent } from './end.ts'
import { look } from './look.ts'

interface Options {
  withData: boolean
  /** With the data although jobs run. */
  force: boolean
  print: (value: object) => void
}

/** Jobs of the embedded scheduler that run now, as its queue has it. */
function runningJobs(data: string): number {
  const path = join(data, 'headway.db')
  if (!existsSync(path)) return 0
  const database = new DatabaseSync(path, { timeout: 5000 })
  try {
    const count = database.prepare(`SELECT count(*) AS count FROM local_runs WHERE state IN ('starting', 'running')`)
    return Number(count.get()?.['count'] ?? 0)
  } catch {
    // A database from before there were any.
    return 0
  } finally {
    database.close()
  }
}

/** A folder that only an agent makes, and that holds nobody's home: HEADWAY_DATA may be mistyped. */
function isDataFolder(data: string, base: string): boolean {
  const holds = (inner: string) => `${resolve(inner)}${sep}`.startsWith(data === sep ? sep : data + sep)
  return existsSync(join(data, 'agent.lock')) && !holds(homedir()) && !holds(base)
}

/** Removes a folder where it is empty. */
function removeEmpty(folder: string): boolean {
  try {
    rmdirSync(folder)
    return true
  } catch {
    return false
  }
}

/**
 * Stops the agent and removes what Headway put into this account; with the data nothing is left. Prints what was removed, or why
 * nothing was. Jobs handed to Slurm are Slurm's and go on.
 */
export async function uninstall(environment: Environment, { withData, force, print }: Options): Promise<number> {
  const base = baseFolder(environment)
  const data = await dataFolder(environment)
  const refuse = (reason: string, more: object = {}) => {
    print({ removed: [], reason, ...more })
    return 1
  }
  const found = await look(data)
  if (found.kind === 'elsewhere') return refuse('elsewhere', { host: found.lease.host })
  if (withData && !force) {
    const jobs = runningJobs(data)
    if (jobs > 0) return refuse('jobs-run', { jobs })
  }
  // Read before the agent ends, and its lease with it.
  const socket = readLease(data)?.socket
  if (found.kind !== 'none') {
    const outcome = found.lease === undefined ? 'not-ours' : await endAgent(found.lease)
    if (outcome !== 'ended') return refuse(outcome, { pid: found.lease?.pid })
  }

  const removed: string[] = []
  const remove = (path: string) => {
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return
    rmSync(path, { recursive: true, force: true })
    removed.push(path)
  }
  const removeIfEmpty = (path: string) => {
    if (removeEmpty(path)) removed.push(path)
  }
  if (socket !== undefined) {
    rmSync(socket, { force: true })
    removeIfEmpty(dirname(socket))
  }
  for (const folder of runtimeFolders(environment)) removeIfEmpty(folder)
  if (withData && isDataFolder(data, base)) remove(data)
  for (const name of ['versions', 'bin']) remove(join(base, name))
  const node = join(base, 'node')
  const own = [...(withData ? [base] : []), ...(withData && !environment['XDG_DATA_HOME'] ? parentsOf(base) : [])]
  // Node gives its own path without links; a home is often reached by one.
  if (!existsSync(node) || !process.execPath.startsWith(realpathSync(node) + sep)) {
    remove(node)
    for (const folder of own) removeIfEmpty(folder)
    print({ removed })
    return 0
  }
  // Said before it is so: nothing of this program is left to say it then.
  print({ removed: [...removed, node] })
  return removeOurselves(node, own)
}

/** `~/.local/share` and `~/.local`: made with what was installed where they were missing, so taken away where they are empty. */
const parentsOf = (base: string): string[] => [dirname(base), dirname(dirname(base))]

/** Removes the Node that runs this, by becoming another program: NFS keeps a file under another name while it is run. */
function removeOurselves(node: string, emptied: readonly string[]): number {
  const script = 'rm -rf -- "$1"; shift; for folder; do rmdir -- "$folder" 2>/dev/null; done; test ! -e "$0"'
  process.execve?.('/bin/sh', ['sh', '-c', script, node, node, ...emptied], { PATH: '/usr/bin:/bin' })
  rmSync(node, { recursive: true, force: true })
  for (const folder of emptied) removeEmpty(folder)
  return 0
}
