import { jobHasEnded } from '../../../../contract/jobs.ts'
import type { ScheduledJob } from '../scheduler.ts'
import type { Accounting } from './accounting.ts'
import type { Commands } from './commands.ts'
import { createDetails } from './details.ts'
import type { QueueRow } from './queue-row.ts'
import { createReleaseFinder } from './release.ts'
import type { Track } from './track.ts'

/** An ended job reaches accounting a moment after it has left the queue; longer where slurmdbd was away. */
const LATE_MS = 30_000
/** One that accounting calls running though the queue has forgotten it (Slurm's "runaway job") will never end there. */
const RUNAWAY_MS = 900_000
/** One by one, so not many at a time. */
const DETAILS_AT_ONCE = 20

export interface Endings {
  /** What became of jobs that the queue does not hold any more. Those nobody can tell of now stay as they are. */
  of(gone: readonly Track[]): Promise<{ track: Track; job: ScheduledJob | undefined }[]>
  /** Asks accounting who sent the SIGKILL that ended these. */
  judge(tracks: readonly Track[]): Promise<void>
}

/** Accounting first, then the controller's own memory; lost is a job only where both answer and neither knows it. */
export function createEndings(commands: Commands, accounting: Accounting, now: () => Date): Endings {
  const details = createDetails(commands, createReleaseFinder(commands))

  async function recorded(tracks: readonly Track[]): Promise<Map<Track, QueueRow[] | 'no answer'>> {
    const found = new Map<Track, QueueRow[] | 'no answer'>()
    for (const [account, group] of byAccount(commands, tracks)) {
      const answer = await accounting.ends(
        group.map(({ id }) => id),
        account,
      )
      for (const track of group) {
        if ('problem' in answer) found.set(track, 'no answer')
        else found.set(track, 'value' in answer ? answer.value.filter(({ id }) => id === track.id) : [])
      }
    }
    return found
  }

  return {
    async of(gone) {
      for (const track of gone) track.missingSince ??= performance.now()
      const learnt: { track: Track; job: ScheduledJob | undefined }[] = []
      let room = DETAILS_AT_ONCE
      for (const [track, rows] of await recorded(gone)) {
        const missingMs = performance.now() - (track.missingSince ?? 0)
        const ended = rows === 'no answer' ? [] : rows.filter(({ state }) => jobHasEnded(state))
        if (ended.length > 0) learnt.push({ track, job: await track.learn(ended) })
        if (rows !== 'no answer' && tellsAll(track, rows)) {
          track.missingSince = undefined
          continue
        }
        if (track.hasEnded || room-- <= 0) continue
        const known = await details.of(track.id, commands.runner.mode === 'self' ? undefined : track.origin.account)
        if (known === undefined) continue
        if (known.length > 0) learnt.push({ track, job: await track.learn(known) })
        if (rows === 'no answer') continue
        if (track.isArray && rows.length > 0 && (known.length > 0 || missingMs > LATE_MS)) {
          // Accounting goes on calling an element pending that was withdrawn; the controller does not.
          const others = known.length > 0 ? rows.filter(({ state }) => state !== 'pending') : rows
          learnt.push({ track, job: track.withdraw([...known, ...others], now()) })
        }
        if (track.hasEnded || known.length > 0) continue
        if (missingMs > (rows.length > 0 ? RUNAWAY_MS : LATE_MS)) {
          learnt.push({ track, job: track.lose('Slurm does not know it any more', now()) })
        }
      }
      return learnt
    },

    async judge(tracks) {
      for (const [account, group] of byAccount(commands, tracks)) {
        const answer = await accounting.verdicts(
          group.map(({ id }) => id),
          account,
        )
        if ('problem' in answer) continue
        for (const track of group) {
          if ('none' in answer) {
            track.verdicts.set(undefined, false)
            continue
          }
          for (const [name, verdict] of answer.value) {
            const [id, element] = name.split('_', 2)
            if (id === track.id) track.verdicts.set(element === undefined ? undefined : Number(element), verdict)
          }
        }
      }
    },
  }
}

/** Whether every element (or the job) that was missing has an end among these. */
function tellsAll(track: Track, rows: readonly QueueRow[]): boolean {
  const ended = rows.filter(({ state }) => jobHasEnded(state))
  if (!track.isArray) return ended.length > 0
  const told = new Set(ended.flatMap(({ elements }) => elements ?? []))
  const open = [...track.elements.values()].filter(({ state }) => !jobHasEnded(state)).map(({ index }) => index)
  return [...open, ...track.unknown].every((index) => told.has(index))
}

/** Where the agent acts for many, each account asks for itself: Slurm may hide others' jobs. */
function byAccount(commands: Commands, tracks: readonly Track[]): Map<string | undefined, Track[]> {
  const groups = new Map<string | undefined, Track[]>()
  for (const track of tracks) {
    const account = commands.runner.mode === 'self' ? undefined : track.origin.account
    groups.set(account, [...(groups.get(account) ?? []), track])
  }
  return groups
}
