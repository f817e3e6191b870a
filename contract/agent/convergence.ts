import { Type, type Static } from 'typebox'
import { ConvergenceHead, ConvergenceRow, ConvergenceVerdict } from '../convergence.ts'
import { Id } from '../text.ts'

/**
 * `GET /api/v2/jobs/:id/convergence?run=&after=&follow=1`: `application/x-ndjson`, lines of these. First the head, then the rows
 * whose number is greater than `after` (default 0), of the run asked for (default: the latest). With `follow` the answer
 * stays open and ends when the job has; it follows the latest run: a head that names another run than the one before
 * means that its rows begin anew. 404 where the log is none that is understood.
 *
 * `PUT` of the same address with a `ConvergenceChoice` answers a `ConvergenceHead`. A parser that is chosen takes the place of
 * the template's; `auto` looks for one by the first lines.
 */
export const ConvergenceLine = Type.Union([
  Type.Object({ head: ConvergenceHead }),
  Type.Object({ rows: Type.Array(ConvergenceRow) }),
])
export type ConvergenceLine = Static<typeof ConvergenceLine>

/** Data of the frame `convergence_state` of topic `jobs`: the state of a job's convergence has changed. */
export const ConvergenceChange = Type.Object({ job: Id, verdict: ConvergenceVerdict })
export type ConvergenceChange = Static<typeof ConvergenceChange>
