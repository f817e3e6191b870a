import { randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { Task, TaskKind, TaskState, TaskWait } from '../../../contract/task.ts'
import { appError, errorValueOf } from '../kit/app-error.ts'
import { createEmitter } from '../kit/emitter.ts'
import type { Logger } from '../platform.ts'
import { createTaskStore, type StoredTask } from './store.ts'
import type { TaskSource } from './source.ts'

/** What a run may do with its task. */
export interface Control<B> {
  /** Aborted when the task is paused or cancelled, or Headway ends. */
  signal: AbortSignal
  /** Says why it waits; without a reason, that it goes on. */
  waiting: (why?: TaskWait) => void
  progress: (progress: NonNullable<Task['progress']>) => void
  /** Keeps what the run needs to go on after a restart; on the disk when this returns. */
  save: (body: B) => void
}

export interface Work<B> {
  kind: TaskKind
  /** Does it; run again from the start of this function after a pause, a retry and a restart. */
  run(task: { id: string; site: string; body: B }, control: Control<B>): Promise<NonNullable<Task['result']>>
  canPause: boolean
  canCancel(body: B): boolean
  /** After a cancellation: takes away what was half done. */
  clean?(body: B): Promise<void>
}

export interface TaskRunner<B = never> {
  source: TaskSource
  /** Persists and starts it. The same change again gives the same task. */
  add(task: { change: string; site: string; title: string; body: B }): string
  /** Goes on with what a former run has left. */
  start(): void
  close(): Promise<void>
}

interface Running<B> {
  stored: StoredTask<B>
  abort: AbortController | undefined
  ended: Promise<void>
  wait: TaskWait | undefined
  progress: Task['progress']
}

const ended: readonly TaskState[] = ['done', 'failed', 'cancelled']
const toldEveryMs = 200
/** What ended longer ago is taken off the list at the next start. */
const rememberedMs = 7 * 24 * 60 * 60_000

/** Long work that survives a restart: saved first, then run until it is finished, paused, cancelled or failed. */
export function createTaskRunner<B>(database: DatabaseSync, work: Work<B>, log: Logger): TaskRunner<B> {
  const { kind } = work
  const store = createTaskStore<B>(database, kind)
  const changes = createEmitter<[put: Task[], gone: string[]]>()
  const tasks = new Map<string, Running<B>>()
  const unsaid = new Map<string, NodeJS.Timeout>()
  let closed = false

  function view({ stored, wait, progress, abort }: Running<B>): Task {
    const { id, site, title, body, state, error, result, createdAt, updatedAt } = stored
    const active = state === 'running'
    return {
      id,
      kind,
      site,
      title,
      state: active && (wait !== undefined || abort === undefined) ? 'waiting' : state,
      ...(active && wait !== undefined ? { wait } : {}),
      ...(progress === undefined ? {} : { progress }),
      ...(error === undefined ? {} : { error }),
      ...(result === undefined ? {} : { result }),
      createdAt,
      updatedAt,
      can: {
        pause: work.canPause && active,
        resume: state === 'paused',
        cancel: !ended.includes(state) && work.canCancel(body),
        retry: state === 'failed',
      },
    }
  }
  const tell = (task: Running<B>): void => changes.emit([view(task)], [])
  /** Progress is told a few times a second, whatever comes. */
  function tellSoon(task: Running<B>): void {
    const { id } = task.stored
    if (unsaid.has(id)) return
    unsaid.set(
      id,
      setTimeout(() => {
        unsaid.delete(id)
        if (tasks.has(id)) tell(task)
      }, toldEveryMs),
    )
  }
  function find(id: string): Running<B> {
    const task = tasks.get(id)
    if (task === undefined) throw appError('NOT_FOUND', { what: 'task', id }, `There is no task ${id}.`)
    return task
  }
  function change(task: Running<B>, to: Partial<Omit<StoredTask<B>, 'id'>>): void {
    task.stored = { ...task.stored, ...to, updatedAt: new Date().toISOString() }
    store.save(task.stored)
    tell(task)
  }

  function begin(task: Running<B>): void {
    if (closed) return
    const abort = new AbortController()
    task.abort = abort
    task.wait = undefined
    const control: Control<B> = {
      signal: abort.signal,
      waiting(why) {
        if (task.wait === why || abort.signal.aborted) return
        task.wait = why
        tell(task)
      },
      progress(progress) {
        task.progress = progress
        tellSoon(task)
      },
      save: (body) => change(task, { body }),
    }
    const { id, site, body } = task.stored
    const end = (to: Partial<StoredTask<B>>): void => {
      task.abort = undefined
      task.wait = undefined
      change(task, to)
    }
    task.ended = (async () => {
      try {
        const result = await work.run({ id, site, body }, control)
        end({ state: 'done', result, error: undefined })
      } catch (error) {
        // Who aborted it has said how it goes on.
        if (!abort.signal.aborted) end({ state: 'failed', error: errorValueOf(error, log, `${kind} task`) })
      }
    })()
  }
  /** Stops the run, unless it finishes first. */
  async function halt(task: Running<B>): Promise<void> {
    const { abort } = task
    abort?.abort(appError('CANCELLED', {}, 'The task was stopped.'))
    await task.ended
    if (task.abort === abort) task.abort = undefined
    task.wait = undefined
  }
  function enlist(stored: StoredTask<B>): Running<B> {
    const task = { stored, abort: undefined, ended: Promise.resolve(), wait: undefined, progress: undefined }
    tasks.set(stored.id, task)
    return task
  }

  for (const stored of store.all()) {
    const old = ended.includes(stored.state) && Date.now() - Date.parse(stored.updatedAt) > rememberedMs
    if (old) store.remove(stored.id)
    else enlist(stored)
  }

  const source: TaskSource = {
    prefix: kind,
    list: () => [...tasks.values()].map(view),
    onChange: (listener) => changes.on(listener),
    async pause(id) {
      const task = find(id)
      refuseUnless(view(task).can.pause)
      await halt(task)
      if (task.stored.state === 'running') change(task, { state: 'paused' })
    },
    resume(id) {
      const task = find(id)
      refuseUnless(task.stored.state === 'paused')
      change(task, { state: 'running' })
      begin(task)
      tell(task)
      return Promise.resolve()
    },
    async cancel(id) {
      const task = find(id)
      refuseUnless(view(task).can.cancel)
      await halt(task)
      if (ended.includes(task.stored.state)) return
      change(task, { state: 'cancelled' })
      await work.clean?.(task.stored.body)
    },
    retry(id) {
      const task = find(id)
      refuseUnless(task.stored.state === 'failed')
      change(task, { state: 'running', error: undefined })
      begin(task)
      tell(task)
      return Promise.resolve()
    },
    forget(id) {
      const task = find(id)
      refuseUnless(ended.includes(task.stored.state))
      tasks.delete(id)
      store.remove(id)
      changes.emit([], [id])
      return Promise.resolve()
    },
  }
  return {
    source,
    add({ change: changeId, ...rest }) {
      const known = store.byChange(changeId)
      if (known !== undefined) return known
      const now = new Date().toISOString()
      const id = `${kind}:${randomUUID()}`
      const task = enlist({
        id,
        ...rest,
        state: 'running',
        error: undefined,
        result: undefined,
        createdAt: now,
        updatedAt: now,
      })
      store.add(task.stored, changeId)
      begin(task)
      tell(task)
      return id
    },
    start() {
      for (const task of tasks.values()) if (task.stored.state === 'running' && task.abort === undefined) begin(task)
    },
    async close() {
      closed = true
      for (const timer of unsaid.values()) clearTimeout(timer)
      await Promise.all([...tasks.values()].map(halt))
    },
  }
}

function refuseUnless(possible: boolean): void {
  if (!possible) throw appError('CONFLICT', { reason: 'The task is past that.' }, 'The task is past that.')
}
