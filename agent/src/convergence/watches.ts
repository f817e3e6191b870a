import type {
  ConvergenceAlarm,
  ConvergenceChoice,
  ConvergenceSpec,
  ConvergenceState,
} from '../../../contract/convergence.ts'
import { jobHasEnded } from '../../../contract/jobs.ts'
import type { Jobs, JobView } from '../jobs/index.ts'
import type { Agent } from '../kit/agent.ts'
import type { Notifications } from '../notifications/index.ts'
import { convergenceParser, recognised } from './parser.ts'
import { Reading } from './reading.ts'
import type { ConvergenceStore } from './store.ts'
import { Watch } from './watch.ts'

/** Of a log that no template names a parser for, so much is looked at to recognise it. */
const BEGINNING = 65_536
/** Jobs that are watched without anybody looking on. */
const MOST_UNSEEN = 200

export interface Watches {
  /** The job's watch, begun where there was none; undefined for a log that is none that is understood. */
  of(job: JobView): Promise<Watch | undefined>
  /** Somebody looks on, or no more. */
  enter(watch: Watch): void
  leave(watch: Watch): Promise<void>
  choose(job: JobView, choice: ConvergenceChoice): Promise<void>
  alarm(job: JobView): Promise<ConvergenceAlarm>
  start(): Promise<void>
  close(): Promise<void>
}

const isBad = (state: ConvergenceState) => state === 'diverging' || state === 'nan'

/** Reads each job's file once, however many look on: all that run and name a parser, and what somebody looks at. */
export function createWatches(
  agent: Agent,
  { jobs, notifications, store }: { jobs: Jobs; notifications: Notifications; store: ConvergenceStore },
): Watches {
  const { hub, log, now } = agent
  const watches = new Map<string, Promise<Watch | undefined>>()
  /** States that were told, or were known before the agent started. */
  const told = new Map<string, ConvergenceState>()
  let closing = false

  async function beginningOf(job: JobView): Promise<string> {
    const file = await agent.files.openRead(job.user, `${job.folder}/${job.log}`).catch(() => undefined)
    try {
      if (file === undefined) return ''
      const { buffer, bytesRead } = await file.read(Buffer.alloc(BEGINNING), 0, BEGINNING, 0)
      return buffer.toString('utf8', 0, bytesRead)
    } finally {
      await file?.close()
    }
  }

  /** What the user chose, else the template's, else what the log looks like. */
  async function specOf(job: JobView, chosen: ConvergenceChoice['parser']): Promise<ConvergenceSpec | undefined> {
    if (chosen !== undefined && chosen !== 'auto') return { parser: chosen }
    if (chosen === undefined && job.template?.convergence !== undefined) return job.template.convergence
    const parser = recognised(await beginningOf(job))
    return parser === undefined ? undefined : { parser }
  }

  async function open(job: JobView): Promise<Watch | undefined> {
    const { chosen } = await store.choices(job.id)
    const stored = await store.load(job.id)
    const asked = chosen === undefined && job.template?.convergence === undefined ? stored?.progress.spec : undefined
    const spec = asked ?? (await specOf(job, chosen))
    if (spec === undefined) return undefined
    const file = spec.file ?? job.log
    const fits = stored !== undefined && stored.progress.file === file && isSame(stored.progress.spec, spec)
    if (stored !== undefined && !fits) await store.forget(job.id)
    // A job that was put back into the queue goes on.
    if (fits) stored.progress.complete &&= await jobs.hasEnded(job.id)
    if (fits) told.set(job.id, stored.progress.verdict.state)
    const reading = new Reading(spec, file, fits ? stored : undefined)
    return new Watch(job, reading, { agent, store, hasEnded: (id) => jobs.hasEnded(id), onVerdict })
  }

  /** Tells the user's windows of a new state, once; and the user, where it is a bad one. */
  async function onVerdict({ job, reading }: Watch): Promise<void> {
    const { verdict, latest } = reading
    if ((told.get(job.id) ?? 'unknown') === verdict.state) return
    told.set(job.id, verdict.state)
    const timestamp = now().toISOString()
    hub.publish('jobs', { type: 'convergence_state', data: { job: job.id, verdict }, timestamp }, { user: job.user })
    // Of one that has ended its user is told in other words.
    if (!isBad(verdict.state) || reading.complete || (await store.choices(job.id)).alarm === 'off') return
    await notifications.notify(job.user, {
      key: `${job.id}/diverging/${job.startedAt ?? ''}/${latest?.record.run ?? 0}`,
      kind: 'diverging',
      level: 'warning',
      message: `${job.name}: ${verdict.text.en}`,
      job: { id: job.id, name: job.name },
      text: verdict.text,
    })
  }

  function of(job: JobView): Promise<Watch | undefined> {
    const known = watches.get(job.id)
    if (known !== undefined) return known
    const opening = open(job)
    watches.set(job.id, opening)
    const forget = () => {
      if (watches.get(job.id) === opening) watches.delete(job.id)
    }
    const settle = async () => {
      const watch = await opening.catch(() => undefined)
      if (watch === undefined || closing) forget()
    }
    void settle()
    return opening
  }

  /** Lets go of what nobody needs: an ended job that nobody looks at. */
  async function release(watch: Watch): Promise<void> {
    if (watch.viewers > 0 || !watch.reading.complete) return
    // Another may stand in its place: of a parser that was chosen meanwhile.
    if ((await watches.get(watch.job.id)) === watch && watch.viewers === 0) {
      watches.delete(watch.job.id)
      told.delete(watch.job.id)
    }
    if (watch.viewers === 0) await watch.close()
  }

  async function follow(job: JobView): Promise<void> {
    if (closing) return
    if (job.array !== undefined) {
      await followElements(job)
      return
    }
    if (job.template?.convergence === undefined && !(await store.has(job.id))) return
    if (!watches.has(job.id) && watches.size >= MOST_UNSEEN) return
    const watch = await of(job)
    await watch?.look()
    if (watch !== undefined) await release(watch)
  }

  /** Of an array each element has a log of its own; its watch sees by itself when the element has ended. */
  async function followElements(array: JobView): Promise<void> {
    if (array.template?.convergence === undefined) return
    for (const element of await jobs.runningElements(array, MOST_UNSEEN)) {
      if (!watches.has(element.id)) await follow(element)
    }
  }

  const quietly = (work: Promise<void>) =>
    void work.catch((error: unknown) => log.warn({ err: error }, 'convergence could not be followed'))

  jobs.onChange((job) => {
    if (job.state === 'running' || job.state === 'completing') quietly(follow(job))
    // Its last words are read at once, whether or not anybody looks on.
    else if (jobHasEnded(job.state) && watches.has(job.id)) quietly(follow(job))
  })

  return {
    of,

    enter(watch) {
      watch.viewers += 1
      void watch.look()
    },
    async leave(watch) {
      watch.viewers -= 1
      await release(watch)
    },

    async choose(job, choice) {
      const { parser } = choice
      // Tried first: a choice that cannot be used is none.
      if (parser !== undefined && parser !== 'auto') convergenceParser({ parser })
      await store.choose(job.id, choice, now())
      if (parser === undefined) return
      const old = await watches.get(job.id)
      watches.delete(job.id)
      told.delete(job.id)
      await old?.drop()
      await store.forget(job.id)
    },

    alarm: async (job) => (await store.choices(job.id)).alarm,

    async start() {
      await store.tidy()
      for (const job of await jobs.running()) quietly(follow(job))
    },

    async close() {
      closing = true
      for (const opening of watches.values()) await (await opening.catch(() => undefined))?.close()
    },
  }
}

const isSame = (one: ConvergenceSpec, other: ConvergenceSpec) => JSON.stringify(one) === JSON.stringify(other)
