import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from '../platform.ts'
import { lockFolder, type FolderLock } from './lock.ts'
import { readOwner, writeOwner, type Owner } from './owner-file.ts'

const ownerFile = 'host.owner'

/** Who uses a folder that was wanted. */
export interface Holder {
  host: string
  pid: number
  /** It runs on this machine. */
  here: boolean
  /** Milliseconds since its last sign of life, where this machine can tell. */
  silentMs?: number
}

/** A folder that is this process's own. */
export interface OwnFolder {
  /** Ends with it; others may have it at once. */
  release(): Promise<void>
}
export type Taken = { own: OwnFolder } | { holder: Holder | undefined }

/** Waits, in milliseconds. */
export interface OwnTimes {
  /** Between an owner's signs of life. */
  beatMs: number
  /** Between an owner's looks whether it still is the owner. */
  checkMs: number
  /** An owner on another machine that shows no sign of life for so long has ended. */
  stillMs: number
  /** Between looks for one. */
  lookMs: number
}
export const ownTimes: OwnTimes = { beatMs: 10_000, checkMs: 2000, stillMs: 45_000, lookMs: 1000 }

export interface OwnOptions {
  log: Logger
  /** Another process owns the folder now: this one must end, and write nothing more into it. */
  onLost: (holder: Holder) => void
  /** The folder was in use on another machine, and has to be watched for a while. */
  onWait?: (holder: Holder) => void
  /** As this machine is called. */
  host?: string
  times?: OwnTimes
}

/**
 * Makes a folder this process's own, or says whose it is; undefined where that is not known.
 *
 * Two things guard it. Among the processes of one machine a file lock decides at once, and is gone with its process. A
 * folder on a file server may be opened on two machines, between which such locks need not work: there an owner writes who
 * it is into a file, and a sign of life every few seconds. Whoever finds an owner of another machine watches it: one that
 * shows a sign of life has the folder, one that shows none for long enough has ended. Clocks of different machines are never
 * compared. An owner that was asleep for so long finds another one in its place, and is told.
 */
export async function ownFolder(folder: string, options: OwnOptions): Promise<Taken> {
  const { host = hostname(), times = ownTimes } = options
  const path = join(folder, ownerFile)
  const lock = lockFolder(folder)
  if (lock === undefined) return { holder: await holderOf(path, host) }
  try {
    const alive = await watchOther(path, host, times, options.onWait)
    if (alive !== undefined) {
      lock.release()
      return { holder: alive }
    }
    return { own: await beOwner(path, host, times, lock, options) }
  } catch (error) {
    lock.release()
    throw error
  }
}

/** Another machine that uses the folder, or did so last, as far as can be told at once. */
export async function holderElsewhere(folder: string, host = hostname()): Promise<Holder | undefined> {
  const owner = await readOwner(join(folder, ownerFile))
  return owner === undefined || owner.host === host ? undefined : describe(owner, host)
}

/** Who holds the lock. The file may tell of an older owner, which is gone. */
async function holderOf(path: string, host: string): Promise<Holder | undefined> {
  const owner = await readOwner(path)
  if (owner === undefined || (owner.host === host && !isRunning(owner.pid))) return undefined
  return describe(owner, host)
}

/** An owner on another machine that lives; undefined where there is none, or no longer. */
async function watchOther(
  path: string,
  host: string,
  { stillMs, lookMs }: OwnTimes,
  onWait: OwnOptions['onWait'],
): Promise<Holder | undefined> {
  const first = await readOwner(path)
  // One of this machine would hold the lock.
  if (first === undefined || first.host === host) return undefined
  onWait?.(describe(first, host))
  // Looks are counted, not a clock read: one that went on while this machine slept would prove nothing.
  for (let waited = 0; waited < stillMs; waited += lookMs) {
    await pause(lookMs)
    const now = await readOwner(path)
    if (now === undefined) return undefined
    if (now.token !== first.token || now.beat !== first.beat) return { ...describe(now, host), silentMs: 0 }
  }
  return undefined
}

async function beOwner(
  path: string,
  host: string,
  { beatMs, checkMs }: OwnTimes,
  lock: FolderLock,
  { log, onLost }: OwnOptions,
): Promise<OwnFolder> {
  let owner: Owner = { host, pid: process.pid, token: randomUUID(), beat: 0, at: Date.now() }
  await writeOwner(path, owner)
  let beatAt = performance.now()
  let over = false
  let timer: NodeJS.Timeout
  let checking: Promise<void> = Promise.resolve()

  async function check(): Promise<void> {
    const found = await readOwner(path)
    if (over) return
    if (found !== undefined && found.token !== owner.token) {
      over = true
      return onLost(describe(found, host))
    }
    if (found !== undefined && performance.now() - beatAt < beatMs) return
    owner = { ...owner, beat: owner.beat + 1, at: Date.now() }
    await writeOwner(path, owner)
    beatAt = performance.now()
  }
  /** A file server that does not answer for a while costs a sign of life, not the folder. */
  const carefully = (): Promise<void> =>
    check().catch((error: unknown) => log.warn('no sign of life could be written', { path, reason: String(error) }))
  const schedule = (): void => {
    timer = setTimeout(() => {
      checking = carefully().finally(() => {
        if (!over) schedule()
      })
    }, checkMs)
    timer.unref()
  }
  schedule()

  return {
    async release() {
      const lost = over
      over = true
      clearTimeout(timer)
      await checking
      if (!lost && (await readOwner(path).catch(() => undefined))?.token === owner.token)
        await rm(path, { force: true })
      lock.release()
    },
  }
}

function describe({ host, pid, at }: Owner, thisHost: string): Holder {
  if (host !== thisHost) return { host, pid, here: false }
  return { host, pid, here: true, silentMs: Math.max(0, Date.now() - at) }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it runs, as another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
