import type { Agent } from '../../kit/agent.ts'
import { type Commands, complaint, SEPARATOR } from './commands.ts'
import type { SlurmSubmission } from './submissions.ts'

/** Jobs end up in accounting before the queue forgets them; clocks may differ. */
const SLACK_MS = 3_600_000
/** The queue's listing keeps ended jobs for MinJobAge at least; this much before its end accounting is asked, too. */
const MARGIN_MS = 60_000

type Found = { id: string | undefined; settleMs: number; problem?: undefined } | { problem: string }

/** Finds jobs by what they carry: in the queue, then, where it may have left that, in accounting. */
export interface Lookup {
  /** `settleMs`: so long after a first "not there" a second one is final (Slurm's MessageTimeout). */
  find(row: SlurmSubmission): Promise<Found>
}

/** Jobs of the queue by their comments; the first of each. A comment of several lines cannot be one of ours. */
export function commentsOf(text: string): Map<string, string> {
  const ids = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [id = '', ...rest] = line.split(SEPARATOR)
    const comment = rest.join(SEPARATOR).trim()
    if (/^\d{1,10}$/.test(id) && !ids.has(comment)) ids.set(comment, id)
  }
  return ids
}

/** The job that carries this comment, by accounting's record of it or of the command line that submitted it. */
export function recordedId(text: string, comment: string): string | undefined {
  for (const line of text.split('\n')) {
    const [job = '', stored, ...command] = line.split(SEPARATOR)
    const id = /^(\d{1,10})(?:_|$)/.exec(job)?.[1]
    if (id === undefined) continue
    if (stored === comment || command.join(' ').split(' ').includes(`--comment=${comment}`)) return id
  }
  return undefined
}

export function createLookup({ now }: Pick<Agent, 'now'>, commands: Commands): Lookup {
  const own = String(process.getuid?.() ?? '')
  /** Looks at the queue by account: one under way, and one that waits for its turn. */
  const waiting = new Map<string, Promise<Map<string, string> | { problem: string }>>()
  const running = new Map<string, Promise<unknown>>()

  async function askQueue(account: string | null): Promise<Map<string, string> | { problem: string }> {
    const args = ['--noheader', '--all', '--states=all', `--user=${account ?? own}`]
    const format = `--Format=ArrayJobID:0${SEPARATOR},Comment:0`
    const as = account === null ? {} : { as: account }
    const { finished, problem } = await commands.ask('squeue', [...args, format], as)
    if (finished === undefined) return { problem }
    if (finished.code !== 0) return { problem: `Slurm does not show its queue (${complaint(finished)}).` }
    return commentsOf(finished.stdout)
  }

  /** One question for all who ask while another is under way; it begins after each of them has asked. */
  function queue(account: string | null): Promise<Map<string, string> | { problem: string }> {
    const name = account ?? ''
    const next = waiting.get(name)
    if (next !== undefined) return next
    const run = (running.get(name) ?? Promise.resolve()).then(() => {
      waiting.delete(name)
      const asked = askQueue(account)
      running.set(name, asked)
      return asked
    })
    waiting.set(name, run)
    return run
  }

  async function askAccounting(row: SlurmSubmission): Promise<{ id: string | undefined } | { problem: string }> {
    const seconds = Math.ceil((Math.abs(now().getTime() - Date.parse(row.first_attempt_at)) + SLACK_MS) / 1000)
    const args = ['--noheader', '--parsable2', '--allocations', '--duplicates', `--user=${row.account ?? own}`]
    const fields = ['JobID', 'Comment', 'SubmitLine'].join(',')
    const more = [`--starttime=now-${seconds}seconds`, `--delimiter=${SEPARATOR}`, `--format=${fields}`]
    const as = row.account === null ? {} : { as: row.account }
    const { finished, problem } = await commands.ask('sacct', [...args, ...more], as)
    if (finished === undefined) return { problem }
    if (finished.code !== 0) {
      return {
        problem: `Whether Slurm has the job is for its accounting to say, which does not answer (${complaint(finished)}).`,
      }
    }
    return { id: recordedId(finished.stdout, row.comment) }
  }

  return {
    async find(row) {
      const comments = await queue(row.account)
      if ('problem' in comments) return comments
      const config = await commands.config()
      if (config === undefined) return { problem: 'Slurm does not tell its configuration.' }
      const settleMs = config.messageTimeoutMs
      const id = comments.get(row.comment)
      if (id !== undefined) return { id, settleMs }
      const ageMs = now().getTime() - Date.parse(row.first_attempt_at)
      // Where the clock was set back, nobody knows how long ago it was.
      if (ageMs >= 0 && ageMs < config.minJobAgeMs - MARGIN_MS) return { id: undefined, settleMs }
      const recorded = await askAccounting(row)
      return 'problem' in recorded ? recorded : { id: recorded.id, settleMs }
    },
  }
}
