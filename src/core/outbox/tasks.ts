import type { AppErrorValue } from '../../../contract/errors.ts'
import type { OutboxEntry, OutboxWait } from '../../../contract/outbox.ts'
import type { Task, TaskWait } from '../../../contract/task.ts'
import type { TaskSource } from '../tasks/index.ts'

const prefix = 'submit'
const taskId = (entry: string): string => `${prefix}:${entry}`
const entryId = (task: string): string => task.slice(prefix.length + 1)

const waits: Readonly<Record<OutboxWait, TaskWait>> = {
  turn: 'queue',
  network: 'network',
  'sign-in': 'sign-in',
  files: 'files',
  dependency: 'queue',
  time: 'queue',
  place: 'network',
  estimate: 'queue',
  'server-limit': 'server-limit',
  'job-limit': 'queue',
  scheduler: 'scheduler',
}
const states: Readonly<Record<OutboxEntry['state'], Task['state']>> = {
  held: 'paused',
  waiting: 'waiting',
  sending: 'running',
  done: 'done',
  'needs-you': 'failed',
  failed: 'failed',
}

const isSubmission = ({ action }: OutboxEntry): boolean => action.kind === 'submit'
const wish = (act: (ids: string[]) => void) => (id: string) => Promise.resolve(act([entryId(id)]))

/** Submissions of the outbox as long work; everything else of it is too short for that. */
export function createOutboxTasks(outbox: {
  list: () => OutboxEntry[]
  onChange: (listener: (put: OutboxEntry[], gone: string[]) => void) => () => void
  hold: (ids: string[]) => void
  release: (ids: string[]) => void
  remove: (ids: string[]) => void
  retry: (ids: string[]) => void
}): TaskSource {
  return {
    prefix,
    list: () => outbox.list().filter(isSubmission).map(taskOf),
    onChange: (listener) =>
      outbox.onChange((put, gone) => listener(put.filter(isSubmission).map(taskOf), gone.map(taskId))),
    pause: wish(outbox.hold),
    resume: wish(outbox.release),
    cancel: wish(outbox.remove),
    retry: wish(outbox.retry),
    forget: wish(outbox.remove),
  }
}

function taskOf(entry: OutboxEntry): Task {
  const { id, site, title, state, wait, result = {}, createdAt, updatedAt, can } = entry
  const { jobId, runId } = result
  const ended = state === 'done' || state === 'failed'
  const error = errorOf(entry)
  return {
    id: taskId(id),
    kind: prefix,
    site,
    title,
    state: state === 'sending' && wait !== undefined ? 'waiting' : states[state],
    ...(wait === undefined ? {} : { wait: waits[wait] }),
    ...(error === undefined ? {} : { error }),
    ...(state === 'done'
      ? { result: { ...(jobId === undefined ? {} : { jobId }), ...(runId === undefined ? {} : { runId }) } }
      : {}),
    createdAt,
    updatedAt,
    can: { pause: can.hold && !ended, resume: can.release, cancel: can.remove && !ended, retry: can.retry },
  }
}

/** Of a question only the error of a file: the rest is asked in the outbox, in the user's language. */
function errorOf({ error, question }: OutboxEntry): AppErrorValue | undefined {
  if (question?.kind !== 'files') return error
  return question.files.find((file) => file.error !== undefined)?.error
}
