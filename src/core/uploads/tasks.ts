import type { Task } from '../../../contract/task.ts'
import { createEmitter } from '../kit/emitter.ts'
import { appError } from '../kit/app-error.ts'
import type { TaskSource } from '../tasks/index.ts'
import type { Engine } from './engine.ts'
import type { UploadList } from './list.ts'
import { isEnded, type UploadRecord } from './record.ts'

const PREFIX = 'upload'

const idOf = ({ site, label }: { site: string; label: string }): string => `${PREFIX}:${site}:${label}`

/** One task per job form: all of its files together. */
export function createUploadTasks(
  list: UploadList,
  engine: Engine,
): TaskSource & { records(id: string): UploadRecord[]; close(): void } {
  const changes = createEmitter<[Task[], string[]]>()
  const shown = new Map<string, { site: string; label: string }>()

  /** What was sent from here; files that the agent had already are no work. */
  const recordsOf = (form: { site: string; label: string }) =>
    list.form(form.site, form.label).filter(({ source }) => source !== undefined)

  const all = (): Task[] =>
    list.forms().flatMap((form) => {
      const task = taskOf(form, recordsOf(form), (record) => list.speed(record))
      if (task !== undefined) shown.set(task.id, form)
      return task ?? []
    })
  all()

  const stop = list.onChange((put, lost) => {
    const changed = new Map(put.map((upload) => [idOf(upload), upload]))
    const tasks = [...changed.values()].flatMap(
      (form) => taskOf(form, recordsOf(form), (record) => list.speed(record)) ?? [],
    )
    for (const task of tasks) shown.set(task.id, changed.get(task.id) ?? { site: task.site, label: '' })
    const gone =
      lost.length === 0 ? [] : [...shown].filter(([, form]) => recordsOf(form).next().done === true).map(([id]) => id)
    for (const id of gone) shown.delete(id)
    if (tasks.length > 0 || gone.length > 0) changes.emit(tasks, gone)
  })

  const records = (id: string): UploadRecord[] => {
    const form = shown.get(id)
    if (form === undefined) throw appError('NOT_FOUND', { what: 'task', id }, `There is no task ${id}.`)
    return [...recordsOf(form)]
  }

  return {
    prefix: PREFIX,
    list: all,
    onChange: (listener) => changes.on(listener),
    pause: async (id) => engine.pause(records(id)),
    resume: async (id) => engine.resume(records(id).filter(({ state }) => state === 'paused')),
    cancel: async (id) => engine.cancel(records(id)),
    retry: async (id) => engine.resume(records(id).filter(({ state }) => state === 'failed')),
    forget: async (id) => engine.forget(records(id)),
    records,
    close: stop,
  }
}

type Wait = NonNullable<UploadRecord['wait']>

/** What a form's uploads come to; cancelled ones count only where nothing else is left. */
interface Sum {
  states: Set<UploadRecord['state']>
  waits: Set<Wait>
  first: UploadRecord | undefined
  count: number
  failed: UploadRecord | undefined
  done: number
  total: number
  bytesPerSecond: number
  updatedAt: string
}

/** In one round: there may be tens of thousands, several times a second. */
function sumOf(records: Iterable<UploadRecord>, speed: (record: UploadRecord) => number): Sum {
  const sum: Sum = {
    states: new Set(),
    waits: new Set(),
    first: undefined,
    count: 0,
    failed: undefined,
    done: 0,
    total: 0,
    bytesPerSecond: 0,
    updatedAt: '',
  }
  for (const record of records) {
    sum.first ??= record
    sum.count += 1
    if (record.updatedAt > sum.updatedAt) sum.updatedAt = record.updatedAt
    if (record.state === 'cancelled') continue
    sum.states.add(record.state)
    if (record.state === 'waiting' && record.wait !== undefined) sum.waits.add(record.wait)
    if (record.state === 'failed') sum.failed ??= record
    sum.done += record.sent
    sum.total += record.size
    sum.bytesPerSecond += speed(record)
  }
  return sum
}

/** The sum of a form's uploads; undefined where there is none. */
export function taskOf(
  form: { site: string; label: string },
  records: Iterable<UploadRecord>,
  speed: (record: UploadRecord) => number,
): Task | undefined {
  const sum = sumOf(records, speed)
  const { first, count, done, total, bytesPerSecond, failed, updatedAt, states, waits } = sum
  if (first === undefined) return undefined
  const waitsByItself = [...waits].some((wait) => wait !== 'file')
  return {
    id: idOf(form),
    kind: 'upload',
    site: form.site,
    title: count === 1 ? first.name : `${first.name} +${count - 1}`,
    ...stateOf(sum),
    progress: { done, total, bytesPerSecond },
    ...(failed?.error === undefined ? {} : { error: failed.error }),
    createdAt: first.createdAt,
    updatedAt,
    can: {
      pause: states.has('queued') || states.has('uploading') || waitsByItself,
      resume: states.has('paused'),
      cancel: [...states].some((state) => !isEnded({ state })),
      retry: failed !== undefined,
    },
  }
}

function stateOf({ states, waits }: Sum): Pick<Task, 'state' | 'wait'> {
  if (states.size === 0) return { state: 'cancelled' }
  if (states.has('uploading') || states.has('verifying')) return { state: 'running' }
  for (const wait of waits) if (wait !== 'file') return { state: 'waiting', wait }
  if (states.has('queued')) return { state: 'waiting', wait: 'queue' }
  if (states.has('waiting')) return { state: 'waiting', wait: 'files' }
  if (states.has('paused')) return { state: 'paused' }
  return { state: states.has('failed') ? 'failed' : 'done' }
}
