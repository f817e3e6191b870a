import type { ChildProcess } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { isAlive, type ProcessIdentity } from '../../kit/process-identity.ts'
import { CLAIMED_BEFORE, type Place, readClaim, readExit, startWrapper } from './wrapper.ts'

/** How a job's process came to its end. */
export interface Ending {
  /** What the script ended with; undefined where it left no status (its wrapper was killed too, or never ran). */
  exit: number | undefined
  /** Whether the agent saw it alive; false where it was gone when it looked. */
  seen: boolean
  /** Why it could not even be started. */
  problem?: string
}

export interface Run {
  /** Settles with `true` once the process runs, with `false` where it ended before it was seen running. */
  started: Promise<boolean>
  /** Never settles after `forget`. */
  ended: Promise<Ending>
  /** To the whole process group; false where there is none to signal any more. */
  signal(name: 'SIGTERM' | 'SIGKILL'): Promise<boolean>
  /** Of the wrapper, which leads its session; undefined before it runs. */
  pid(): number | undefined
  /** Stops watching; the process goes on. */
  forget(): void
}

const CLAIM_POLL_MS = 10
const CLAIM_WAIT_MS = 10_000
/** How often a process that is not our child is looked at. */
const LIFE_POLL_MS = 300

function signalGroup(pid: number, name: 'SIGTERM' | 'SIGKILL'): boolean {
  try {
    process.kill(-pid, name)
    return true
  } catch {
    return false
  }
}

/**
 * One job's process from the agent's side. With an `environment` it is started here (of several starts one alone ever wins,
 * see the wrapper); without, it is found again after a restart.
 */
export function followProcess(place: Place, environment?: Record<string, string>): Run {
  /** Aborted when there is nothing to wait for any more: our child has ended, or nobody listens. */
  const wake = new AbortController()
  const sleep = (ms: number) => wait(ms, undefined, { signal: wake.signal, ref: false }).catch(() => undefined)
  let forgotten = false
  let identity: ProcessIdentity | undefined
  let child: ChildProcess | undefined
  let problem: string | undefined

  async function start(env: Record<string, string>): Promise<void> {
    try {
      child = await startWrapper(place, env)
      child.once('exit', (code) => {
        if (code !== CLAIMED_BEFORE) wake.abort()
      })
    } catch (error) {
      problem = `It could not be started: ${error instanceof Error ? error.message : String(error)}`
      wake.abort()
    }
  }

  /** Whether it was alive when first looked at, or ran as our own child. */
  const started = (async () => {
    if (environment !== undefined) await start(environment)
    const deadline = Date.now() + CLAIM_WAIT_MS
    for (;;) {
      const last = wake.signal.aborted
      identity = await readClaim(place)
      if (identity !== undefined || last || environment === undefined || Date.now() > deadline) break
      await sleep(CLAIM_POLL_MS)
    }
    return identity !== undefined && !wake.signal.aborted && (await isAlive(identity))
  })()

  async function untilGone(process: ProcessIdentity): Promise<void> {
    while (!wake.signal.aborted && (await isAlive(process))) await sleep(LIFE_POLL_MS)
  }

  async function end(): Promise<Ending> {
    // A claim may stem from a start that an earlier agent made: only our own child is sure to have lived under our eyes.
    const seen = (await started) || (identity !== undefined && identity.pid === child?.pid)
    if (identity !== undefined) await untilGone(identity)
    const exit = await readExit(place)
    // A wrapper killed by hand leaves its group behind. Only one that was just seen alive is sure to be the group's owner.
    if (exit === undefined && seen && identity !== undefined && !forgotten) signalGroup(identity.pid, 'SIGKILL')
    return { exit, seen, ...(problem === undefined ? {} : { problem }) }
  }

  return {
    started,
    ended: end().then((ending) => (forgotten ? new Promise<never>(() => {}) : ending)),
    async signal(name) {
      await started
      return identity !== undefined && (await isAlive(identity)) && signalGroup(identity.pid, name)
    },
    pid: () => identity?.pid,
    forget() {
      forgotten = true
      wake.abort()
    },
  }
}
