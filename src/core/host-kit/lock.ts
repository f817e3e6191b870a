import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'

/** Keeps other processes of this machine away. The operating system lets go of it however the process ends. */
export interface FolderLock {
  release(): void
}

/** Takes the folder (made 0700 where it is not there yet), or gives undefined while another process holds it. */
export function lockFolder(folder: string): FolderLock | undefined {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, 'host.lock')
  // POSIX: closing any handle of a file lets go of all locks that this process has on it. One that is there is not touched.
  if (!existsSync(path)) writeFileSync(path, '', { flag: 'a', mode: 0o600 })
  const database = new DatabaseSync(path)
  try {
    // A write transaction is what SQLite guards with a file lock; nothing is ever written.
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === 5) return undefined
    throw error
  }
  return { release: () => database.close() }
}

/** As `lockFolder`, but waits its turn, at most as long as one renewal of a sign-in can take. */
export async function waitForFolder(folder: string): Promise<FolderLock> {
  const until = Date.now() + 60_000
  for (;;) {
    const lock = lockFolder(folder)
    if (lock !== undefined) return lock
    if (Date.now() > until)
      throw new Error('Another Headway process does not let go of the sign-in. End it, then try again.')
    await pause(25)
  }
}
