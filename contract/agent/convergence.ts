import { ConvergenceMeta, ConvergencePoint } from '../convergence.ts'

/**
 * `GET /api/v2/jobs/:id/convergence?from=&follow=1`: `application/x-ndjson`; the first line is `ConvergenceHead`,
 * every further one a `ConvergencePoint`, from point number `from` on. 404 where the template names no parser.
 */
export const ConvergenceHead = ConvergenceMeta
export { ConvergencePoint }
