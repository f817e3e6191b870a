import { setTimeout as wait } from 'node:timers/promises'
import { jobHasEnded } from '../../../contract/jobs.ts'
import type { JobUsage, UsageSample } from '../../../contract/usage.ts'
import type { Jobs, JobView } from '../jobs/index.ts'
import type { Agent } from '../kit/agent.ts'
import { within } from '../kit/within.ts'
import type { Scheduler, Usage } from '../scheduler/index.ts'
import type { UsageStore } from './store.ts'

/** While somebody looks, a job is measured so often. */
const LIVE_MS = 10_000
/** While nobody does; few at a time, so that a thousand running jobs cost the scheduler no more than five. */
const UNSEEN_MS = 60_000
const ROUND_MS = 15_000
const EACH_ROUND = 5
const MOST_RUNNING = 500
/** A scheduler that takes longer is not waited for. */
const LONGEST_MS = 5000
/** No processor time at all in more than a moment is what accounting that is `late` says of steps it has not heard of yet. */
const isWhole = ({ cpuSeconds, elapsedSeconds }: Usage, late: boolean): boolean =>
  cpuSeconds !== undefined && elapsedSeconds !== undefined && (!late || cpuSeconds > 0 || elapsedSeconds < 2)

/** A cluster's accounting learns of the end late, and piece by piece: what it tells before this is not its last word. */
const SETTLED_MS = 5000
const FINAL_MS = [0, SETTLED_MS, 30_000, 120_000]
/** What accounting has not told by then will not come. */
const GIVEN_UP_MS = 300_000
const MOST_REMEMBERED = 5000

export interface Sampler {
  /** The course and the whole of a job; a running one is measured now, where that was not just done. */
  of(job: JobView): Promise<JobUsage>
  start(): Promise<void>
  close(): Promise<void>
}

const keyOf = (job: Pick<JobView, 'number' | 'element'>) => `${job.number}_${job.element ?? ''}`

export function createSampler(
  { db, now, log }: Pick<Agent, 'db' | 'now' | 'log'>,
  store: UsageStore,
  { jobs, scheduler }: { jobs: Jobs; scheduler: Scheduler },
): Sampler {
  /** When each job was measured last, and what is under way for it: one measurement at a time. */
  const measured = new Map<string, number>()
  const underway = new Map<string, Promise<void>>()
  const closing = new AbortController()
  const settledMs = scheduler.kind === 'slurm' ? SETTLED_MS : 0
  let timer: NodeJS.Timeout | undefined

  function remember(job: JobView, at: number): void {
    const key = keyOf(job)
    measured.delete(key)
    measured.set(key, at)
    const [oldest] = measured.keys()
    if (measured.size > MOST_REMEMBERED && oldest !== undefined) measured.delete(oldest)
  }

  async function ask(job: JobView): Promise<Usage | undefined> {
    const { jobId } = job
    if (jobId === undefined) return undefined
    try {
      return await within(scheduler.usage(jobId, job.element), LONGEST_MS)
    } catch (error) {
      log.debug({ err: error, job: job.id }, 'the use of a job could not be measured')
      return undefined
    }
  }

  /** One thing at a time for each job. */
  function oneByOne(job: JobView, work: () => Promise<void>): Promise<void> {
    const key = keyOf(job)
    const run = (underway.get(key) ?? Promise.resolve())
      .then(work)
      .catch((error: unknown) => log.warn({ err: error, job: job.id }, 'the use of a job could not be kept'))
      .finally(() => {
        if (underway.get(key) === run) underway.delete(key)
      })
    underway.set(key, run)
    return run
  }

  function measure(job: JobView, everyMs: number): Promise<void> {
    return oneByOne(job, async () => {
      const at = now().getTime()
      if (at - (measured.get(keyOf(job)) ?? -Infinity) < everyMs) return
      remember(job, at)
      const usage = await ask(job)
      if (usage !== undefined) await store.append(job, sampleOf(usage))
    })
  }

  /** Keeps what the scheduler tells of a job that has ended; whether that is all. */
  async function conclude(job: JobView): Promise<boolean> {
    let known = false
    await oneByOne(job, async () => {
      const usage = await ask(job)
      // Accounting knows the length of a job before it knows what its steps have used.
      known = usage !== undefined && isWhole(usage, settledMs > 0)
      await store.finish(job, usage === undefined ? undefined : sampleOf(usage))
    })
    return known
  }

  /** Jobs whose last word is still to come. */
  const finishing = new Set<string>()

  async function finish(job: JobView): Promise<void> {
    finishing.add(keyOf(job))
    try {
      for (const pauseMs of FINAL_MS) {
        await wait(pauseMs, undefined, { signal: closing.signal, ref: false })
        if ((await conclude(job)) && pauseMs >= settledMs) break
      }
    } finally {
      finishing.delete(keyOf(job))
    }
    measured.delete(keyOf(job))
  }

  jobs.onChange((job) => {
    if (!jobHasEnded(job.state) || job.startedAt === undefined) return
    finish(job).catch(() => measured.delete(keyOf(job)))
  })

  const last = (job: { number: number }) => measured.get(keyOf(job)) ?? 0

  /** Those that were measured longest ago, and too long. */
  async function round(): Promise<void> {
    const running = await db
      .selectFrom('job_history')
      .select(['number', 'job_id', 'user'])
      .where('state', '=', 'running')
      .where('job_id', 'is not', null)
      .orderBy('number', 'desc')
      .limit(MOST_RUNNING)
      .execute()
    const due = running
      .filter((row) => now().getTime() - last(row) >= UNSEEN_MS)
      .sort((a, b) => last(a) - last(b))
      .slice(0, EACH_ROUND)
    for (const { job_id: id, user } of due) {
      if (id === null || closing.signal.aborted) continue
      const owner = { username: user, email: '', groups: [], permissions: [] }
      await measure(await jobs.find(owner, id), UNSEEN_MS)
    }
  }

  return {
    async of(job) {
      const ended = jobHasEnded(job.state)
      if (job.startedAt === undefined) return { samples: [], complete: ended }
      if (!ended) await measure(job, LIVE_MS)
      let kept = await store.find(job)
      if (!ended) return { samples: kept?.samples ?? [], complete: false }
      const at = now().getTime()
      const age = at - Date.parse(job.endedAt ?? job.startedAt)
      const waits = kept?.final === undefined && age < GIVEN_UP_MS
      // It ended while no agent was there, or its accounting is late.
      if ((kept?.state === undefined || waits) && at - (measured.get(keyOf(job)) ?? -Infinity) >= LIVE_MS) {
        remember(job, at)
        await conclude(job)
        kept = await store.find(job)
      }
      return {
        samples: kept?.samples ?? [],
        ...(kept?.final === undefined ? {} : { final: kept.final }),
        complete: kept?.final === undefined ? age >= GIVEN_UP_MS : age >= settledMs && !finishing.has(keyOf(job)),
      }
    },

    async start() {
      timer = setInterval(() => {
        round().catch((error: unknown) => log.warn({ err: error }, 'running jobs could not be measured'))
      }, ROUND_MS)
      timer.unref()
    },

    async close() {
      clearInterval(timer)
      closing.abort()
      await Promise.all(underway.values())
    },
  }
}

function sampleOf({ at, ...figures }: Usage): UsageSample {
  return { at: at.toISOString(), ...figures }
}
