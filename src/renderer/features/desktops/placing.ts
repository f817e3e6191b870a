import type { Task } from '../../../../contract/task.ts'

/** Files that were handed over in one task. */
export interface Batch {
  task: string
  count: number
}

/** What has become of files that were dropped on a desktop. */
export interface Placed {
  sending: number
  placed: number
  failed: number
}

/** Counts them by their tasks. A task that is not known (yet) is on its way. */
export function placedOf(batches: readonly Batch[], tasks: ReadonlyMap<string, Pick<Task, 'state'>>): Placed {
  const all: Placed = { sending: 0, placed: 0, failed: 0 }
  for (const { task, count } of batches) {
    const state = tasks.get(task)?.state
    if (state === 'done') all.placed += count
    else if (state === 'failed' || state === 'cancelled') all.failed += count
    else all.sending += count
  }
  return all
}
