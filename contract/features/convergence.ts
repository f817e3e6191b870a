import { Type } from 'typebox'
import { ConvergenceChoice, ConvergenceHead, ConvergenceRow } from '../convergence.ts'
import { change, object, site, stream } from '../feature.ts'
import { Id } from '../text.ts'

/** How a job's solver gets on; `id` is the job's, or that of an element of an array. */
export const convergence = {
  methods: {
    /** How a log is read whose template names no parser (or another one), and whether the user is told of trouble. */
    choose: change(object({ ...site, id: Id, choice: ConvergenceChoice }), ConvergenceHead),
  },
  streams: {
    /**
     * The latest run while it goes on; with `run` an earlier one, which does not change any more. Rows of an event come
     * after those before, unless `anew` says that another run has begun.
     */
    points: stream(
      object({ ...site, id: Id, run: Type.Optional(Type.Integer({ minimum: 1 })) }),
      object({ head: ConvergenceHead, rows: Type.Array(ConvergenceRow), complete: Type.Boolean() }),
      object({
        head: Type.Optional(ConvergenceHead),
        rows: Type.Array(ConvergenceRow),
        anew: Type.Optional(Type.Boolean()),
        complete: Type.Boolean(),
      }),
    ),
  },
}
