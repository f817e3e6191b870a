import type { Finished } from '../../runner/index.ts'
import { type Commands, complaint, SEPARATOR } from './commands.ts'
import type { QueueRow } from './queue-row.ts'
import { elementsOf } from './ranges.ts'
import { fromExitPair, stateOf } from './states.ts'
import { dateOf, minutesOf } from './times.ts'

const ends = [
  'JobID',
  'State',
  'ExitCode',
  'Start',
  'End',
  'Submit',
  'User',
  'NodeList',
  'TimelimitRaw',
  'Reason',
] as const
const memory = ['JobID', 'State', 'MaxRSS', 'ReqMem', 'NNodes'] as const

/** One question is about so many jobs at most: the list travels in arguments. */
const AT_ONCE = 200

const asked = (fields: readonly string[], ids: readonly string[]): string[] => [
  '--noheader',
  '--parsable2',
  `--delimiter=${SEPARATOR}`,
  `--jobs=${ids.join(',')}`,
  `--format=${fields.join(',')}`,
]

/** `1832_7` is element 7 of array 1832; `1832_[8-15%4]` those that wait; `1832` a job that is none. */
function jobAndElements(text: string): { id: string; elements: number[] | undefined } | undefined {
  const match = /^(\d{1,10})(?:_(\d{1,7}|\[[^\]]*\]))?$/.exec(text)
  if (match?.[1] === undefined) return undefined
  return { id: match[1], elements: match[2] === undefined ? undefined : elementsOf(match[2]) }
}

/** A line of `sacct` about a job (not a step of one), in the queue's shape; undefined for any other. */
export function parseEnd(line: string): QueueRow | undefined {
  const parts = line.split(SEPARATOR)
  const [job = '', word = '', exit = '', start = '', end = '', submit = '', user = '', nodes = '', limit = ''] = parts
  const which = jobAndElements(job)
  const state = stateOf(word)
  if (parts.length !== ends.length || which === undefined || state === undefined) return undefined
  return {
    ...which,
    state,
    word,
    ...(fromExitPair(exit) ?? { exitCode: 0, signal: 0 }),
    reason: parts[9] ?? '',
    startsAt: dateOf(start),
    endsAt: dateOf(end),
    submittedAt: dateOf(submit),
    user,
    nodes: nodes === 'None assigned' ? '' : nodes,
    timeMinutes: minutesOf(limit),
    priority: undefined,
    restarts: 0,
  }
}

/** Slurm's amounts of memory (`602752K`, `1.50G`, `256Mc` of older releases) in bytes; a bare number is bytes. */
export function bytesOf(text: string): number | undefined {
  const match = /^(\d{1,15}(?:\.\d+)?)([KMGTP]?)[nc]?$/.exec(text)
  if (match === null) return undefined
  return Math.round(Number(match[1]) * 1024 ** ' KMGTP'.indexOf(match[2] || ' '))
}

const mib = (bytes: number) => Math.round(bytes / 1_048_576)

/**
 * Who sent the SIGKILL that ended a job: `JobAcctGatherParams=OverMemoryKill` calls such a job FAILED 0:9. A sentence where it
 * was memory, false where it was not; jobs whose steps are not recorded yet are left out. By `1832` or `1832_7`.
 */
export function verdictsOf(text: string): Map<string, string | false> {
  const limits = new Map<string, number>()
  const verdicts = new Map<string, string | false>()
  const open = new Set<string>()
  for (const line of text.split('\n')) {
    const [name = '', word = '', most = '', requested = '', nodes = ''] = line.split(SEPARATOR)
    const [job = '', step] = name.split('.', 2)
    if (step === undefined) {
      const bytes = bytesOf(requested)
      // Shortly after the end 22.05 still shows what it cannot name, such as `16?`.
      if (bytes === undefined) open.add(job)
      else if (bytes > 0) limits.set(job, bytes / Math.max(1, Number(nodes) || 1))
      continue
    }
    if (typeof verdicts.get(job) === 'string') continue
    // Its memory is recorded with its end.
    if (word === 'RUNNING' || word === 'PENDING') {
      open.add(job)
      continue
    }
    const used = bytesOf(most) ?? 0
    const limit = limits.get(job)
    if (limit !== undefined && used > limit) {
      verdicts.set(job, `It used ${mib(used)} MiB of memory and had asked for ${mib(limit)} MiB`)
    } else if (word === 'OUT_OF_MEMORY') {
      verdicts.set(job, 'It used more memory than it had asked for')
    } else verdicts.set(job, false)
  }
  for (const job of open) if (verdicts.get(job) === false) verdicts.delete(job)
  return verdicts
}

/** `sacct` is there, but its answer is none: nothing is recorded here. */
const keepsNone = (finished: Finished): boolean => /accounting storage is disabled/i.test(finished.stderr)

/** What accounting says. `problem`: it does not answer now; `none`: this cluster keeps none. */
export type Recorded<T> = { value: T } | { problem: string } | { none: true }

export interface Accounting {
  /** The jobs and their elements, as recorded; asked as this account where one is given. */
  ends(ids: readonly string[], account?: string): Promise<Recorded<QueueRow[]>>
  verdicts(ids: readonly string[], account?: string): Promise<Recorded<Map<string, string | false>>>
}

export function createAccounting(commands: Commands): Accounting {
  async function ask(
    fields: readonly string[],
    ids: readonly string[],
    more: string[],
    as?: string,
  ): Promise<Recorded<string>> {
    let text = ''
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const args = [...asked(fields, ids.slice(at, at + AT_ONCE)), ...more]
      const answer = await commands.ask('sacct', args, as === undefined ? {} : { as })
      if (answer.problem !== undefined) return { problem: answer.problem }
      if (answer.finished.code !== 0) {
        if (keepsNone(answer.finished)) return { none: true }
        return { problem: `Slurm's accounting does not answer (${complaint(answer.finished)}).` }
      }
      text += answer.finished.stdout
    }
    return { value: text }
  }

  return {
    async ends(ids, account) {
      const answer = await ask(ends, ids, ['--allocations'], account)
      return 'value' in answer ? { value: answer.value.split('\n').flatMap((line) => parseEnd(line) ?? []) } : answer
    },
    async verdicts(ids, account) {
      const answer = await ask(memory, ids, [], account)
      return 'value' in answer ? { value: verdictsOf(answer.value) } : answer
    },
  }
}
