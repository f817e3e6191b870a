import type { Desktop } from '../../../../contract/desktops.ts'
import type { Partition } from '../../../../contract/scheduler.ts'
import type { Tone } from '../../ui/states.ts'
import { pendingCause, type PendingCause } from '../jobs/pending.ts'

// The contract's own `desktopHasEnded` would bring the schema library into the window.
export const hasEnded = ({ state }: Pick<Desktop, 'state'>): boolean => state === 'ended'

/** Its X server answers: a viewer can show it. */
export const canShow = ({ state }: Pick<Desktop, 'state'>): boolean =>
  state === 'ready' || state === 'connected' || state === 'idle'

/** Of the signed-in user: an admin's list holds everybody's. */
export const isMine = ({ user }: Pick<Desktop, 'user'>, username: string | undefined): boolean =>
  username === undefined || user === username

/** Cores of the whole. */
export const coresOf = ({ tasks, cpusPerTask = 1 }: Pick<Desktop['resources'], 'tasks' | 'cpusPerTask'>): number =>
  tasks * cpusPerTask

/** When its time limit ends it, in milliseconds since 1970; absent where it has not started. */
export const endsAt = ({ startedAt, timeMinutes }: Pick<Desktop, 'startedAt' | 'timeMinutes'>): number | undefined =>
  startedAt === undefined ? undefined : Date.parse(startedAt) + timeMinutes * 60_000

export interface TimeLeft {
  seconds: number
  /** Of the limit, 0 to 1. */
  used: number
  tone: Tone
}

/** Seconds left from which on a running desktop is worth a warning. */
export const nearSeconds = 600

/** What is left of its time limit; absent where it does not run. `now` in milliseconds. */
export function timeLeft(desktop: Desktop, now: number): TimeLeft | undefined {
  const end = endsAt(desktop)
  if (end === undefined || hasEnded(desktop)) return undefined
  const seconds = Math.max(0, (end - now) / 1000)
  const used = Math.min(1, Math.max(0, 1 - seconds / (desktop.timeMinutes * 60)))
  return { seconds, used, tone: seconds <= 120 ? 'bad' : seconds <= nearSeconds ? 'wait' : 'busy' }
}

/** How long nobody has used it, in seconds; absent where somebody does, or nobody ever has. */
export function idleSeconds({ state, lastUsedAt }: Desktop, now: number): number | undefined {
  if (state !== 'idle' || lastUsedAt === undefined) return undefined
  return Math.max(0, (now - Date.parse(lastUsedAt)) / 1000)
}

/** Seconds until the site ends it because nobody uses it; absent where it does not, or somebody does. */
export function idleEndSeconds({ state, idleEndAt }: Desktop, now: number): number | undefined {
  if (idleEndAt === undefined || (state !== 'idle' && state !== 'ready')) return undefined
  return Math.max(0, (Date.parse(idleEndAt) - now) / 1000)
}

const newestFirst = (a: Desktop, b: Desktop): number =>
  b.submittedAt.localeCompare(a.submittedAt) || b.id.localeCompare(a.id, 'en', { numeric: true })

/** Those that live, one's own before others' and the newest first, so that none jumps when its state changes; then the ended. */
export function arranged(
  desktops: Iterable<Desktop>,
  username: string | undefined,
): { live: Desktop[]; ended: Desktop[] } {
  const all = [...desktops]
  const theirs = (desktop: Desktop) => Number(!isMine(desktop, username))
  return {
    live: all.filter((desktop) => !hasEnded(desktop)).sort((a, b) => theirs(a) - theirs(b) || newestFirst(a, b)),
    ended: all.filter(hasEnded).sort((a, b) => (b.endedAt ?? '').localeCompare(a.endedAt ?? '') || newestFirst(a, b)),
  }
}

/** Causes that another partition may not have. */
const elsewhere: ReadonlySet<PendingCause> = new Set([
  'resources',
  'priority',
  'nodes-unavailable',
  'partition-down',
  'partition-time',
  'partition-nodes',
  'constraints',
])

/** Milliseconds that an engineer waits for a screen without asking why. */
const patience = 3 * 60_000

/** Whether it is worth saying that the queue is long: it is expected, or has waited, for more than a few minutes. */
export function waitsLong({ state, reason, expectedStart, submittedAt }: Desktop, now: number): boolean {
  if (state !== 'queued' || !elsewhere.has(pendingCause(reason))) return false
  const waits = (expectedStart === undefined ? now : Date.parse(expectedStart)) - now
  return waits > patience || now - Date.parse(submittedAt) > patience
}

/** Partitions beside its own that would take it as it is: up, with its GPUs, its memory, its cores and its time. */
export function otherPartitions({ resources, timeMinutes }: Desktop, partitions: readonly Partition[]): Partition[] {
  const own = resources.partition ?? partitions.find(({ isDefault }) => isDefault)?.name
  const cores = Math.ceil(coresOf(resources) / resources.nodes)
  return partitions.filter(
    (partition) =>
      partition.name !== own &&
      partition.up &&
      partition.nodes >= resources.nodes &&
      (partition.maxNodes ?? Infinity) >= resources.nodes &&
      (partition.maxMinutes ?? Infinity) >= timeMinutes &&
      (partition.coresPerNode ?? Infinity) >= cores &&
      (partition.memoryPerNodeMb ?? Infinity) >= (resources.memoryMb ?? 0) &&
      (partition.gpusPerNode ?? 0) * resources.nodes >= (resources.gpus ?? 0),
  )
}
