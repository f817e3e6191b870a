import type { Task } from '../../../contract/task.ts'

/** Where long work comes from; the tasks feature shows all sources as one list and passes the user's wishes on. */
export interface TaskSource {
  /** Ids of a source begin with it and a colon, e.g. `upload:…`. */
  prefix: string
  list(): Task[]
  onChange(listener: (put: Task[], gone: string[]) => void): () => void
  pause(id: string): Promise<void>
  resume(id: string): Promise<void>
  cancel(id: string): Promise<void>
  retry(id: string): Promise<void>
  forget(id: string): Promise<void>
}
