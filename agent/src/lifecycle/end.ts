import { setTimeout as wait } from 'node:timers/promises'
import type { Lease } from '../db/lease.ts'
import { isAlive } from '../kit/process-identity.ts'

/** The agent itself gives up on an orderly end after 15 s. */
const PATIENCE_MS = 20_000
const STEP_MS = 50

/**
 * Ends the agent of a lease of this host, and waits until it has gone; its jobs go on. `not-ours`: the process of that number is
 * another one by now, and was left alone. `still-there`: it did not end within 20 s.
 */
export async function endAgent(lease: Lease): Promise<'ended' | 'not-ours' | 'still-there'> {
  if (!(await isAlive(lease))) return 'not-ours'
  try {
    process.kill(lease.pid, 'SIGTERM')
  } catch (error) {
    // It ended by itself, or belongs to another account.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) return 'not-ours'
  }
  const until = Date.now() + PATIENCE_MS
  while (await isAlive(lease)) {
    if (Date.now() > until) return 'still-there'
    await wait(STEP_MS)
  }
  return 'ended'
}
