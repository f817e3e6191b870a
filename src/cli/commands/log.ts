import type { Output } from '../output.ts'
import { chooseSite, withSession } from '../session.ts'
import { until } from '../streams.ts'

/** `headway log [-f] JOB`: the end of the log, and with `-f` what comes until the job has ended. */
export async function log(
  id: string,
  options: { site?: string; follow?: boolean },
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  await withSession(async ({ rpc }) => {
    const site = await chooseSite(rpc, options.site)
    let end = 0
    await until(
      rpc,
      'logs',
      'follow',
      { site: site.id, id },
      {
        snapshot(state) {
          // A second snapshot (after a lost connection) repeats what was printed: only its new end counts.
          const fresh = Buffer.from(state.text)
            .subarray(Math.max(0, end - state.start))
            .toString()
          output.text(fresh)
          end = state.end
          return state.complete || options.follow !== true ? true : undefined
        },
        event(event) {
          output.text(event.text)
          end = event.end
          return event.complete ? true : undefined
        },
      },
      signal,
    )
  })
}
