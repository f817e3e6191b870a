import type { JobChange } from '../../../contract/jobs.ts'
import { exitCode } from '../exit-codes.ts'
import { CommandFailure } from '../failure.ts'
import type { Output } from '../output.ts'
import { chooseSite, withSession } from '../session.ts'

/** `headway cancel|hold|release|requeue|time-limit JOB…`: each job or element of an array with its own line. */
export async function change(
  ids: string[],
  wanted: JobChange,
  options: { site?: string },
  output: Output,
): Promise<void> {
  await withSession(async ({ rpc }) => {
    const site = await chooseSite(rpc, options.site)
    const { results } = await rpc.call('jobs', 'change', { site: site.id, ids, change: wanted })
    for (const { id, job, error } of results) {
      if (job === undefined)
        output.result({ job_id: id, error: error?.message, code: error?.code }, `Job ${id}: ${error?.message}`)
      else output.result({ job_id: id, state: job.state }, `Job ${id}: ${job.state}`)
    }
    const refused = results.filter(({ job }) => job === undefined)
    if (refused.length > 0) {
      throw new CommandFailure(`${refused.length} of ${results.length} were refused.`, exitCode.refused)
    }
  })
}
