import { hostname } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { isFolderTaken, type Lease, readLease } from '../db/lease.ts'
import { type AgentHealth, askHealth } from './health.ts'

/** What is found of the agent of a data folder. */
export type Found =
  | { kind: 'none' }
  | { kind: 'running'; lease: Lease & { socket: string }; health: AgentHealth }
  | { kind: 'elsewhere'; lease: Lease }
  /** Something has the folder and does not answer (yet): it starts, it ends, it hangs, or it has no socket. */
  | { kind: 'silent'; lease?: Lease }

/** The words beside the lock are written a moment after it is taken: what they say is believed when it stays. */
const SETTLED_MS = 250

async function once(folder: string): Promise<Found> {
  const lease = readLease(folder)
  const isHere = lease?.host === hostname()
  if (lease?.socket !== undefined && isHere) {
    const health = await askHealth(lease.socket)
    if (health !== undefined) return { kind: 'running', lease: { ...lease, socket: lease.socket }, health }
  }
  if (!isFolderTaken(folder)) return { kind: 'none' }
  if (lease === undefined) return { kind: 'silent' }
  return { kind: isHere ? 'silent' : 'elsewhere', lease }
}

/**
 * Looks for the agent of this data folder: by its lease, whose lock says whether it is alive, and by its socket. A lease without
 * the lock is of an agent that died. Throws SQLite's error where the file system has no locks.
 */
export async function look(folder: string): Promise<Found> {
  const found = await once(folder)
  if (found.kind !== 'elsewhere') return found
  await wait(SETTLED_MS)
  return once(folder)
}
