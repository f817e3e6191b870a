import { setTimeout as wait } from 'node:timers/promises'
import { jobHasEnded } from '../../../contract/jobs.ts'
import type { Agent } from '../kit/agent.ts'
import type { Jobs } from '../jobs/index.ts'
import type { SessionFiles } from './files.ts'
import type { DesktopJob } from './live.ts'
import type { EndedFile } from './session.ts'
import { endOf, isFailure, isWordMissing } from './state.ts'
import type { Store } from './store.ts'

/** The session's last word comes over a shared file system, and may be later than the scheduler's. */
const LATER_MS = [0, 400, 1500, 5000]

/** Finds out why desktops ended, and takes away what is left of them, also of those that ended while no agent was there. */
export interface Ending {
  /** Resolves when its end is stored; what follows, follows. */
  conclude(job: DesktopJob): Promise<void>
  close(): Promise<void>
}

export function createEnding(
  agent: Agent,
  { store, files, jobs, onEnd }: { store: Store; files: SessionFiles; jobs: Jobs; onEnd: (job: DesktopJob) => void },
): Ending {
  const { log, metrics } = agent
  const closing = new AbortController()
  const underway = new Map<number, Promise<void>>()

  /** It may have been put back into the queue meanwhile: then what lies in its folder is another session's. */
  const isOver = async ({ id, number }: DesktopJob) => {
    const now = await jobs.named(id)
    return now?.number === number && jobHasEnded(now.state)
  }

  async function lastWord(job: DesktopJob): Promise<EndedFile | undefined> {
    return files.ended(job).catch((error: unknown) => {
      log.warn({ err: error, desktop: job.id }, 'the end of a desktop could not be read')
      return undefined
    })
  }

  async function work(job: DesktopJob): Promise<void> {
    const { end: known, isCleaned, isIdleEnd } = await store.of(job.number)
    for (const [attempt, pauseMs] of LATER_MS.entries()) {
      await wait(pauseMs, undefined, { signal: closing.signal, ref: false })
      // Of one that never began there is nothing to be read.
      const ended = job.startedAt === undefined || known !== undefined ? undefined : await lastWord(job)
      const isLast = attempt === LATER_MS.length - 1 || job.startedAt === undefined || known !== undefined
      if (isWordMissing(job.state, ended) && !isLast) continue
      if (!(await isOver(job))) return
      if (known === undefined) {
        const end = endOf({ job: job.state, reason: job.reason, isIdleEnd, ended })
        await store.setEnd(job.number, end)
        if (isFailure(end.kind)) metrics.count('vnc_sessions_failed_total')
        log.info({ desktop: job.id, end: end.kind }, 'a desktop has ended')
        onEnd(job)
      }
      if (!isCleaned) {
        await files.removeLeftovers(job)
        await store.setCleaned(job.number)
      }
      return
    }
  }

  return {
    conclude(job) {
      const known = underway.get(job.number)
      if (known !== undefined) return known
      const run = work(job)
        .catch((error: unknown) => {
          // The next start of an agent tries again.
          if (!closing.signal.aborted) log.warn({ err: error, desktop: job.id }, 'a desktop could not be concluded')
        })
        .finally(() => underway.delete(job.number))
      underway.set(job.number, run)
      return run
    },
    async close() {
      closing.abort()
      await Promise.all(underway.values())
    },
  }
}
