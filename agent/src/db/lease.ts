import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ownIdentity } from '../kit/process-identity.ts'

/** Another agent works in this folder already. */
export class FolderTaken extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'FolderTaken'
  }
}

/** `agent.lease`: who works in the folder, in words. */
export interface Lease {
  host: string
  pid: number
  /** ISO 8601. */
  started: string
  /** With the pid that very process, whoever has its number later (kit/process-identity.ts). */
  boot: string
  start: string
  /** Absolute path of the unix socket it listens on, on that host; absent where it listens on an address. */
  socket?: string
}

const wordsOf = (folder: string) => join(folder, 'agent.lease')
const lockOf = (folder: string) => join(folder, 'agent.lock')

/**
 * How long the lock is tried for. Whoever only looks holds it for a moment, and of two who take it at once neither might get it
 * at the first try.
 */
const PATIENCE_MS = 1000

/** SQLITE_BUSY, whatever its extension. */
const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === 5

/**
 * One agent for one data folder, or two would run the same queue and, from two hosts, tear the database apart.
 * What holds is a lock of the operating system (SQLite's, on a file of its own: Node has none), which dies with the process
 * however that dies and reaches over NFS where NFS has locks. `agent.lease` beside it says in words who has it.
 * Gives the function that lets go. Throws FolderTaken, and SQLite's error where the file system has no locks.
 */
export function takeFolder(folder: string, socket?: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  closeSync(openSync(lockOf(folder), 'a', 0o600))
  const lock = new DatabaseSync(lockOf(folder), { timeout: PATIENCE_MS })
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    writeLease(folder, socket)
  } catch (error) {
    lock.close()
    if (!isBusy(error)) throw error
    throw new FolderTaken(`Another agent works in ${folder} (${holder(folder)}). Stop it first, or set HEADWAY_DATA.`)
  }
  return () => {
    rmSync(wordsOf(folder), { force: true })
    lock.close()
  }
}

/** Says where this process, which has the folder, is to be found. Whole at any time for those who read it meanwhile. */
export function writeLease(folder: string, socket?: string): void {
  const started = new Date(Date.now() - process.uptime() * 1000).toISOString()
  const lease: Lease = { host: hostname(), ...ownIdentity(), started, ...(socket === undefined ? {} : { socket }) }
  const fresh = `${wordsOf(folder)}.new`
  writeFileSync(fresh, `${JSON.stringify(lease)}\n`, { mode: 0o600 })
  renameSync(fresh, wordsOf(folder))
}

/** What `agent.lease` says, of a living agent or of one that died; undefined where there is none that can be read. */
export function readLease(folder: string): Lease | undefined {
  try {
    const { host, pid, boot, start, started, socket } = JSON.parse(
      readFileSync(wordsOf(folder), 'utf8'),
    ) as Partial<Lease>
    if (pid === undefined || !Number.isSafeInteger(pid) || pid < 2) return undefined
    if (typeof host !== 'string' || typeof started !== 'string') return undefined
    // An agent older than these two words is still told by its host and number; nothing is done to it.
    const identity = { pid, boot: boot ?? '', start: start ?? '' }
    return { host, ...identity, started, ...(typeof socket === 'string' ? { socket } : {}) }
  } catch {
    return undefined
  }
}

/** Whether some agent, of whatever host, has the folder now. Throws SQLite's error where the file system has no locks. */
export function isFolderTaken(folder: string): boolean {
  if (!existsSync(lockOf(folder))) return false
  const probe = new DatabaseSync(lockOf(folder), { readOnly: true })
  try {
    probe.prepare('SELECT count(*) FROM sqlite_schema').get()
    return false
  } catch (error) {
    if (isBusy(error)) return true
    throw error
  } finally {
    probe.close()
  }
}

function holder(folder: string): string {
  const lease = readLease(folder)
  return lease === undefined ? 'it did not say which' : `process ${lease.pid} on ${lease.host}, since ${lease.started}`
}
