import { createStore } from 'zustand'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { Task } from '../../../../contract/task.ts'
import { applyChange, collectionOf, type Collection } from '../../app/collection.ts'
import { errorValue } from '../../app/errors.ts'
import { featureStore } from '../../app/services.tsx'

export type TaskAction = 'pause' | 'resume' | 'cancel' | 'retry' | 'forget'

interface TasksState {
  tasks: Collection<Task>
  /** Why the last action on a task was refused, by task. */
  refused: ReadonlyMap<string, AppErrorValue>
  act: (action: TaskAction, id: string) => Promise<void>
}

export const tasksStore = featureStore<TasksState>(({ client }) =>
  createStore((set, get) => {
    client.subscribe(
      'tasks',
      'all',
      {},
      {
        snapshot: ({ items }) => set({ tasks: collectionOf(items) }),
        event: (change) => set({ tasks: applyChange(get().tasks, change) }),
      },
    )
    const refuse = (id: string, error: AppErrorValue | undefined) => {
      const refused = new Map(get().refused)
      if (error === undefined) refused.delete(id)
      else refused.set(id, error)
      set({ refused })
    }
    return {
      tasks: new Map(),
      refused: new Map(),
      act: async (action, id) => {
        refuse(id, undefined)
        try {
          await client.call('tasks', action, { id })
        } catch (error) {
          refuse(id, errorValue(error))
        }
      },
    }
  }),
)

export const isActive = (task: Task): boolean =>
  task.state === 'running' || task.state === 'waiting' || task.state === 'paused'

const rank = (task: Task): number => (isActive(task) ? 0 : task.state === 'failed' ? 1 : 2)

/** What runs first, then what needs the user, then what has ended; newest first in each. */
export function sortTasks(tasks: Iterable<Task>): Task[] {
  return [...tasks].sort((a, b) => rank(a) - rank(b) || b.createdAt.localeCompare(a.createdAt))
}

/** The part of all bytes of active tasks that has crossed; undefined where none of them counts bytes. */
export function overallProgress(tasks: Iterable<Task>): number | undefined {
  let done = 0
  let total = 0
  for (const task of tasks) {
    if (!isActive(task) || task.progress === undefined) continue
    done += task.progress.done
    total += task.progress.total
  }
  return total === 0 ? undefined : done / total
}
