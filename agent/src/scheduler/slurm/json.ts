import type { QueueRow } from './queue-row.ts'
import { elementsOf } from './ranges.ts'
import { fromWaitStatus, stateOf } from './states.ts'
import { dateOf } from './times.ts'

/*
 * Jobs as Slurm's releases write them in JSON, with what differs:
 * 22.05 (v0.0.38)  numbers are plain, `job_state` is a word, `exit_code` a wait status
 * 23.02 (v0.0.39)  numbers are `{set, infinite, number}`, `exit_code` is `{status, return_code, signal: {signal_id, name}}`
 * 23.11 (v0.0.40)  `job_state` and `status` are lists (the state, then flags), `signal_id` is called `id`
 * 24.05 (v0.0.41) to 25.05 (v0.0.43)  times are such numbers, too; `job_resources` has changed, which is not read here
 */

type Json = Record<string, unknown>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A plain number or `{set, infinite, number}`; undefined for one that is not set or has no end. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (!isObject(value) || value['infinite'] === true || value['set'] === false) return undefined
  return typeof value['number'] === 'number' ? value['number'] : undefined
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
const wordsOf = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((word): word is string => typeof word === 'string')

/** These flags say more than the state they stand beside (`["COMPLETED", "COMPLETING"]`). */
const telling = new Set([
  'COMPLETING',
  'CONFIGURING',
  'REQUEUED',
  'REQUEUE_HOLD',
  'REQUEUE_FED',
  'SPECIAL_EXIT',
  'STAGE_OUT',
])

const wordOf = (value: unknown): string => {
  const words = wordsOf(value)
  return words.find((word) => telling.has(word)) ?? words[0] ?? ''
}

function endOf(value: unknown): { exitCode: number; signal: number } {
  if (!isObject(value)) return fromWaitStatus(numberOf(value) ?? 0)
  const signal = isObject(value['signal']) ? value['signal'] : {}
  return {
    exitCode: numberOf(value['return_code']) ?? 0,
    signal: numberOf(signal['id'] ?? signal['signal_id']) ?? 0,
  }
}

function rowOf(job: Json): QueueRow | undefined {
  const word = wordOf(job['job_state'])
  const state = stateOf(word)
  const array = numberOf(job['array_job_id']) ?? 0
  const id = array === 0 ? numberOf(job['job_id']) : array
  if (id === undefined || state === undefined) return undefined
  const element = numberOf(job['array_task_id'])
  const waiting = elementsOf(textOf(job['array_task_string']))
  const single = array === 0 || element === undefined ? undefined : [element]
  return {
    id: String(id),
    elements: waiting ?? single,
    state,
    word,
    ...endOf(job['exit_code']),
    reason: textOf(job['state_reason']),
    startsAt: dateOf(String(numberOf(job['start_time']) ?? '')),
    endsAt: dateOf(String(numberOf(job['end_time']) ?? '')),
    submittedAt: dateOf(String(numberOf(job['submit_time']) ?? '')),
    user: textOf(job['user_name']),
    nodes: textOf(job['nodes']),
    timeMinutes: numberOf(job['time_limit']),
    priority: numberOf(job['priority']),
    restarts: numberOf(job['restart_cnt']) ?? 0,
  }
}

/** The jobs of an answer in JSON (`scontrol show job --json`, `squeue --json`); what is none is left out. */
export function rowsOfJson(text: string): QueueRow[] {
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    return []
  }
  const jobs = isObject(answer) && Array.isArray(answer['jobs']) ? (answer['jobs'] as unknown[]) : []
  return jobs.flatMap((job) => (isObject(job) ? (rowOf(job) ?? []) : []))
}
