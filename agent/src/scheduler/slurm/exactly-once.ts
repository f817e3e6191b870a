import type { Agent } from '../../kit/agent.ts'
import { Failure } from '../../kit/failure.ts'
import type { Finished } from '../../runner/index.ts'
import type { JobSpec } from '../scheduler.ts'
import { batchOf } from './batch.ts'
import { environmentFile } from './bookkeeping.ts'
import { type Commands, complaint, isDoubtful, unavailable } from './commands.ts'
import type { Lookup } from './lookup.ts'
import { refusal } from './refusals.ts'
import type { SlurmSubmission, Submissions } from './submissions.ts'
import { isStillSubmitting } from './submitting.ts'

/** `sbatch` is run so often for one submission, each time after it was certain that nothing was there. */
const ATTEMPTS = 3
/** So long a caller waits while Slurm cannot be asked. */
const UNAVAILABLE_MS = 8000
const LOOK_AGAIN_MS = [200, 500, 1000] as const

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** What `sbatch` said: the job's id, a refusal, or nothing that can be relied on. */
export function outcomeOf(finished: Finished): { id: string } | { refused: string } | 'doubt' {
  const id = /^(\d{1,10})(?:;.*)?$/m.exec(finished.stdout)?.[1]
  if (finished.code === 0 && id !== undefined) return { id }
  // A site's own sentence may hold any word: only Slurm's last one tells whether it was heard.
  const last = /Batch job submission failed: .*$/m.exec(finished.stderr)?.[0]
  if (isDoubtful({ ...finished, stderr: last ?? finished.stderr }) || finished.code === 0) return 'doubt'
  const said = complaint(finished)
  return said === '' ? 'doubt' : { refused: said }
}

/**
 * Hands jobs to Slurm exactly once. The attempt is stored before `sbatch` runs; after any doubt (time-out, signal, an agent
 * that died) the job is looked for by its comment, and `sbatch` runs again only once Slurm has twice said that there is none,
 * a MessageTimeout apart: a request that was sent before may still be worked on so long.
 */
export function createSubmitter(
  { log, now }: Pick<Agent, 'log' | 'now'>,
  commands: Commands,
  parts: {
    submissions: Submissions
    lookup: Lookup
    /** What must be in place before `sbatch` runs. */
    prepare: (spec: JobSpec) => Promise<void>
  },
): { submit(spec: JobSpec): Promise<string>; prepare(): Promise<void> } {
  const { submissions, lookup } = parts
  const underway = new Map<string, Promise<string>>()
  /** Answers to "is it there?" that were no, by comment: when the first of them was asked for. */
  const absentSince = new Map<string, number>()
  const resolving = new Map<string, Promise<string | undefined>>()

  /** The id of the job that an earlier attempt has made; undefined once it is certain that there is none. */
  function resolve(row: SlurmSubmission): Promise<string | undefined> {
    const running = resolving.get(row.comment)
    if (running !== undefined) return running
    const run = lookUntilCertain(row).finally(() => resolving.delete(row.comment))
    resolving.set(row.comment, run)
    return run
  }

  async function lookUntilCertain(row: SlurmSubmission): Promise<string | undefined> {
    let deafSince: number | undefined
    for (let round = 0; ; round += 1) {
      if (round > 0) await pause(LOOK_AGAIN_MS[Math.min(round, LOOK_AGAIN_MS.length) - 1] ?? 1000)
      // An agent that died leaves its `sbatch` behind.
      if (commands.closed) throw unavailable('The agent is ending.')
      const began = performance.now()
      if (row.last_attempt_ended_at === null && (await isStillSubmitting(row.comment))) {
        absentSince.delete(row.comment)
        deafSince ??= began
        if (began - deafSince > UNAVAILABLE_MS) throw unavailable('An earlier sbatch for this job is still on its way.')
        continue
      }
      const look = await lookup.find(row)
      if (look.problem !== undefined) {
        absentSince.delete(row.comment)
        deafSince ??= began
        if (performance.now() - deafSince > UNAVAILABLE_MS) throw unavailable(look.problem)
        continue
      }
      deafSince = undefined
      if (look.id !== undefined) {
        absentSince.delete(row.comment)
        return look.id
      }
      const since = absentSince.get(row.comment) ?? began
      absentSince.set(row.comment, since)
      if (began - since >= look.settleMs) return undefined
    }
  }

  async function accept(row: SlurmSubmission, id: string): Promise<string> {
    await submissions.accepted(row.user, row.key, id)
    absentSince.delete(row.comment)
    return id
  }

  async function attempt(row: SlurmSubmission, spec: JobSpec): Promise<{ id: string } | { refused: string } | 'doubt'> {
    const { args, options } = batchOf(spec, now(), row.comment)
    const call = [...args, '--export=ALL', `--export-file=${environmentFile(spec.folder)}`]
    absentSince.delete(row.comment)
    try {
      const finished = await commands.act(spec.user, 'sbatch', call, { ...options, folder: spec.folder })
      const outcome = outcomeOf(finished)
      if (outcome === 'doubt') log.warn({ key: spec.key, finished: complaint(finished) }, 'a submission is in doubt')
      return outcome
    } catch (error) {
      // The runner refused before anything ran.
      if (error instanceof Failure && error.code !== 'SCHEDULER_UNAVAILABLE') throw error
      log.warn({ err: error, key: spec.key }, 'a submission is in doubt')
      return 'doubt'
    }
  }

  async function submitOnce(spec: JobSpec): Promise<string> {
    const { user, key, folder } = spec
    const known = await submissions.byKey(user, key)
    if (known !== undefined && known.job_id !== null) return known.job_id
    // Whatever is wrong with it is said before anything is stored.
    batchOf(spec, now())
    const account = commands.runner.mode === 'self' ? null : user
    const what = { user, key, account, folder, array: spec.options.array ?? null, before: spec.attemptedAt }
    let doubtful = known
    if (doubtful === undefined && spec.attemptedAt !== undefined) doubtful = await submissions.attempt(what, now())
    for (let tries = 0; tries < ATTEMPTS; tries += 1) {
      if (doubtful !== undefined) {
        const id = await resolve(doubtful)
        if (id !== undefined) return accept(doubtful, id)
      }
      await parts.prepare(spec)
      const row = await submissions.attempt(what, now())
      let outcome: Awaited<ReturnType<typeof attempt>>
      try {
        outcome = await attempt(row, spec)
      } catch (error) {
        await submissions.forget(user, key)
        throw error
      }
      if (outcome !== 'doubt' && 'id' in outcome) return accept(row, outcome.id)
      if (outcome !== 'doubt') {
        await submissions.forget(user, key)
        throw refusal(outcome.refused)
      }
      const ended = now()
      await submissions.attemptEnded(user, key, ended)
      doubtful = { ...row, last_attempt_ended_at: ended.toISOString() }
    }
    throw unavailable('Slurm has not taken the job.')
  }

  return {
    submit(spec) {
      const name = `${spec.user}\0${spec.key}`
      const first = underway.get(name)
      if (first !== undefined) return first
      const run = submitOnce(spec).finally(() => underway.delete(name))
      underway.set(name, run)
      return run
    },

    /** Those left over by an agent that died, all at once: whoever hands them over again finds out without a wait of its own. */
    async prepare() {
      for (const row of await submissions.unaccepted()) {
        resolve(row).catch((error: unknown) => log.debug({ err: error, key: row.key }, 'not to be known yet'))
      }
    },
  }
}
