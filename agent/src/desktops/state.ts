import type { Desktop, DesktopEnd, DesktopState } from '../../../contract/desktops.ts'
import { jobHasEnded, type JobState } from '../../../contract/jobs.ts'
import type { EndedFile, StatsFile } from './session.ts'
import type { End } from './store.ts'

/** A desktop that viewers show, but with no key and no pointer event for so long, is idle. */
export const IDLE_MS = 300_000
/** Viewers tell what they see every half minute; of one that has not for so long, nothing is known but that it is there. */
export const TOLD_MS = 120_000

/** Whether the X server can be reached: its job runs, and it has said where it listens. */
export const isReachable = (job: JobState, hasSession: boolean): boolean => job === 'running' && hasSession

export function stateOf(seen: {
  job: JobState
  hasSession: boolean
  viewers: number
  /** Milliseconds; undefined before anybody looked. */
  usedAt: number | undefined
  now: number
}): DesktopState {
  const { job, hasSession, viewers, usedAt, now } = seen
  // What is completing has nothing left to look at.
  if (jobHasEnded(job) || job === 'completing') return 'ended'
  if (job === 'pending') return 'queued'
  if (!isReachable(job, hasSession)) return 'starting'
  if (viewers === 0) return usedAt === undefined ? 'ready' : 'idle'
  return usedAt !== undefined && now - usedAt >= IDLE_MS ? 'idle' : 'connected'
}

/**
 * When it was used last, after another look at it. `viewers` and `before` count those of its user, now and at the last look;
 * `toldAt` is when one of them last said how long its keyboard and pointer have been at rest. Milliseconds.
 */
export function usedAfter(seen: {
  usedAt: number | undefined
  viewers: number
  before: number
  toldAt: number | undefined
  now: number
}): number | undefined {
  const { usedAt, viewers, before, toldAt, now } = seen
  if (viewers === 0) return before > 0 ? now : usedAt
  if (before === 0) return now
  // A viewer of another make never says: while it is there the desktop counts as used.
  return toldAt === undefined || now - toldAt > TOLD_MS ? now : usedAt
}

/** When the site ends it because nobody uses it; undefined where it does not. Milliseconds. */
export function idleEndOf(seen: {
  minutes: number
  isReachable: boolean
  startedAt: number | undefined
  usedAt: number | undefined
  /** Since when the agent looks: what it could not see is not held against anybody. */
  since: number
}): number | undefined {
  const { minutes, startedAt, usedAt, since } = seen
  if (minutes === 0 || startedAt === undefined || !seen.isReachable) return undefined
  return Math.max(usedAt ?? startedAt, since) + minutes * 60_000
}

const byJob: Partial<Record<JobState, DesktopEnd>> = {
  timeout: 'time-limit',
  out_of_memory: 'out-of-memory',
  node_fail: 'node-failed',
  lost: 'lost',
  cancelled: 'stopped',
}
const LONGEST = 2000

/** Fit to be shown: what the session wrote last, without what only a terminal understands. */
const shown = (text: string): string =>
  text
    .replace(/(?!\n)\p{C}/gu, ' ')
    .trim()
    .slice(-LONGEST)

const withDetail = (kind: DesktopEnd, detail = ''): End => {
  const text = shown(detail)
  return text === '' ? { kind } : { kind, detail: text }
}

/** Why an ended one ended. What the scheduler did to it counts before what its session said of that. */
export function endOf(seen: {
  job: JobState
  reason: string | undefined
  isIdleEnd: boolean
  ended: EndedFile | undefined
}): End {
  const { job, reason, isIdleEnd, ended } = seen
  const kind = byJob[job]
  if (kind === 'stopped' && isIdleEnd) return { kind: 'idle' }
  if (kind !== undefined) return kind === 'stopped' ? { kind } : withDetail(kind, ended?.detail)
  if (ended !== undefined) return withDetail(ended.kind, ended.detail)
  return job === 'completed' ? { kind: 'logged-out' } : withDetail('session-failed', reason)
}

/** Whether its end says more once the session's own word is there. */
export const isWordMissing = (job: JobState, ended: EndedFile | undefined): boolean =>
  ended === undefined && (job === 'failed' || job === 'completed')

/** Ends that nobody wanted. */
export const isFailure = (kind: DesktopEnd): boolean =>
  !(['stopped', 'logged-out', 'time-limit', 'idle'] as DesktopEnd[]).includes(kind)

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

/** Mean of the percentages, sum of the memory. */
export function gpuOf(stats: StatsFile | undefined): Desktop['gpu'] {
  const gpus = stats?.gpu ?? []
  if (gpus.length === 0) return undefined
  return {
    percent: Math.round(sum(gpus.map(({ percent }) => percent)) / gpus.length),
    memoryBytes: Math.round(sum(gpus.map(({ memoryMb }) => memoryMb)) * 1_048_576),
  }
}
