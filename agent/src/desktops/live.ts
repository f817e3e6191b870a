import type { Desktop } from '../../../contract/desktops.ts'
import type { DesktopEndpoint } from '../../../contract/agent/desktops.ts'
import { jobHasEnded } from '../../../contract/jobs.ts'
import type { JobView } from '../jobs/index.ts'
import type { StatsFile } from './session.ts'
import { gpuOf, idleEndOf, isReachable, stateOf } from './state.ts'
import type { Kept } from './store.ts'

/** A job that is a desktop. */
export type DesktopJob = JobView & { desktop: NonNullable<JobView['desktop']> }

export const isDesktop = (job: JobView): job is DesktopJob => job.desktop !== undefined && job.element === undefined

/** What the agent sees of a desktop that has not ended. Times in milliseconds. */
export interface Live {
  job: DesktopJob
  kept: Kept
  /** Since when the agent looks at it. */
  since: number
  /** Undefined before the X server answers. */
  endpoint: DesktopEndpoint | undefined
  stats: StatsFile | undefined
  usedAt: number | undefined
  /** Viewers of its user at the last look. */
  before: number
  toldAt: number | undefined
  /** Its end was asked for, because nobody used it. */
  isEnding: boolean
}

/** Streams that the agent itself relays. */
export interface Streams {
  /** Of the desktop's user, and of colleagues who watch. */
  own: number
  watching: number
}

/** Viewers of all kinds: the X server counts them, but is asked only now and then. */
const viewersOf = (stats: StatsFile | undefined, { own, watching }: Streams): number =>
  Math.max(stats?.viewers ?? 0, own + watching)

export const ownViewersOf = (stats: StatsFile | undefined, streams: Streams): number =>
  Math.max(0, viewersOf(stats, streams) - streams.watching)

const millis = (time: string | undefined): number | undefined => (time === undefined ? undefined : Date.parse(time))
const iso = (time: number): string => new Date(time).toISOString()

export const idleEnd = ({ job, usedAt, endpoint, since }: Live, minutes: number): number | undefined =>
  idleEndOf({
    minutes,
    isReachable: isReachable(job.state, endpoint !== undefined),
    startedAt: millis(job.startedAt),
    usedAt,
    since,
  })

/** A desktop as clients see it. `live` is absent of one that has ended, and for a moment of a new one. */
export function desktopOf(
  job: DesktopJob,
  kept: Kept,
  live: Live | undefined,
  { streams, now, idleEndMinutes }: { streams: Streams; now: number; idleEndMinutes: number },
): Desktop {
  const hasEnded = jobHasEnded(job.state)
  const viewers = hasEnded ? 0 : viewersOf(live?.stats, streams)
  const usedAt = live === undefined ? millis(kept.usedAt) : live.usedAt
  const state = stateOf({ job: job.state, hasSession: live?.endpoint !== undefined, viewers, usedAt, now })
  const idleEndAt = live === undefined || state === 'ended' ? undefined : idleEnd(live, idleEndMinutes)
  const gpu = state === 'ended' ? undefined : gpuOf(live?.stats)
  const { geometry, dpi, clipboard } = job.desktop
  return {
    id: job.id,
    name: job.name,
    user: job.user,
    templateId: job.template?.id ?? '',
    templateName: job.template?.name ?? { en: job.name },
    state,
    ...(job.state === 'pending' && job.reason !== undefined ? { reason: job.reason } : {}),
    ...(job.state === 'pending' && job.expectedStart !== undefined ? { expectedStart: job.expectedStart } : {}),
    ...(hasEnded && kept.end !== undefined ? { end: kept.end } : {}),
    geometry,
    ...(dpi === undefined ? {} : { dpi }),
    resources: job.resources,
    ...(job.nodes === undefined ? {} : { node: job.nodes }),
    timeMinutes: job.timeLimit ?? job.resources.timeMinutes,
    submittedAt: job.submittedAt,
    ...(job.startedAt === undefined ? {} : { startedAt: job.startedAt }),
    ...(job.endedAt === undefined ? {} : { endedAt: job.endedAt }),
    viewers: state === 'ended' ? 0 : viewers,
    ...(usedAt === undefined ? {} : { lastUsedAt: iso(usedAt) }),
    ...(idleEndAt === undefined ? {} : { idleEndAt: iso(idleEndAt) }),
    ...(gpu === undefined ? {} : { gpu }),
    ...(kept.share === undefined || state === 'ended' ? {} : { sharedSince: kept.share.since }),
    clipboard,
  }
}

/** What a card shows at once when it changes; how long it is idle and what its GPUs do may come later. */
export function essenceOf({ lastUsedAt: _used, idleEndAt: _idle, gpu: _gpu, ...essence }: Desktop): string {
  return JSON.stringify(essence)
}
