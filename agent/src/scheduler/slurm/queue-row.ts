import type { JobState } from '../../../../contract/jobs.ts'
import { SEPARATOR } from './commands.ts'
import { elementsOf } from './ranges.ts'
import { fromWaitStatus, stateOf } from './states.ts'
import { dateOf, minutesOf } from './times.ts'

/** `:0` is no width at all: nothing is cut off or filled up. Free text of users (names, comments) is not asked for. */
const fields = [
  'ArrayJobID',
  'ArrayTaskID',
  'State',
  'exit_code',
  'Reason',
  'StartTime',
  'EndTime',
  'SubmitTime',
  'UserName',
  'NodeList',
  'TimeLimit',
  'PriorityLong',
  'RestartCnt',
] as const

/** Arguments of the one `squeue` for everybody; of one user where one is named. Waiting elements of an array stay one line. */
export const queueArguments = (user?: string): string[] => [
  '--noheader',
  '--all',
  '--states=all',
  ...(user === undefined ? [] : [`--user=${user}`]),
  `--Format=${fields.map((field) => `${field}:0${SEPARATOR}`).join(',')}`,
]

/** One line of the queue: a job, or elements of an array. */
export interface QueueRow {
  /** Of the whole array, where it is one. */
  id: string
  elements: number[] | undefined
  state: JobState
  /** Slurm's word for it. */
  word: string
  exitCode: number
  signal: number
  reason: string
  startsAt: Date | undefined
  endsAt: Date | undefined
  submittedAt: Date | undefined
  user: string
  nodes: string
  timeMinutes: number | undefined
  priority: number | undefined
  restarts: number
}

/** The job that a line is about, read without looking at the rest of it. */
export const idOfLine = (line: string): string => line.slice(0, Math.max(0, line.indexOf(SEPARATOR)))

const count = (text: string): number | undefined => (/^\d{1,15}$/.test(text) ? Number(text) : undefined)

/** Undefined for a line that is none of `queueArguments`, or of a state nobody has heard of. */
export function parseRow(line: string): QueueRow | undefined {
  const parts = line.split(SEPARATOR).map((part) => part.trim())
  const [id = '', elements = '', word = '', exit = '', reason = '', start = '', end = '', submit = '', user = ''] =
    parts
  const [nodes = '', limit = '', priority = '', restarts = ''] = parts.slice(9)
  const state = stateOf(word)
  if (parts.length !== fields.length + 1 || !/^\d{1,10}$/.test(id) || state === undefined) return undefined
  return {
    id,
    elements: elementsOf(elements),
    state,
    word,
    ...fromWaitStatus(count(exit) ?? 0),
    reason,
    startsAt: dateOf(start),
    endsAt: dateOf(end),
    submittedAt: dateOf(submit),
    user,
    nodes: nodes === '(null)' ? '' : nodes,
    timeMinutes: minutesOf(limit),
    priority: count(priority),
    restarts: count(restarts) ?? 0,
  }
}
