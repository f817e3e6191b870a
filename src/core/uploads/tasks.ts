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
      const task = taskOf(form, recordsOf(form), (id) => list.speed(id))
      if (task !== undefined) shown.set(task.id, form)
      return task ?? []
    })
  all()

  const stop = list.onChange((put, lost) => {
    const changed = new Map(put.map((upload) => [idOf(upload), upload]))
    const tasks = [...changed.values()].flatMap((form) => taskOf(form, recordsOf(form), (id) => list.speed(id)) ?? [])
    for (const task of tasks) shown.set(task.id, changed.get(task.id) ?? { site: task.site, label: '' })
    const gone =
      lost.length === 0 ? [] : [...shown].filter(([, form]) => recordsOf(form).length === 0).map(([id]) => id)
    for (const id of gone) shown.delete(id)
    if (tasks.length > 0 || gone.length > 0) changes.emit(tasks, gone)
  })

  const records = (id: string): UploadRecord[] => {
    const form = shown.get(id)
    if (form === undefined) throw appError('NOT_FOUND', { what: 'task', id }, `There is no task ${id}.`)
    return recordsOf(form)
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

/** The sum of a form's uploads; undefined where there is none. */
export function taskOf(
  form: { site: string; label: string },
  records: readonly UploadRecord[],
  speed: (id: string) => number,
): Task | undefined {
  const [first] = records
  if (first === undefined) return undefined
  // Cancelled ones count only where nothing else is left.
  const wanted = records.filter(({ state }) => state !== 'cancelled')
  const failed = wanted.find(({ state }) => state === 'failed')
  const sum = (value: (record: UploadRecord) => number) => wanted.reduce((total, record) => total + value(record), 0)
  const some = (...states: UploadRecord['state'][]) => wanted.some(({ state }) => states.includes(state))
  return {
    id: idOf(form),
    kind: 'upload',
    site: form.site,
    title: records.length === 1 ? first.name : `${first.name} +${records.length - 1}`,
    ...stateOf(wanted),
    progress: {
      done: sum(({ sent }) => sent),
      total: sum(({ size }) => size),
      bytesPerSecond: sum(({ id }) => speed(id)),
    },
    ...(failed?.error === undefined ? {} : { error: failed.error }),
    createdAt: first.createdAt,
    updatedAt: records.reduce((latest, { updatedAt }) => (updatedAt > latest ? updatedAt : latest), ''),
    can: {
      pause: some('queued', 'uploading') || wanted.some(({ state, wait }) => state === 'waiting' && wait !== 'file'),
      resume: some('paused'),
      cancel: wanted.some((record) => !isEnded(record)),
      retry: failed !== undefined,
    },
  }
}

function stateOf(wanted: readonly UploadRecord[]): Pick<Task, 'state' | 'wait'> {
  const has = (...states: UploadRecord['state'][]) => wanted.some(({ state }) => states.includes(state))
  if (wanted.length === 0) return { state: 'cancelled' }
  if (has('uploading', 'verifying')) return { state: 'running' }
  const waiting = wanted.find(({ state, wait }) => state === 'waiting' && wait !== 'file')
  if (waiting?.wait !== undefined && waiting.wait !== 'file') return { state: 'waiting', wait: waiting.wait }
  if (has('queued')) return { state: 'waiting', wait: 'queue' }
  if (has('waiting')) return { state: 'waiting', wait: 'files' }
  if (has('paused')) return { state: 'paused' }
  return { state: has('failed') ? 'failed' : 'done' }
}
