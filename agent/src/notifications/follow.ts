import type { ArraySummary, JobState } from '../../../contract/jobs.ts'
import type { Jobs, JobView } from '../jobs/index.ts'
import type { Agent } from '../kit/agent.ts'
import { lastLines } from '../kit/tail.ts'
import type { Notice, Notifications } from './notice.ts'
import { ending } from './sentence.ts'

/** Lines of the log told with a failure, and the most of each. */
const LINES = 20
const LINE_LENGTH = 400
/** How often running jobs are held against their limits, at least; sooner where one is due. */
const LIMIT_MS = 15_000
const SLACK_MS = 250
/** What is left of its time limit when a job is called nearly out of it. */
const NEARLY = 0.1

const failed: ReadonlySet<JobState> = new Set(['failed', 'timeout', 'out_of_memory', 'node_fail', 'lost'])
const ESC = '\u001b'
/** Colours and other orders to a terminal (ECMA-48 control sequences). */
const escapes = new RegExp(`${ESC}\\[[0-9;?]*[ -/]*[@-~]`, 'g')

const about = (job: JobView, which: string): Pick<Notice, 'key' | 'job'> => ({
  key: `${job.id}/${which}`,
  job: { id: job.id, name: job.name },
})
/** How many elements of an array failed. */
const failedOf = ({ states, total }: ArraySummary): NonNullable<Notice['elements']> => ({
  failed: [...failed].reduce((sum, state) => sum + (states[state] ?? 0), 0),
  total,
})

const ran = ({ startedAt, endedAt }: JobView) =>
  startedAt === undefined || endedAt === undefined
    ? {}
    : { ranSeconds: Math.max(0, (Date.parse(endedAt) - Date.parse(startedAt)) / 1000) }

/** Tells of what becomes of jobs, and of those whose time is nearly up. */
export function followJobs(
  agent: Agent,
  { jobs, notifications }: { jobs: Jobs; notifications: Notifications },
): { start(): void; close(): Promise<void> } {
  const { files, log, now } = agent
  let timer: NodeJS.Timeout | undefined
  let closed = false
  let working = Promise.resolve()
  const queue = (what: string, work: () => Promise<void>) => {
    working = working.then(work).catch((error: unknown) => log.warn({ err: error }, what))
  }

  async function endOfLog(job: JobView): Promise<string[]> {
    const file = await files.openRead(job.user, `${job.folder}/${job.log}`).catch(() => undefined)
    try {
      const lines = file === undefined ? [] : await lastLines(file, LINES)
      return lines.map((line) =>
        line
          .replace(escapes, '')
          .replace(/\p{Cc}/gu, ' ')
          .trimEnd()
          .slice(0, LINE_LENGTH),
      )
    } finally {
      await file?.close()
    }
  }

  async function changed(job: JobView, before: JobState | undefined): Promise<void> {
    const { user, state, startedAt = '' } = job
    // What is new is no news to who has just submitted it; who cancelled a job knows.
    if (state === 'running' && before !== undefined) {
      const notice = { kind: 'started', level: 'info', message: `${job.name} has started.` } as const
      await notifications.notify(user, { ...about(job, `started/${startedAt}`), ...notice })
    } else if (state === 'completed') {
      const notice = { kind: 'finished', level: 'info', message: `${job.name} is done.`, state } as const
      await notifications.notify(user, { ...about(job, `ended/${startedAt}`), ...notice, ...ran(job) })
    } else if (failed.has(state)) {
      await notifications.notify(user, {
        ...about(job, `ended/${startedAt}`),
        kind: 'failed',
        level: 'error',
        message: `${job.name} ${ending(job)}.`,
        state,
        ...(job.exitCode === undefined ? {} : { exitCode: job.exitCode }),
        ...(job.signal === undefined ? {} : { signal: job.signal }),
        ...(job.reason === undefined ? {} : { reason: job.reason }),
        ...ran(job),
        ...(job.array === undefined ? { lastLines: await endOfLog(job) } : { elements: failedOf(job.array) }),
      })
    }
  }

  /** Tells of those whose time is nearly up; gives the milliseconds until the next one's is, at most `LIMIT_MS`. */
  async function checkLimits(): Promise<number> {
    let soonest = LIMIT_MS
    for (const job of await jobs.running()) {
      const minutes = job.timeLimit ?? job.resources.timeMinutes
      // Of an array each element has the limit for itself.
      if (job.startedAt === undefined || job.array !== undefined) continue
      const endsAt = Date.parse(job.startedAt) + minutes * 60_000
      const left = endsAt - now().getTime()
      const until = left - NEARLY * minutes * 60_000
      if (until > 0) soonest = Math.min(soonest, until)
      if (left <= 0 || until > 0) continue
      await notifications.notify(job.user, {
        ...about(job, `time-low/${job.startedAt}/${minutes}`),
        kind: 'time-low',
        level: 'warning',
        message: `${job.name} has ${Math.max(1, Math.round(left / 60_000))} min left before its time limit ends it.`,
        endsAt: new Date(endsAt).toISOString(),
      })
    }
    return soonest
  }

  function lookAtLimits(): void {
    queue('time limits could not be looked at', async () => {
      let wait = LIMIT_MS
      try {
        wait = await checkLimits()
      } finally {
        // A little later than due: a timer may come early by a millisecond.
        if (!closed) timer = setTimeout(lookAtLimits, wait + SLACK_MS).unref()
      }
    })
  }

  jobs.onChange((job, before) => {
    if (job.element !== undefined) return
    queue('a job could not be told of', () => changed(job, before))
  })
  return {
    start: lookAtLimits,
    async close() {
      closed = true
      clearTimeout(timer)
      await working
    },
  }
}
