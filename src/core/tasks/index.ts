import type { FeatureHandlers } from '../../rpc/types.ts'
import { appError } from '../kit/app-error.ts'
import type { TaskSource } from './source.ts'

export { createTaskRunner, type Control, type TaskRunner } from './runner.ts'
export type { TaskSource } from './source.ts'
export { taskMigrations } from './store.ts'

/** All long work as one list, whatever does it. */
export function createTasks(sources: readonly TaskSource[]): { handlers: FeatureHandlers<'tasks'> } {
  function sourceOf(id: string): TaskSource {
    const source = sources.find(({ prefix }) => id.startsWith(`${prefix}:`))
    if (source === undefined) throw appError('NOT_FOUND', { what: 'task', id }, `There is no task ${id}.`)
    return source
  }
  const pass =
    (wish: 'pause' | 'resume' | 'cancel' | 'retry' | 'forget') =>
    async ({ id }: { id: string }) => {
      await sourceOf(id)[wish](id)
      return {}
    }
  return {
    handlers: {
      methods: {
        pause: pass('pause'),
        resume: pass('resume'),
        cancel: pass('cancel'),
        retry: pass('retry'),
        forget: pass('forget'),
      },
      streams: {
        all(_params, sink) {
          sink.snapshot({ items: sources.flatMap((source) => source.list()) })
          const ends = sources.map((source) => source.onChange((put, gone) => sink.event({ put, gone })))
          return () => {
            for (const end of ends) end()
          }
        },
      },
    },
  }
}
