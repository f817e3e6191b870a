import type { JobState } from '../../../contract/jobs.ts'
import type { Agent } from '../kit/agent.ts'
import type { History } from './history.ts'
import { asJob, type Submitted } from './record.ts'

/** An array of thousands changes all the time: its user hears of it so often. */
const ARRAY_EVERY_MS = 500

export interface Publishing {
  /** Tells the user, and the other nouns where its state is another than `before`. */
  publish(job: Submitted, before: JobState | undefined): void
  /** Told after a change of state has been stored; `before` is undefined for a new job. */
  onChange(listener: (job: Submitted, before: JobState | undefined) => void): void
  /** Told of everything that was stored, a new estimate or limit too. */
  onUpdate(listener: (job: Submitted) => void): void
  close(): void
}

export function createPublishing(agent: Agent, history: History): Publishing {
  const listeners: ((job: Submitted, before: JobState | undefined) => void)[] = []
  const updates: ((job: Submitted) => void)[] = []
  /** Arrays told of lately, with whether there is news since. */
  const recent = new Map<number, { timer: NodeJS.Timeout; news: boolean }>()

  const send = (job: Submitted) => {
    const event = { type: 'job_update' as const, data: asJob(job), timestamp: agent.now().toISOString() }
    agent.hub.publish('jobs', event, { user: job.user })
  }

  function sendArray(job: Submitted): void {
    const lately = recent.get(job.number)
    if (lately !== undefined) {
      lately.news = true
      return
    }
    send(job)
    const quiet = () => {
      const had = recent.get(job.number)
      recent.delete(job.number)
      if (had?.news !== true) return
      history
        .byNumber(job.number)
        .then((now) => (now === undefined ? undefined : sendArray(now)))
        .catch((error: unknown) => agent.log.error({ err: error, job: job.jobId }, 'an array could not be told of'))
    }
    const timer = setTimeout(quiet, ARRAY_EVERY_MS)
    timer.unref()
    recent.set(job.number, { timer, news: false })
  }

  return {
    publish(job, before) {
      if (job.array === undefined) send(job)
      else sendArray(job)
      for (const listener of updates) listener(job)
      if (job.state !== before) for (const listener of listeners) listener(job, before)
    },
    onChange: (listener) => void listeners.push(listener),
    onUpdate: (listener) => void updates.push(listener),
    close() {
      for (const { timer } of recent.values()) clearTimeout(timer)
      recent.clear()
    },
  }
}
