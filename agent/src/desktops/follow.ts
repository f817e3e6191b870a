import { hostname } from 'node:os'
import type { Desktop } from '../../../contract/desktops.ts'
import { jobHasEnded } from '../../../contract/jobs.ts'
import type { Jobs } from '../jobs/index.ts'
import type { Agent } from '../kit/agent.ts'
import type { Identity } from '../kit/identity.ts'
import type { Ending } from './ending.ts'
import type { SessionFiles } from './files.ts'
import {
  type DesktopJob,
  desktopOf,
  essenceOf,
  idleEnd,
  isDesktop,
  type Live,
  ownViewersOf,
  type Streams,
} from './live.ts'
import { endpointOf } from './session.ts'
import { measure } from './gauges.ts'
import { usedAfter } from './state.ts'
import type { Kept, Store } from './store.ts'

/** How often the files of a running session are looked at: while it is awaited, for a minute and after it, and once it is there. */
const AWAITED_MS = 400
const LATE_MS = 2000
const AWAITED_FOR_MS = 60_000
const READY_MS = 3000
/** After a viewer came or went: the session counts them within a second. */
const COUNTED_MS = 1300
/** What changes all the time is told so often. */
const TOLD_EVERY_MS = 15_000
/** When it was used last is stored so exactly. */
const STORED_MS = 30_000
/** Those that ended stay in the list for so long. */
export const KEPT_MS = 86_400_000

const NONE: Streams = { own: 0, watching: 0 }

export interface Follower {
  /** As it is now; `kept` where the caller has it at hand. */
  view(job: DesktopJob, kept?: Kept): Promise<Desktop>
  /** Of one that has not ended. */
  live(number: number): Live | undefined
  /** A viewer had its last key or pointer event so many milliseconds ago. */
  told(job: DesktopJob, idleMs: number): Promise<void>
  /** Something of it was stored by another hand. */
  changed(job: DesktopJob): Promise<void>
  /** Work on one desktop, after all that was begun for it before. */
  inTurn<T>(number: number, work: () => Promise<T>): Promise<T>
  /** A stream of the agent's own; gives the function that ends it. */
  attach(number: number, kind: keyof Streams): () => void
  streams(number: number): Streams
  onEnd(listener: (number: number) => void): void
  start(): Promise<void>
  close(): Promise<void>
}

const owner = ({ user }: DesktopJob): Identity => ({
  username: user,
  email: '',
  groups: [],
  permissions: ['dashboard'],
})

/** Watches over desktops: one reader for the files of each that runs, and what follows from what they say. */
export function createFollower(
  agent: Agent,
  parts: { jobs: Jobs; store: Store; files: SessionFiles; ending: Ending },
): Follower {
  const { jobs, store, files, ending } = parts
  const { config, log, metrics } = agent
  const { idleEndMinutes } = config.desktops
  const now = () => agent.now().getTime()
  const here = hostname()
  const lives = new Map<number, Live>()
  const timers = new Map<number, NodeJS.Timeout>()
  const streams = new Map<number, Streams>()
  const told = new Map<number, { essence: string; at: number }>()
  const turns = new Map<number, Promise<unknown>>()
  const listeners: ((number: number) => void)[] = []
  let closed = false

  measure(metrics, lives)

  function inTurn<T>(number: number, work: () => Promise<T>): Promise<T> {
    const done = (turns.get(number) ?? Promise.resolve()).then(work)
    const turn = done.then(
      () => undefined,
      () => undefined,
    )
    turns.set(number, turn)
    void turn.then(() => turns.get(number) === turn && turns.delete(number))
    return done
  }
  const later = (number: number, what: string, work: () => Promise<void>) =>
    void inTurn(number, work).catch((error: unknown) => log.warn({ err: error, number }, what))

  const seen = (number: number) => ({ streams: streams.get(number) ?? NONE, now: now(), idleEndMinutes })

  function publish(job: DesktopJob, kept: Kept): void {
    const desktop = desktopOf(job, kept, lives.get(job.number), seen(job.number))
    const essence = essenceOf(desktop)
    const before = told.get(job.number)
    const at = now()
    if (before?.essence === essence && Math.abs(at - before.at) < TOLD_EVERY_MS) return
    if (desktop.state === 'ended' && desktop.end !== undefined) told.delete(job.number)
    else told.set(job.number, { essence, at })
    const event = { type: 'desktop_update' as const, data: desktop, timestamp: agent.now().toISOString() }
    agent.hub.publish('desktops', event, { user: job.user })
  }

  function look(number: number, ms: number): void {
    clearTimeout(timers.get(number))
    timers.delete(number)
    if (closed) return
    const timer = setTimeout(() => {
      timers.delete(number)
      later(number, 'a desktop could not be looked at', () => watch(number))
    }, ms)
    timer.unref()
    timers.set(number, timer)
  }

  async function read(live: Live): Promise<void> {
    const { job } = live
    try {
      // Where it listens does not change while it runs.
      const session = live.endpoint === undefined ? await files.session(job) : undefined
      const told = { way: job.desktop.way, nodes: job.nodes, here }
      const endpoint = session === undefined ? live.endpoint : endpointOf(session, told)
      const stats = endpoint === undefined ? undefined : await files.stats(job)
      // Both at once: nobody sees it half known.
      live.endpoint = endpoint
      live.stats = stats ?? live.stats
    } catch (error) {
      log.debug({ err: error, desktop: job.id }, 'the files of a desktop could not be read')
    }
  }

  async function watch(number: number): Promise<void> {
    const live = lives.get(number)
    if (live?.job.state !== 'running') return
    try {
      await read(live)
      await noteUse(live)
      await endWhereIdle(live)
      publish(live.job, live.kept)
    } finally {
      const awaited = now() - Date.parse(live.job.startedAt ?? live.job.submittedAt) < AWAITED_FOR_MS
      look(number, live.endpoint !== undefined ? READY_MS : awaited ? AWAITED_MS : LATE_MS)
    }
  }

  async function noteUse(live: Live): Promise<void> {
    const { usedAt, before, toldAt, stats, job } = live
    const viewers = live.endpoint === undefined ? 0 : ownViewersOf(stats, streams.get(job.number) ?? NONE)
    live.usedAt = usedAfter({ usedAt, viewers, before, toldAt, now: now() })
    live.before = viewers
    const kept = live.kept.usedAt === undefined ? -Infinity : Date.parse(live.kept.usedAt)
    const isNews = live.usedAt !== undefined && (live.usedAt - kept >= STORED_MS || (viewers === 0 && before > 0))
    if (isNews && live.usedAt !== undefined) await keepUse(live, live.usedAt)
  }

  async function keepUse(live: Live, usedAt: number): Promise<void> {
    const at = new Date(usedAt).toISOString()
    live.kept = { ...live.kept, usedAt: at }
    await store.setUsed(live.job.number, at)
  }

  async function endWhereIdle(live: Live): Promise<void> {
    const { job } = live
    const due = idleEnd(live, idleEndMinutes)
    if (due === undefined || now() < due || live.isEnding) return
    // Stored first: the job may be over before its cancellation is answered.
    await store.setIdleEnd(job.number, true)
    try {
      await jobs.change(owner(job), job.id, { action: 'cancel' })
    } catch (error) {
      await store.setIdleEnd(job.number, false)
      throw error
    }
    live.isEnding = true
    agent.audit.record({ user: job.user, action: 'desktop.idle-end', resource: job.id, status: 'success' })
    log.info({ desktop: job.id, minutes: idleEndMinutes }, 'a desktop was ended because nobody used it')
  }

  async function begin(job: DesktopJob): Promise<Live> {
    let kept = await store.of(job.number)
    if (kept.end !== undefined) await store.begin(job.number)
    // An agent that died on the way to it: nothing was ended.
    else if (kept.isIdleEnd) await store.setIdleEnd(job.number, false)
    kept = await store.of(job.number)
    const usedAt = kept.usedAt === undefined ? undefined : Date.parse(kept.usedAt)
    const unseen = { endpoint: undefined, stats: undefined, toldAt: undefined, before: 0, isEnding: false }
    const live: Live = { job, kept, since: now(), usedAt, ...unseen }
    lives.set(job.number, live)
    return live
  }

  async function follow(job: DesktopJob): Promise<void> {
    const { number } = job
    if (jobHasEnded(job.state)) {
      clearTimeout(timers.get(number))
      timers.delete(number)
      lives.delete(number)
      for (const listener of listeners) listener(number)
      publish(job, await store.of(number))
      // Not waited for: what it waits for may take seconds, and a requeue has its turn meanwhile.
      void ending.conclude(job)
      return
    }
    const known = lives.get(number)
    // Put back into the queue without having been seen ended: another session begins.
    const isAnew = known !== undefined && known.job.restarts !== job.restarts
    if (isAnew) {
      await store.begin(number)
      lives.delete(number)
    }
    const live = isAnew || known === undefined ? await begin(job) : known
    live.job = job
    publish(job, live.kept)
    if (job.state === 'running' && !timers.has(number)) look(number, 0)
  }

  jobs.onUpdate((job) => {
    if (isDesktop(job)) later(job.number, 'a desktop could not be followed', () => follow(job))
  })
  jobs.onChange((job, before) => {
    if (isDesktop(job) && before === undefined) metrics.count('vnc_sessions_created_total')
  })

  return {
    inTurn,
    live: (number) => lives.get(number),
    streams: (number) => streams.get(number) ?? NONE,
    onEnd: (listener) => void listeners.push(listener),

    async view(job, kept) {
      const live = lives.get(job.number)
      return desktopOf(job, live?.kept ?? kept ?? (await store.of(job.number)), live, seen(job.number))
    },

    async told(job, idleMs) {
      const live = lives.get(job.number)
      if (live?.endpoint === undefined) return
      const startedAt = Date.parse(job.startedAt ?? job.submittedAt)
      live.toldAt = now()
      live.usedAt = Math.max(live.usedAt ?? startedAt, now() - idleMs)
      await inTurn(job.number, async () => {
        await noteUse(live)
        publish(live.job, live.kept)
      })
    },

    async changed(job) {
      const kept = await store.of(job.number)
      const live = lives.get(job.number)
      if (live !== undefined) live.kept = kept
      publish(live?.job ?? job, kept)
    },

    attach(number, kind) {
      const count = (by: 1 | -1) => {
        const { own, watching } = streams.get(number) ?? NONE
        const next = kind === 'own' ? { own: own + by, watching } : { own, watching: watching + by }
        if (next.own + next.watching === 0) streams.delete(number)
        else streams.set(number, next)
        later(number, 'a viewer could not be counted', async () => {
          const live = lives.get(number)
          if (live === undefined) return
          await noteUse(live)
          publish(live.job, live.kept)
          if (live.job.state === 'running') look(number, COUNTED_MS)
        })
      }
      count(1)
      return () => count(-1)
    },

    async start() {
      for (const job of await jobs.desktops(new Date(now() - KEPT_MS))) {
        if (!isDesktop(job)) continue
        if (!jobHasEnded(job.state)) later(job.number, 'a desktop could not be followed', () => follow(job))
        else {
          const { end, isCleaned } = await store.of(job.number)
          if (end === undefined || !isCleaned) void ending.conclude(job)
        }
      }
    },

    async close() {
      closed = true
      for (const timer of timers.values()) clearTimeout(timer)
      await Promise.all(turns.values())
    },
  }
}
