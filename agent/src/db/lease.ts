import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Another agent works in this folder already. */
export class FolderTaken extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'FolderTaken'
  }
}

/**
 * One agent for one data folder, or two would run the same queue and, from two hosts, tear the database apart.
 * What holds is a lock of the operating system (SQLite's, on a file of its own: Node has none), which dies with the process
 * however that dies and reaches over NFS where NFS has locks. `agent.lease` beside it says in words who has it.
 * Gives the function that lets go. Throws FolderTaken.
 */
export function takeFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const words = join(folder, 'agent.lease')
  const path = join(folder, 'agent.lock')
  closeSync(openSync(path, 'a', 0o600))
  const lock = new DatabaseSync(path)
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch {
    lock.close()
    throw new FolderTaken(`Another agent works in ${folder} (${holder(words)}). Stop it first, or set HEADWAY_DATA.`)
  }
  const lease = { host: hostname(), pid: process.pid, started: new Date(Date.now() - process.uptime() * 1000) }
  writeFileSync(words, `${JSON.stringify(lease)}\n`, { mode: 0o600 })
  return () => {
    rmSync(words, { force: true })
    lock.close()
  }
}

function holder(words: string): string {
  try {
    const { host, pid, started } = JSON.parse(readFileSync(words, 'utf8')) as Record<string, unknown>
    return `process ${String(pid)} on ${String(host)}, since ${String(started)}`
  } catch {
    return 'it did not say which'
  }
}
