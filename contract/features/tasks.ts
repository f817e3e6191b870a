import { Type } from 'typebox'
import { change, collection, nothing, object } from '../feature.ts'
import { Task } from '../task.ts'

/** Long work of every feature in one list, as the tray shows it. */
export const tasks = {
  methods: {
    pause: change(object({ id: Type.String() }), nothing),
    resume: change(object({ id: Type.String() }), nothing),
    cancel: change(object({ id: Type.String() }), nothing),
    retry: change(object({ id: Type.String() }), nothing),
    forget: change(object({ id: Type.String() }), nothing),
  },
  streams: { all: collection(Task, nothing) },
}
