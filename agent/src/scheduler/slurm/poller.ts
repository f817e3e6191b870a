import type { Agent } from '../../kit/agent.ts'
import type { ScheduledJob } from '../scheduler.ts'
import type { Accounting } from './accounting.ts'
import { inPieces, linesIn, turn } from './breathing.ts'
import type { Commands } from './commands.ts'
import { idOfLine, queueArguments, type QueueRow } from './queue-row.ts'
import { createEndings } from './endings.ts'
import { nextLook, SHORTEST_MS } from './pace.ts'
import { type Origin, Track } from './track.ts'

/** Ended jobs are remembered for late questions, the newest. */
const REMEMBERED = 5000
/** So long is waited for accounting to say who sent a SIGKILL: looks follow each other fast while users change things. */
const VERDICT_MS = 15_000

export interface Poller {
  freshness(): { at: Date; problem?: string }
  /** Follows this job from now on; what is known of it. */
  follow(id: string, origin: () => Promise<Origin>): Promise<Track>
  known(id: string): Track | undefined
  /** Looks at the queue now; resolves when a look that began after this call has been worked in. One look for all who wait. */
  look(): Promise<void>
  start(): void
  close(): Promise<void>
}

interface Look {
  /** Lines by job, of those that are followed. */
  lines: Map<string, string[]>
  /** Accounts whose jobs are all in it; undefined: everybody's. */
  accounts: Set<string> | undefined
}

/**
 * The one that asks for the queue, for everybody: `squeue` once per interval however many users look on. What differs from
 * the last look is told; a job that is not in the queue any more is asked for elsewhere (endings.ts).
 */
export function createPoller(
  { log, metrics, now }: Pick<Agent, 'log' | 'metrics' | 'now'>,
  commands: Commands,
  accounting: Accounting,
  tell: (job: ScheduledJob) => Promise<void>,
): Poller {
  const tracks = new Map<string, Track>()
  const endings = createEndings(commands, accounting, now)
  const itself = commands.runner.mode === 'self' ? String(process.getuid?.() ?? '') : undefined
  let lastGood = now()
  let problem: string | undefined = 'Slurm has not answered yet.'
  let changedAt = performance.now()
  let tookMs = 0
  let inQueue = 0
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let queued: Promise<void> | undefined
  let closed = false
  metrics.gauge('slurm_queue_lines', 'Lines of the last look at the queue', () => inQueue)
  metrics.gauge('slurm_followed_jobs', 'Jobs whose end has not been seen', () => alive().length)

  const alive = () => [...tracks.values()].filter((track) => !track.hasEnded)

  /** The queue as text; of each account by itself where Slurm hides others' jobs from the agent. */
  async function ask(): Promise<{ texts: string[]; accounts: Set<string> | undefined } | { problem: string }> {
    const accounts = new Set(alive().flatMap(({ origin }) => origin.account ?? []))
    const single = itself !== undefined || (await commands.config())?.privateJobs !== true
    if (single) {
      const { finished, problem } = await commands.ask('squeue', queueArguments(itself))
      if (finished?.code === 0) return { texts: [finished.stdout], accounts: undefined }
      return { problem: problem ?? `Slurm does not show its queue (squeue ended with ${finished?.code}).` }
    }
    const answered = new Set<string>()
    const texts: string[] = []
    let last: string | undefined
    for (const as of accounts) {
      const { finished, problem } = await commands.ask('squeue', queueArguments(as), { as })
      if (finished?.code === 0) {
        answered.add(as)
        texts.push(finished.stdout)
      } else last = problem ?? 'Slurm does not show its queue.'
    }
    // One whose account is gone must not hide the others' jobs.
    return answered.size === 0 && last !== undefined ? { problem: last } : { texts, accounts: answered }
  }

  /** The lines by job, of those that are followed. */
  async function sort(texts: readonly string[]): Promise<Map<string, string[]>> {
    const byJob = new Map<string, string[]>()
    inQueue = 0
    for (const text of texts) {
      await inPieces(linesIn(text), (line) => {
        inQueue += 1
        const id = idOfLine(line)
        if (!tracks.has(id)) return
        const lines = byJob.get(id)
        if (lines === undefined) byJob.set(id, [line])
        else lines.push(line)
      })
    }
    return byJob
  }

  async function workIn({ lines, accounts }: Look, before: ReadonlySet<Track>): Promise<void> {
    const fresh = [...before].filter((track) => !track.isSame(lines.get(track.id) ?? []))
    const rows = new Map<Track, QueueRow[]>()
    for (const track of fresh) rows.set(track, await track.read(lines.get(track.id) ?? []))
    await endings.judge(fresh.filter((track) => track.isUndecided(rows.get(track) ?? [])))
    for (const track of fresh) {
      const told = rows.get(track) ?? []
      if (track.isUndecided(told)) {
        track.undecidedSince ??= performance.now()
        if (performance.now() - track.undecidedSince < VERDICT_MS) continue
      }
      track.undecidedSince = undefined
      track.remember(lines.get(track.id) ?? [], told)
      await publish(track, await track.learn(told))
      await turn()
    }
    const gone = [...before].filter(
      (track) =>
        (accounts === undefined || accounts.has(track.origin.account ?? '')) &&
        track.isMissing(lines.get(track.id) ?? []),
    )
    for (const { track, job } of await endings.of(gone)) await publish(track, job)
    forgetOldest()
  }

  async function publish(track: Track, job: ScheduledJob | undefined): Promise<void> {
    if (job === undefined) return
    changedAt = performance.now()
    await tell(job).catch((error: unknown) =>
      log.error({ err: error, job: track.id }, 'a change of a job was not taken'),
    )
  }

  function forgetOldest(): void {
    if (tracks.size <= REMEMBERED) return
    for (const track of tracks.values()) {
      if (tracks.size <= REMEMBERED) return
      if (track.hasEnded) tracks.delete(track.id)
    }
  }

  async function lookOnce(): Promise<void> {
    const began = performance.now()
    const at = now()
    // One that is followed from now on may be missing from the answer.
    const before = new Set(alive())
    const answer = await ask()
    tookMs = performance.now() - began
    if (closed) return
    if ('problem' in answer) {
      if (problem !== answer.problem) log.warn({ problem: answer.problem }, 'Slurm cannot be asked')
      problem = answer.problem
      return
    }
    if (problem !== undefined) log.info('Slurm answers again')
    problem = undefined
    lastGood = at
    await workIn({ lines: await sort(answer.texts), accounts: answer.accounts }, before)
  }

  function schedule(): void {
    clearTimeout(timer)
    if (closed) return
    const idleMs = performance.now() - changedAt
    const wait = problem === undefined ? nextLook({ idleMs, alive: alive().length, tookMs }) : SHORTEST_MS
    timer = setTimeout(() => void look(), wait)
    timer.unref()
  }

  function look(): Promise<void> {
    if (closed) return Promise.resolve()
    if (running === undefined) {
      clearTimeout(timer)
      running = lookOnce()
        .catch((error: unknown) => log.error({ err: error }, 'the queue could not be worked in'))
        .finally(() => {
          running = undefined
          if (queued === undefined) schedule()
        })
      return running
    }
    queued ??= running.then(() => {
      queued = undefined
      return look()
    })
    return queued
  }

  return {
    freshness: () => ({ at: lastGood, ...(problem === undefined ? {} : { problem }) }),
    async follow(id, origin) {
      const known = tracks.get(id)
      if (known !== undefined) return known
      const from = await origin()
      const track = tracks.get(id) ?? new Track(id, from)
      tracks.set(id, track)
      changedAt = performance.now()
      return track
    },
    known: (id) => tracks.get(id),
    look,
    start: () => void look(),
    async close() {
      closed = true
      clearTimeout(timer)
      await running
    },
  }
}
